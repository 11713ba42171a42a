import { type Clock, sleep, systemClock } from '../../lib/clock.ts';
import { createLog } from '../../lib/log.ts';
import { Bench, type Queue } from '../../spec/integration/bench.ts';
import type { Program } from '../../spec/integration/program.ts';
import { SeenLines } from '../crash/seen-lines.ts';
import { type Reconciliation, reconcile } from '../demo/reconciliation.ts';
import { paced } from '../producer/flow.ts';
import { mulberry32 } from '../producer/random.ts';
import { Sender } from '../producer/sender.ts';
import { type Summary, Tally } from '../producer/summary.ts';
import { soakLoad } from './load.ts';
import { type Sample, takeSample } from './sample.ts';

const SAMPLE_INTERVAL_MS = 5_000;
/** How long the last windows may take to close and be printed once nothing more is sent. */
const LAST_LINES_TIMEOUT_MS = 30_000;
/** Short enough for everything that is kept to be forgotten again within half a minute. */
const SETTINGS = {
  WINDOW: '5s',
  MAX_OUT_OF_ORDERNESS: '1s',
  ALLOWED_LATENESS: '15s',
  REVISION_INTERVAL: '2s',
  DEDUP_RETENTION: '10s',
  IDLE_TIMEOUT: '2s',
  LOG_LEVEL: 'warn',
};

export interface SoakOptions {
  readonly seconds: number;
  readonly perSecond: number;
  readonly types: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onSample: (sample: Sample) => void;
}

export interface SoakReport extends Reconciliation {
  readonly samples: readonly Sample[];
  readonly exit: number | NodeJS.Signals;
  /** Lines that contradict each other, and what the program logged. */
  readonly faults: readonly string[];
}

/** The real program under a steady load, looked at every few seconds, and reconciled to the event at the end. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  await using releasers = new AsyncDisposableStack();
  const bench = await Bench.open();
  releasers.defer(() => bench.close());
  const queue = await bench.createQueue();
  const program = bench.start(queue, SETTINGS);
  const lines = new SeenLines();
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  const sending = send(bench, queue, options, signal);
  const samples: Sample[] = [];
  const startedMs = systemClock.nowMs();
  let printed = 0;
  const look = async (): Promise<void> => {
    printed += takeLines(program, lines);
    const seconds = (systemClock.nowMs() - startedMs) / 1000;
    const sample = {
      seconds,
      ...(await takeSample(program.pid, bench.statePath(queue.name), queue)),
      lines: printed,
    };
    samples.push(sample);
    options.onSample(sample);
  };
  for (let next = SAMPLE_INTERVAL_MS; next <= options.seconds * 1000; next += SAMPLE_INTERVAL_MS) {
    await sleep(systemClock, startedMs + next - systemClock.nowMs(), signal);
    if (signal.aborted || program.hasEnded) break;
    await look();
  }
  ending.abort();
  const sent = await sending;

  const isComplete = () => {
    takeLines(program, lines);
    return lines.events >= sent.expected.counted.events;
  };
  await waitUntil(isComplete, systemClock);
  const exit = await program.kill('SIGTERM');
  takeLines(program, lines);
  const { waiting: deadLetters } = await queue.deadLetters!.depth();
  const ledger = await bench.readLedger(queue);
  const faults = [...lines.faults, ...program.log.map(({ level, message }) => `${level}: ${message}`)];
  return { samples, exit, faults, ...reconcile({ sent, ledger, printedEvents: lines.events, deadLetters }) };
}

async function send(bench: Bench, queue: Queue, options: SoakOptions, signal: AbortSignal): Promise<Summary> {
  const tally = new Tally(options.seed);
  const deps = {
    sqs: bench.sqs,
    queueUrl: queue.url,
    clock: systemClock,
    log: createLog('warn', 'pretty'),
    signal,
  };
  const sender = new Sender(deps, tally);
  const load = soakLoad(mulberry32(options.seed), systemClock, options.types);
  for await (const group of paced(asAsync(load), options.perSecond, systemClock, signal))
    await sender.send(group);
  return tally.summary();
}

async function* asAsync<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

function takeLines(program: Program, lines: SeenLines): number {
  const taken = program.lines.splice(0);
  lines.addAll(taken, 'whole');
  return taken.length;
}

async function waitUntil(condition: () => boolean, clock: Clock): Promise<void> {
  const deadlineMs = clock.nowMs() + LAST_LINES_TIMEOUT_MS;
  while (!condition() && clock.nowMs() < deadlineMs) await sleep(clock, 100);
}
