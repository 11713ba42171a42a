import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { VERSION } from '../lib/version.ts';
import { Program } from './integration/program.ts';

const ROOT = join(import.meta.dirname, '..');

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

describe('the version', () => {
  it('is what package.json and its lock file say', () => {
    const lock = JSON.parse(read('package-lock.json'));
    expect([JSON.parse(read('package.json')).version, lock.version, lock.packages[''].version]).to.deep.equal(
      [VERSION, VERSION, VERSION],
    );
  });

  for (const path of ['Dockerfile', 'Dockerfile.producer'])
    it(`is the label of the image that ${path} makes, behind its last FROM`, () => {
      const lastStage = read(path)
        .split(/^FROM /m)
        .at(-1)!;
      const [, label] =
        /^LABEL (?:.*\\\n +)*org\.opencontainers\.image\.version=(\S+)$/m.exec(lastStage) ?? [];
      expect(label).to.equal(VERSION);
    });

  it('has the first section of the changelog', () => {
    const [, newest] = /^## \[([^\]]+)\]/m.exec(read('CHANGELOG.md')) ?? [];
    expect(newest).to.equal(VERSION);
  });

  it('is all that --version prints, whatever the settings are', async () => {
    const program = new Program({ WINDOW: 'wrong' }, ['--version']);
    expect(await program.ended).to.equal(0);
    expect(program.lines).to.deep.equal([VERSION]);
    expect(program.log).to.deep.equal([]);
  });
});
