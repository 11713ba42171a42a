import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { SqliteStore } from '../../lib/state/sqlite-store.ts';
import { Bench, eventBody, type Queue } from './bench.ts';
import type { Program } from './program.ts';

const PAGE_SIZE = 4_096;
const MESSAGES = 30;

/** Root may write everywhere; without these capabilities, permissions apply to it as to everybody. */
const WITHOUT_PRIVILEGES =
  process.getuid?.() === 0
    ? ['setpriv', '--bounding-set', '-dac_override,-dac_read_search', '--inh-caps', '-all']
    : [];

/** Overwrites a part of the file where it is; the file keeps its size and whoever has it open. */
function overwrite(path: string, from: number, to = statSync(path).size): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(to - from, 0xa5), 0, to - from, from);
  closeSync(file);
}

describe('the pipeline with a state that cannot be used', () => {
  let bench: Bench;
  before(async () => {
    bench = await Bench.open();
  });
  after(() => bench.close());

  const send = (queue: Queue) =>
    queue.send(...Array.from({ length: MESSAGES }, () => ({ body: eventBody('purchase', 1) })));

  async function createFilledQueue(): Promise<Queue> {
    const queue = await bench.createQueue();
    await send(queue);
    return queue;
  }

  /** Expects the end of the program, a message about the state file, and every message still in the queue. */
  async function expectEnd(program: Program, queue: Queue, exit: 1 | 2, message: RegExp): Promise<void> {
    expect(await program.ended).to.equal(exit);
    const errors = program.log.filter(({ level }) => level === 'error');
    expect(errors.map((error) => error.message)).to.have.length(1);
    expect(errors[0]!.message).to.match(message);
    expect(program.lines).to.deep.equal([]);
    const { waiting, inFlight } = await queue.depth();
    expect(waiting + inFlight, 'messages still in the queue').to.equal(MESSAGES);
  }

  it('ends with 1 and asks whether the disk is full when it cannot write a new state file', async () => {
    const queue = await createFilledQueue();
    const through = ['sh', '-c', 'ulimit -f 8; exec "$@"', 'sh'];
    const program = bench.start(queue, {}, [], { through });
    await expectEnd(program, queue, 1, /The state file .* cannot be written \(.*\)\. Is the disk full\?/);
  });

  describe('in a directory that is read-only', () => {
    async function startReadOnly(state: 'with a state' | 'without a state') {
      const queue = await createFilledQueue();
      const folder = join(bench.folder, `read-only-${queue.name}`);
      mkdirSync(folder);
      const path = join(folder, 'state.db');
      if (state === 'with a state') await new SqliteStore(path).close();
      chmodSync(folder, 0o555);
      const program = bench.start(queue, { STATE_URL: `sqlite:${path}` }, [], {
        through: WITHOUT_PRIVILEGES,
      });
      return { queue, program };
    }

    for (const state of ['without a state', 'with a state'] as const)
      it(`ends with 2 and names STATE_URL, ${state} in it`, async () => {
        const { queue, program } = await startReadOnly(state);
        await expectEnd(program, queue, 2, /STATE_URL names .*state\.db, which cannot be used: .* may write/);
      });
  });

  describe('that was damaged in place', () => {
    /** A state with something in it, as a process left it that was stopped in order. */
    async function leaveState(): Promise<{ queue: Queue; path: string }> {
      const queue = await createFilledQueue();
      const program = bench.start(queue, { IDLE_TIMEOUT: '1h' });
      await program.untilLogged(/Started/);
      await queue.untilEmpty();
      expect(await program.kill('SIGTERM')).to.equal(0);
      await send(queue);
      return { queue, path: bench.statePath(queue.name) };
    }

    for (const [where, from, to] of [
      ['in its schema', 100, PAGE_SIZE],
      ['everywhere behind its first page', PAGE_SIZE, undefined],
    ] as const)
      it(`ends with 1 at the start and keeps the file to the byte, damaged ${where}`, async () => {
        const { queue, path } = await leaveState();
        overwrite(path, from, to);
        const before = readFileSync(path);
        const program = bench.start(queue);
        await expectEnd(program, queue, 1, /The state file .* (is damaged|cannot be used any more) \(.*kept/);
        expect(readFileSync(path).equals(before), 'the bytes of the file are what they were').to.equal(true);
      });

    it('ends with 1 when it meets the damage in mid-run, with what it received still in the queue', async () => {
      const queue = await bench.createQueue();
      const path = bench.statePath(queue.name);
      // More than SQLite keeps in memory, so that it has to read the file again.
      const store = new SqliteStore(path);
      const identities = Array.from({ length: 100_000 }, (_, index) => `${index * 7_919}-${'x'.repeat(100)}`);
      await store.transaction(async (tx) => void (await tx.claimIdentities(identities, Date.now() + 1e9)));
      await store.close();
      const program = bench.start(queue);
      await program.untilLogged(/The ledger balances/);
      overwrite(path, PAGE_SIZE);
      const before = readFileSync(path);
      await send(queue);
      await expectEnd(program, queue, 1, /The state file .* cannot be used any more \(.*kept as it is/);
      // What was committed before it met the damage may still find its way into the file, no more.
      const kept = readFileSync(path).subarray(-PAGE_SIZE);
      expect(kept.equals(before.subarray(-PAGE_SIZE)), 'the file is kept').to.equal(true);
    });
  });
});
