/**
 * Runs the pipeline through simulated histories of faults and crashes:
 *
 *     npm run simulate -- --seeds 1000                 the seeds 1 to 1000
 *     npm run simulate -- --seed 17 --messages 5       one of them again, with its history
 *     npm run simulate -- --mutations                  with one protection switched off at a time
 *
 * Exits with 1 when an invariant was violated, when a kind of fault never hit work under way, or no crash a step, or
 * when a mutation was not noticed.
 */
import { parseArgs } from 'node:util';
import { type SimulationResult, simulate } from '../spec/simulation/simulation.ts';
import { runMutations } from './simulate/mutation-run.ts';
import { Tally } from './simulate/tally.ts';

/** Fewer seeds cannot be expected to hit everything. */
const SEEDS_FOR_EVERYTHING = 200;
/** How many other seeds are tried at each length in the search for a shorter history. */
const SHORTENING_TRIES = 40;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    seed: { type: 'string' },
    messages: { type: 'string' },
    mutations: { type: 'boolean', default: false },
    brief: { type: 'boolean', default: false },
  },
});
const messages = values.messages === undefined ? undefined : Number(values.messages);

function print(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The shortest failing history among fewer messages, under this seed and some others. */
async function shorten(found: SimulationResult): Promise<SimulationResult> {
  for (let fewer = 1; fewer < found.messages; fewer += 1) {
    for (const seed of [found.seed, ...Array.from({ length: SHORTENING_TRIES }, (_, index) => index + 1)]) {
      const result = await simulate({ seed, messages: fewer });
      if (result.violation) return result;
    }
  }
  return found;
}

function reportViolation(result: SimulationResult): number {
  const cause = result.violation?.cause;
  if (!values.brief) print(result.history.join('\n'));
  print(`violation: ${result.violation?.message}${cause instanceof Error ? ` (${cause.message})` : ''}`);
  print(`again: npm run simulate -- --seed ${result.seed} --messages ${result.messages}`);
  return 1;
}

async function runSeeds(seeds: number): Promise<number> {
  const startedMs = performance.now();
  const tally = new Tally();
  for (let seed = 1; seed <= seeds; seed += 1) {
    const result = await simulate({ seed, messages });
    if (result.violation) return reportViolation(values.brief ? result : await shorten(result));
    tally.add(result);
    if (process.stderr.isTTY && seed % 20 === 0) process.stderr.write(`\r${seed} of ${seeds} schedules `);
  }
  if (values.brief) return 0;
  print(tally.report(performance.now() - startedMs));
  if (tally.missed.length === 0 || seeds < SEEDS_FOR_EVERYTHING) return 0;
  print(`Nothing hit ${tally.missed.join('; ')}.`);
  return 1;
}

async function runOne(seed: number): Promise<number> {
  const result = await simulate({ seed, messages });
  if (result.violation) return reportViolation(result);
  print(result.history.join('\n'));
  print('no violation');
  return 0;
}

async function tryMutations(seeds: number): Promise<number> {
  let missed = 0;
  print('| protection switched off | noticed as |\n| --- | --- |');
  for await (const { name, caughtBy } of runMutations(seeds)) {
    print(`| ${name} | ${caughtBy ?? '**not noticed**'} |`);
    if (caughtBy === undefined) missed += 1;
  }
  return missed === 0 ? 0 : 1;
}

if (values.mutations) process.exitCode = await tryMutations(Number(values.seeds));
else if (values.seed !== undefined) process.exitCode = await runOne(Number(values.seed));
else process.exitCode = await runSeeds(Number(values.seeds));
