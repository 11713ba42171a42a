/**
 * Runs the suite again and again on a machine that is busy with something else, and tells which specs depend on
 * its speed:
 *
 *     npm run test:stress                                    the whole suite, 10 times, a busy process a core
 *     npm run test:stress -- --runs 3 --busy 8
 *     npm run test:stress -- spec/source/poller.spec.ts      these specs alone
 *
 * Exits with 1 when any spec failed in any run.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../lib/errors.ts';
import { runSuite, type SuiteRun } from './stress/suite-run.ts';

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new Error(`--${name} must be a whole number, not "${text}"`);
  return Number(text);
}

/** How often each spec failed, most often first, with what it said the last time. */
function printFailures(runs: readonly SuiteRun[]): void {
  const failures = Map.groupBy(
    runs.flatMap(({ failed }) => [...failed]),
    ([title]) => title,
  );
  const worstFirst = [...failures].sort(([, a], [, b]) => b.length - a.length);
  for (const [title, times] of worstFirst)
    print(`${times.length} of ${runs.length} times: ${title}\n            ${times.at(-1)![1]}`);
}

async function main(): Promise<number> {
  const { values, positionals: specs } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string', default: '10' },
      busy: { type: 'string', default: String(availableParallelism()) },
    },
  });
  const count = wholeNumber('runs', values.runs);
  const busy = Array.from({ length: wholeNumber('busy', values.busy) }, () =>
    fork(join(import.meta.dirname, 'stress/busy.ts')),
  );
  const suite = specs.length > 0 ? ['npx', 'mocha', ...specs] : ['npm', 'test', '--'];
  const runs: SuiteRun[] = [];
  try {
    for (let run = 1; run <= count; run += 1) {
      const startedMs = performance.now();
      const { passed, failed } = await runSuite(suite);
      runs.push({ passed, failed });
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
      print(`run ${run} of ${count}: ${passed} passed, ${failed.size} failed, ${seconds} s`);
      for (const title of failed.keys()) print(`            ${title}`);
    }
  } finally {
    for (const process of busy) process.kill();
  }
  printFailures(runs);
  const bad = runs.filter(({ failed }) => failed.size > 0).length;
  print(`${bad} of ${count} runs failed, beside ${busy.length} busy processes.`);
  return bad === 0 ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  print(messageOf(error));
  return 2;
});
