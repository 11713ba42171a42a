import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';

const ROOT = join(import.meta.dirname, '..');
const MAIN = join(ROOT, 'lib/main.ts');
const [needed] = /\d+/.exec(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).engines.node)!;

/** Node.js binaries of this machine that are too old for the program; there may be none. */
function olderNodes(): Map<string, string> {
  const folders = new Set([...process.env.PATH!.split(delimiter), '/usr/bin', '/usr/local/bin']);
  const versions = [...folders]
    .map((folder) => join(folder, 'node'))
    .filter((path) => existsSync(path))
    .map((path) => [execFileSync(path, ['--version'], { encoding: 'utf8' }).trim(), path] as const);
  return new Map(versions.filter(([version]) => Number.parseInt(version.slice(1), 10) < Number(needed)));
}

/** Expects one sentence on stderr and nothing else. */
function expectRefusal(node: string, options: readonly string[], version: string): void {
  const { status, stdout, stderr } = spawnSync(node, [...options, MAIN, '--help'], { encoding: 'utf8' });
  expect(stderr).to.equal(
    `This needs Node.js ${needed} or newer, and was started with ${version}: install it from https://nodejs.org/en/download, or run "npm ci" and then "npm start --silent", which brings its own.\n`,
  );
  expect(stdout).to.equal('');
  expect(status).to.equal(2);
}

describe('an older Node.js', () => {
  it('is refused in one sentence that says what to do', () => {
    const pretence = `Object.defineProperties(process, { version: { value: 'v22.1.0' }, versions: { value: { node: '22.1.0' } } })`;
    expectRefusal(process.execPath, ['--import', `data:text/javascript,${pretence}`], 'v22.1.0');
  });

  for (const [version, node] of olderNodes())
    it(`is refused for real, before anything that it cannot read: ${version}`, () => {
      expectRefusal(node, [], version);
    });
});
