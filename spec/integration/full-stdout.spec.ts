import { closeSync, openSync } from 'node:fs';
import { expect } from 'chai';
import { SqliteStore } from '../../lib/state/sqlite-store.ts';
import { Bench, type Queue } from './bench.ts';
import type { Program } from './program.ts';
import { SMALL_FILE_BYTES, type SmallFile, smallFiles } from './small-disk.ts';

const LINES = Array.from(
  { length: 1_000 },
  (_, n) =>
    `{"type":"type-${n}","count":${n},"sum":650.0,"window_start":"2020-10-06T10:02:00Z","window_end":"2020-10-06T10:03:00Z","revision":0}`,
);
const FULL = /^stdout cannot be written to now \((ENOSPC|EFBIG): .*\)\. Trying again until it works/;

describe('stdout that is a file without room', () => {
  let bench: Bench;
  let queue: Queue;
  let file: SmallFile;
  before(async () => {
    bench = await Bench.open();
  });
  beforeEach(async () => {
    queue = await bench.createQueue();
    await useStore((store) => store.transaction((tx) => tx.addLines(LINES)));
  });
  afterEach(() => file.remove());
  after(() => bench.close());

  async function useStore<T>(use: (store: SqliteStore) => Promise<T>): Promise<T> {
    const store = new SqliteStore(bench.statePath(queue.name));
    try {
      return await use(store);
    } finally {
      await store.close();
    }
  }

  const outbox = async () =>
    (await useStore((store) => store.readLines(0, 2 * LINES.length))).map(({ line }) => line);

  function start(
    flags: 'a' | 'w',
    through: readonly string[],
    settings: Record<string, string> = {},
  ): Program {
    const stdout = openSync(file.path, flags);
    try {
      return bench.start(queue, settings, [], { stdout, through });
    } finally {
      closeSync(stdout);
    }
  }

  async function startAndFill(flags: 'a' | 'w', settings: Record<string, string> = {}): Promise<Program> {
    const program = start(flags, file.through, settings);
    await program.untilLogged(FULL);
    expect(Buffer.byteLength(file.read()), 'full').to.equal(SMALL_FILE_BYTES);
    expect(file.read(), 'in the middle of a line').not.to.match(/\n$/);
    return program;
  }

  for (const [kind, makeFile] of smallFiles)
    it(`rides out ${kind}: every line is there once and whole, before it leaves the outbox`, async () => {
      file = makeFile();
      const program = await startAndFill('a');
      file.free(program.pid);
      await program.untilLogged(/^It works again\./);
      expect(await program.kill('SIGTERM')).to.equal(0);
      expect(file.read().split('\n')).to.deep.equal([...LINES, '']);
      expect(await outbox()).to.deep.equal([]);
      expect(
        program.log.filter(({ level }) => level === 'error'),
        'said once',
      ).to.have.length(1);
    });

  for (const [kind, makeFile] of [...smallFiles].slice(0, 1)) {
    it(`does so where the file was opened with ">", too, at ${kind}`, async () => {
      file = makeFile();
      const program = await startAndFill('w');
      file.free(program.pid);
      await program.untilLogged(/^It works again\./);
      expect(await program.kill('SIGTERM')).to.equal(0);
      expect(file.read().split('\n')).to.deep.equal([...LINES, '']);
    });

    it(`ends with 1 when it is stopped at ${kind}, and the next start writes whole lines only`, async () => {
      file = makeFile();
      const program = await startAndFill('a', { SHUTDOWN_TIMEOUT: '500ms' });
      expect(await program.kill('SIGTERM')).to.equal(1);
      const cut = file.read();
      expect(await outbox(), 'kept').to.deep.equal(LINES);
      file.free(program.pid);
      const next = start('a', []);
      await next.untilLogged(/The ledger balances/);
      expect(await next.kill('SIGTERM')).to.equal(0);
      expect(file.read()).to.equal(`${cut}\n${LINES.join('\n')}\n`);
      expect(await outbox()).to.deep.equal([]);
    });
  }
});
