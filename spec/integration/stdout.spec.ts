import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { SqliteStore } from '../../lib/state/sqlite-store.ts';
import { imbalanceOf } from '../../lib/window/ledger.ts';
import { Bench, eventBody, type Queue } from './bench.ts';
import { FaultyProxy } from './faulty-proxy.ts';
import { Fifo } from './fifo.ts';
import type { Program } from './program.ts';

const WINDOWS = 100;
const TYPES = 20;
const LINES = WINDOWS * TYPES;
/** Of a type, with which the lines of one batch are more than a pipe holds; a type may have 256 characters. */
const PADDING = 'x'.repeat(245);
/** What a line has at most, in bytes. */
const LINE_LENGTH = PADDING.length + 140;
const START_MS = Date.parse('2020-10-06T10:00:00Z');
/** The queue holds several times as much, which a program that went on receiving would take in. */
const MEMORY_GROWTH_BYTES_MAX = 10e6;
const HEAVY_BYTES = 500_000;

/** What a program takes of the machine's memory; Linux counts it in pages of, mostly, 4 KiB. */
function residentBytes({ pid }: Program): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * 4_096;
}

describe('stdout and its reader', () => {
  let bench: Bench;
  const fifos: Fifo[] = [];
  /** Takes its time, so it goes on beside the other test. */
  let slowly: ReturnType<typeof readSlowly>;
  before(async () => {
    bench = await Bench.open();
    slowly = readSlowly();
    slowly.catch(() => {}); // its own test throws it
  });
  after(async () => {
    await bench.close();
    for (const fifo of fifos) fifo.close();
  });

  /** A message a minute of event time, so that each closes the window of the one before. */
  function bodies(weightBytes = 0): { body: string }[] {
    const weight = ' '.repeat(weightBytes);
    return Array.from({ length: WINDOWS }, (_, minute) => {
      const at = new Date(START_MS + minute * 60_000).toISOString();
      return {
        body: `[${weight}${Array.from({ length: TYPES }, (_, n) => eventBody(`${100 + n}-${PADDING}`, 1, at))}]`,
      };
    });
  }

  /** With one poller, so that messages come in the order in which they were sent. */
  function start(queue: Queue, settings: Readonly<Record<string, string>> = {}) {
    const fifo = new Fifo(join(bench.folder, `${queue.name}-${fifos.length}.fifo`));
    fifos.push(fifo);
    const program = bench.start(queue, { POLLERS_MAX: '1', ...settings }, [], { stdout: fifo.writeEnd });
    fifo.closeWriteEnd();
    return { program, fifo };
  }

  async function readSlowly() {
    const queue = await bench.createQueue({ VisibilityTimeout: '1' });
    await queue.send(...bodies());
    const { program, fifo } = start(queue);
    await program.untilLogged(/The ledger balances/);
    const startedMs = performance.now();
    // By the clock: one line each 10 ms, also where a wait of 10 ms takes longer.
    const read = async (lines: number) => {
      for (let read = fifo.lines.length; read < lines; read = fifo.lines.length) {
        const due = Math.floor((performance.now() - startedMs) / 10) - read;
        if (due > 0 && !fifo.read(due * LINE_LENGTH)) throw new Error('It ended.');
        await delay(10);
      }
    };
    await read(LINES / 10);
    const { waiting } = await queue.depth();
    await read(LINES);
    return { queue, program, fifo, waiting, tookMs: performance.now() - startedMs };
  }

  /** Expects each line once, in the order of the contract. */
  function expectEveryLine(lines: readonly string[]): void {
    const keys = lines.map((line) => {
      const { type, window_start, count, revision } = JSON.parse(line);
      expect({ count, revision }).to.deep.equal({ count: 1, revision: 0 });
      return `${window_start} ${type}`;
    });
    expect(keys).to.have.length(LINES);
    expect(new Set(keys).size).to.equal(LINES);
    expect(keys, 'in order').to.deep.equal([...keys].sort());
  }

  async function expectLedger(queue: Queue): Promise<void> {
    const ledger = await bench.readLedger(queue);
    expect(ledger.get('counted')).to.deep.equal({ events: LINES, messages: WINDOWS });
    expect(imbalanceOf(ledger)).to.deep.equal({ events: 0, messages: 0 });
  }

  it('loses nothing while it is blocked: polling stops, memory stays, messages are extended, SIGTERM is heard', async () => {
    const queue = await bench.createQueue({ VisibilityTimeout: '1' });
    // Two are as much as SQS takes at a time.
    const heavy = bodies(HEAVY_BYTES);
    for (let at = 0; at < WINDOWS; at += 2) await queue.send(...heavy.slice(at, at + 2));
    await using proxy = await FaultyProxy.open(bench.endpoint);
    const { program, fifo } = start(queue, proxy.env);
    // The pipe fills up at once, then what the stages hold; the batch behind it waits for its commit. From then
    // on the only poller does nothing but extend it: it receives, deletes and gives back nothing.
    const extendedInARow = (times: number) =>
      proxy.until((requests) => {
        const latest = requests.slice(-times).map(({ operation }) => operation);
        return latest.length === times && latest.every((name) => name === 'ChangeMessageVisibilityBatch');
      });
    await extendedInARow(4);
    const memory = existsSync('/proc/self/statm') ? () => residentBytes(program) : () => 0;
    const before = memory();
    await extendedInARow(10);
    expect(memory() - before).to.be.below(MEMORY_GROWTH_BYTES_MAX);
    const { waiting, inFlight } = await queue.depth();
    expect((waiting + inFlight) * HEAVY_BYTES, 'left').to.be.above(2 * MEMORY_GROWTH_BYTES_MAX);

    await program.untilLogged(/^stdout has taken nothing for 10 s\. Lines that wait for it: [1-9]/);
    expect(program.log.filter(({ level }) => level === 'error')).to.have.length(1);

    process.kill(program.pid, 'SIGTERM');
    await program.untilLogged(/Stopping on SIGTERM/);
    while (fifo.read(65_536)) await delay(1);
    expect(await program.ended).to.equal(0);
    expect(program.log.map(({ message }) => message)).to.include('stdout takes lines again.');
    const printed = fifo.lines.length;
    expect(printed, 'stopped in mid-work').to.be.within(1, LINES - 1);

    const next = start(queue);
    while (fifo.lines.length + next.fifo.lines.length < LINES && next.fifo.read(65_536)) await delay(1);
    expect(await next.program.kill('SIGTERM')).to.equal(0);
    expectEveryLine([...fifo.lines, ...next.fifo.lines]);
    await expectLedger(queue);
  });

  it('gets no half line into a pipe, not even of a process that is killed', async () => {
    const queue = await bench.createQueue();
    const store = new SqliteStore(bench.statePath(queue.name));
    const lines = Array.from({ length: LINES }, (_, n) => `${n} ${PADDING}`);
    await store.transaction((tx) => tx.addLines(lines));
    await store.close();
    const { program, fifo } = start(queue);
    while (fifo.lines.length < LINES / 4) fifo.read(65_536) && (await delay(1));
    process.kill(program.pid, 'SIGKILL');
    expect(await program.exited).to.equal('SIGKILL');
    while (fifo.read(65_536));
    expect(fifo.lines.length, 'killed in mid-work').to.be.below(LINES);
    expect(fifo.rest).to.equal('');
    expect(fifo.lines).to.deep.equal(lines.slice(0, fifo.lines.length));
  });

  it(`gets each of ${LINES} lines once and in order to a reader of 100 lines a second`, async () => {
    const { queue, program, fifo, waiting, tookMs } = await slowly;
    expect(waiting, 'the reader held up the work').to.be.greaterThan(0);
    expect(tookMs, 'as slow as that').to.be.above(LINES * 9);
    expect(
      program.log.filter(({ level }) => level === 'error'),
      'slow, not blocked',
    ).to.deep.equal([]);
    expect(await program.kill('SIGTERM')).to.equal(0);
    expectEveryLine(fifo.lines);
    await expectLedger(queue);
  });
});
