import type { Queue } from '../../spec/integration/bench.ts';
import type { Program } from '../../spec/integration/program.ts';
import { integer, type Random } from '../producer/random.ts';

/** How often the queue is asked at most, before a moment that does not come is given up for any other. */
const LOOKS_MAX = 200;

/** Waits, on a program that is at work, until it is to be killed. */
type Moment = (program: Program, queue: Queue, random: Random) => Promise<void>;

/** After a random number of looks at the queue, which take about two milliseconds each. */
async function anyMoment(_program: Program, queue: Queue, random: Random): Promise<void> {
  for (let looks = integer(random, 0, 25); looks > 0; looks -= 1) await queue.depth();
}

/** When the next line, or one soon after it, has come: the rest of its group is under way. */
async function whilePrinting(program: Program, queue: Queue, random: Random): Promise<void> {
  const wanted = program.lines.length + integer(random, 1, 6);
  for (let looks = 0; looks < LOOKS_MAX && program.lines.length < wanted; looks += 1) await queue.depth();
}

/** When a dead letter has just arrived: whether the state already says so is left to chance. */
async function whileSendingDeadLetters(_program: Program, queue: Queue): Promise<void> {
  const deadLetters = queue.deadLetters!;
  const { waiting: before } = await deadLetters.depth();
  for (let looks = 0; looks < LOOKS_MAX && (await deadLetters.depth()).waiting === before; looks += 1);
}

export const KILL_MOMENTS: ReadonlyMap<string, Moment> = new Map([
  ['at any moment', anyMoment],
  ['while printing', whilePrinting],
  ['while sending dead letters', whileSendingDeadLetters],
]);
