import { type ChildProcess, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { freePort } from '../../scripts/demo/page-port.ts';
import { useTempDirectory } from '../support/temp-directory.ts';

const DEMO = join(import.meta.dirname, '../../scripts/demo.ts');

/** Resolves once the process has written such a line to stderr. */
async function heard({ stderr }: ChildProcess, pattern: RegExp): Promise<void> {
  for await (const [line] of on(createInterface({ input: stderr! }), 'line')) if (pattern.test(line)) return;
}

describe('the demo', () => {
  const inDirectory = useTempDirectory();
  const started: ChildProcess[] = [];

  function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const child = spawn(process.execPath, [DEMO, ...args], {
      env: { PATH: process.env.PATH, TMPDIR: inDirectory(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.push(child);
    // The other processes write to the same stderr, so it ends with the last of them.
    return { child, ended: once(child, 'close'), stderr: text(child.stderr) };
  }
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
  });

  it('prints its help', async () => {
    const { child, ended } = start(['--help']);
    expect(await text(child.stdout)).to.match(/Usage: npm run demo.*--seconds N.*Ctrl-C/s);
    expect(await ended).to.deep.equal([0, null]);
  });

  for (const args of [['--secnods', '5'], ['--seconds', 'many'], ['20']])
    it(`says what is wrong with the arguments ${args.join(' ')}`, async () => {
      const { ended, stderr } = start(args);
      expect(await ended).to.deep.equal([2, null]);
      expect(await stderr).to.match(/^.*see --help\.\n$/i);
    });

  it('ends at once on the second Ctrl-C, without a word, and leaves nothing behind', async () => {
    const { child, ended, stderr } = start([]);
    // The first result line: everything is running by then.
    await once(createInterface({ input: child.stdout }), 'line');
    expect(readdirSync(inDirectory())).to.have.length(1);
    child.kill('SIGINT');
    // Signals of one kind are merged while they are pending.
    await heard(child, /^Waiting for the last windows/);
    child.kill('SIGINT');
    expect(await ended).to.deep.equal([null, 'SIGINT']);
    expect(await stderr).to.not.match(/error|^ +at /im);
    expect(readdirSync(inDirectory())).to.deep.equal([]);
  });

  it('leaves nothing behind when the pipeline does not start', async () => {
    const { ended, stderr } = start([], { WINDWO: '1m' });
    expect(await ended).to.deep.equal([1, null]);
    expect(await stderr).to.include('did you mean WINDOW?');
    expect(readdirSync(inDirectory())).to.deep.equal([]);
  });

  it('shows its page at the port that people look at, or at another one where that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await freePort('127.0.0.1', port)).to.not.equal(port);
    server.close();
    await once(server, 'close');
    expect(await freePort('127.0.0.1', port)).to.equal(port);
  });
});
