/**
 * Takes hostile message bodies through validation and commit, and measures for how long the worst single messages
 * keep the event loop from turning:
 *
 *     npm run hostile -- --bodies 200000
 *     npm run hostile -- --bodies 200000 --seed 7     the same bodies again
 *
 * Exits with 1 when a body was not treated as it should be, or a message blocked for too long.
 */
import { parseArgs } from 'node:util';
import { systemClock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { BLOCKED_MS_MAX, measureBlocking } from '../spec/hostile/blocking/measure.ts';
import { WORST_MESSAGES } from '../spec/hostile/blocking/worst-messages.ts';
import { expectTreated } from '../spec/hostile/expectations.ts';
import { treat } from '../spec/hostile/hostile-batch.ts';
import { runHostileBodies } from '../spec/hostile/hostile-run.ts';
import { LARGE_BODIES, SPECIAL_BODIES } from '../spec/hostile/special-bodies.ts';

const PROGRESS_EVERY = 1_000;

function print(text: string): void {
  process.stderr.write(`${text}\n`);
}

function showProgress(bodies: number, wanted: number): void {
  if (process.stderr.isTTY && bodies % PROGRESS_EVERY < 60)
    process.stderr.write(`\r${bodies} of ${wanted} bodies `);
}

async function tryBodies(wanted: number, seed: number): Promise<void> {
  const startedMs = systemClock.nowMs();
  const { bodies, lines, events } = await runHostileBodies(wanted, seed, (done) =>
    showProgress(done, wanted),
  );
  const seconds = (systemClock.nowMs() - startedMs) / 1000;
  if (process.stderr.isTTY) print('');
  print(`${bodies} bodies, seed ${seed}, ${seconds.toFixed(1)} s: each counted or dead-lettered. Events:`);
  for (const [entry, count] of [...events].sort()) print(`  ${String(count).padStart(8)}  ${entry}`);
  print(`${lines} lines, each one JSON object on one line of text`);
  const special = [...SPECIAL_BODIES.values(), ...[...LARGE_BODIES.values()].map((make) => make())];
  for (const body of special) expectTreated([body], await treat([body]));
  print(`${special.length} special bodies, up to 1 MiB and 50,000 events: the same`);
}

/** @returns whether no message blocked for too long */
async function measureAll(): Promise<boolean> {
  let worstMs = 0;
  print('Longest time without a turn of the event loop, by message:');
  for (const name of Object.keys(WORST_MESSAGES)) {
    const { blockedMs, wallMs, totalMs, residentMib } = await measureBlocking(name);
    worstMs = Math.max(worstMs, blockedMs);
    const figures = [
      `${blockedMs.toFixed(0)} ms`,
      `(clock ${wallMs.toFixed(0)} ms)`,
      `of ${totalMs.toFixed(0)} ms,`,
    ];
    print(
      `  ${figures.map((figure) => figure.padStart(16)).join('')} ${residentMib.toFixed(0)} MiB: ${name}`,
    );
  }
  print(`worst: ${worstMs.toFixed(0)} ms of ${BLOCKED_MS_MAX} ms`);
  return worstMs <= BLOCKED_MS_MAX;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { bodies: { type: 'string', default: '200000' }, seed: { type: 'string' } },
  });
  const bodies = Number(values.bodies);
  if (!(bodies > 0)) throw new Error(`--bodies must be a number above zero, not "${values.bodies}"`);
  const seed = values.seed === undefined ? systemClock.nowMs() % 2 ** 31 : Number(values.seed);
  await tryBodies(bodies, seed);
  return (await measureAll()) ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  print(messageOf(error));
  return 1;
});
