import { sleep, systemClock } from '../../lib/clock.ts';
import { Bench, type Queue } from '../../spec/integration/bench.ts';
import { integer, mulberry32, type Random } from '../producer/random.ts';
import { compare } from './comparison.ts';
import { KILL_MOMENTS } from './kill-moments.ts';
import { SeenLines } from './seen-lines.ts';
import { Workload } from './workload.ts';

/** More kills than so many for each one that lands would mean that they do not hit what they are meant to. */
const TRIES_PER_KILL_MAX = 4;
/** How long a process may take until it is at work. */
const START_TIMEOUT_MS = 30_000;
/** How long the last process may take for everything that is left. */
const LAST_RUN_TIMEOUT_MS = 120_000;
const WINDOW_MS = 10_000;
const SETTINGS = { WINDOW: '10s' };

export interface KillRunOptions {
  /** How many kills have to land. */
  readonly kills: number;
  readonly seed: number;
  /** What is sent before the first start. */
  readonly first: { readonly events: number; readonly malformed: number };
  /** What is sent whenever fewer than so many messages wait before a start; without it, nothing. */
  readonly refill?: { readonly below: number; readonly events: number; readonly malformed: number };
  readonly onProgress?: (landed: number, kills: number) => void;
}

export interface KillReport {
  readonly kills: number;
  /** Kills with messages in flight: received, and not yet deleted. */
  readonly landed: number;
  readonly landedByMoment: ReadonlyMap<string, number>;
  readonly events: number;
  readonly malformed: number;
  readonly repeatedLines: number;
  readonly cutOffLines: number;
  /** Messages that the ledger calls duplicates: delivered again because a kill came before their deletion. */
  readonly duplicateDeliveries: number;
  readonly deadLettersDistinct: number;
  readonly deadLettersReceived: number;
  /** Everything that is not as it should be, in words; empty when all is well. */
  readonly differences: readonly string[];
}

/**
 * The real program on a real state file, killed again and again while it works, each process going on from what
 * the one before it left behind. The last one runs to the end, and everything is compared.
 */
export async function runKills(options: KillRunOptions): Promise<KillReport> {
  const { kills, refill, onProgress } = options;
  const random = mulberry32(options.seed);
  const workload = new Workload(random);
  const lines = new SeenLines();
  const landedByMoment = new Map([...KILL_MOMENTS.keys()].map((name) => [name, 0]));
  // Each moment in turn, so that each has its share.
  const moments = Array.from(KILL_MOMENTS.keys());
  await using releasers = new AsyncDisposableStack();
  const bench = await Bench.open();
  releasers.defer(() => bench.close());
  const queue = await bench.createQueue({ VisibilityTimeout: '1' });
  await workload.send(queue, options.first.events, options.first.malformed);

  let tries = 0;
  let landed = 0;
  for (; landed < kills; tries += 1) {
    if (tries === TRIES_PER_KILL_MAX * kills) throw new Error(`Of ${tries} kills only ${landed} landed.`);
    const { waiting } = await queue.depth();
    if (refill && waiting < refill.below) await workload.send(queue, refill.events, refill.malformed);
    const moment = moments[tries % moments.length]!;
    if ((await startAndKill(bench, queue, moment, lines, random)) > 0) {
      landed += 1;
      landedByMoment.set(moment, landedByMoment.get(moment)! + 1);
    }
    onProgress?.(landed, tries + 1);
  }
  await finish(bench, queue, lines, workload.events.length);

  const evidence = {
    lines,
    workload,
    windowMs: WINDOW_MS,
    ledger: await bench.readLedger(queue),
    deadLetters: await queue.deadLetters!.drain(),
  };
  return {
    kills: tries,
    landed,
    landedByMoment,
    events: workload.events.length,
    malformed: workload.malformed.length,
    repeatedLines: lines.repeated,
    cutOffLines: lines.cutOff,
    duplicateDeliveries: evidence.ledger.get('duplicate')?.messages ?? 0,
    deadLettersDistinct: new Set(evidence.deadLetters.map(({ Body }) => Body)).size,
    deadLettersReceived: evidence.deadLetters.length,
    differences: compare(evidence),
  };
}

/** @returns how many messages were in flight when the process was gone */
async function startAndKill(
  bench: Bench,
  queue: Queue,
  moment: string,
  lines: SeenLines,
  random: Random,
): Promise<number> {
  const { waiting: before } = await queue.depth();
  if (before === 0) throw new Error('No work is left for the next kill.');
  const program = bench.start(queue, { ...SETTINGS, POLLERS_MAX: String(integer(random, 2, 5)) });
  // What the process before it had in flight counts too until it comes back, hence the second condition.
  const deadlineMs = systemClock.nowMs() + START_TIMEOUT_MS;
  for (let isWorking = false; !isWorking; ) {
    if (program.hasEnded || systemClock.nowMs() > deadlineMs)
      throw new Error(`The process does not get to work: ${JSON.stringify(program.log.slice(-3))}`);
    const { waiting, inFlight } = await queue.depth();
    isWorking = inFlight > 0 && waiting < before;
  }
  await KILL_MOMENTS.get(moment)!(program, queue, random);
  await program.kill('SIGKILL');
  lines.addAll(program.lines, 'killed');
  return (await queue.depth()).inFlight;
}

async function finish(bench: Bench, queue: Queue, lines: SeenLines, events: number): Promise<void> {
  const program = bench.start(queue, SETTINGS);
  const everything = program.until(() => {
    lines.addAll(program.lines.splice(0), 'whole');
    return lines.events >= events;
  });
  const tooLong = new AbortController();
  // What is missing after that long shows in the comparison.
  await Promise.race([
    everything.then(() => queue.untilEmpty()),
    sleep(systemClock, LAST_RUN_TIMEOUT_MS, tooLong.signal),
  ]);
  tooLong.abort();
  const exit = await program.kill('SIGTERM');
  if (exit !== 0) throw new Error(`The last process ended with ${exit}.`);
  lines.addAll(program.lines.splice(0), 'whole');
}
