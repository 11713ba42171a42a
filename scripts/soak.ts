/**
 * Keeps the real program busy at a steady rate, with late events, duplicates and many types, and looks whether
 * anything grows that should not:
 *
 *     npm run soak -- --minutes 10
 *     npm run soak -- --minutes 60 --rate 100 --types 2000 --seed 7
 *
 * A table of what it took comes on stdout, progress on a terminal. Exits with 1 when memory, state or lag grow
 * after the warm-up by more than noise explains, or when the events sent and those counted differ.
 */
import { parseArgs } from 'node:util';
import { systemClock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Sample } from './soak/sample.ts';
import { type SoakReport, soak } from './soak/soak-run.ts';
import { STANDARD_ERRORS, trendOf } from './soak/trend.ts';

/** The first part of a run, in which caches fill, code is compiled and the first windows are forgotten. */
const WARM_UP_SHARE = 0.4;
const ROWS_MAX = 30;

const MEASURES = [
  { name: 'resident memory, MiB', of: (sample: Sample) => sample.residentMib },
  { name: 'state file and log, MiB', of: (sample: Sample) => sample.stateMib },
  { name: 'lag, messages waiting', of: (sample: Sample) => sample.lag },
] as const;

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function showProgress({ seconds, residentMib, stateMib, lag, lines }: Sample, total: number): void {
  if (process.stderr.isTTY)
    process.stderr.write(
      `\r${seconds.toFixed(0)} of ${total} s: ${residentMib.toFixed(1)} MiB, state ${stateMib.toFixed(1)} MiB, ${lag} waiting, ${lines} lines  `,
    );
}

/** Every sample of a short run, and evenly chosen ones of a long one. */
function tableOf(samples: readonly Sample[]): string {
  const step = Math.ceil(samples.length / ROWS_MAX);
  const rows = samples
    .filter((_, index) => index % step === step - 1)
    .map(({ seconds, residentMib, stateMib, lag, lines }) =>
      [seconds.toFixed(0), residentMib.toFixed(1), stateMib.toFixed(2), lag, lines]
        .map((cell) => String(cell).padStart(13))
        .join(''),
    );
  const titles = ['seconds', 'resident MiB', 'state MiB', 'lag', 'lines'];
  return [titles.map((title) => title.padStart(13)).join(''), ...rows].join('\n');
}

/** @returns whether nothing grows */
function printTrends(samples: readonly Sample[]): boolean {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  print(
    `Slopes after the warm-up, from ${warm[0]?.seconds.toFixed(0)} s on, ${warm.length} samples, per minute:`,
  );
  const trends = MEASURES.map(({ name, of }) => {
    const trend = trendOf(warm.map((sample) => ({ minutes: sample.seconds / 60, value: of(sample) })));
    const noise = `${trend.perMinute.toFixed(3)} ± ${trend.standardError.toFixed(3)}`;
    const visible = (STANDARD_ERRORS * trend.standardError).toFixed(3);
    print(`  ${name.padEnd(26)} ${noise.padStart(18)}  ${trend.verdict} (more than ${visible} would show)`);
    return trend;
  });
  return trends.every(({ verdict }) => verdict !== 'growing');
}

function judge({ samples, exit, faults, addsUp, table }: SoakReport): number {
  print(tableOf(samples));
  const isSteady = printTrends(samples);
  print(table);
  for (const fault of faults.slice(0, 20)) print(`  ${fault}`);
  const isWell = isSteady && addsUp && exit === 0 && faults.length === 0;
  print(
    isWell
      ? 'Nothing grows, and everything adds up.'
      : `NOT well: ${isSteady ? 'nothing' : 'something'} grows, it ${addsUp ? 'adds up' : 'does not add up'}, exit ${exit}, ${faults.length} faults.`,
  );
  return isWell ? 0 : 1;
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${name} must be a number above zero, not "${text}"`);
  return number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      rate: { type: 'string', default: '200' },
      types: { type: 'string', default: '1000' },
      seed: { type: 'string' },
    },
  });
  const seconds = 60 * positive('minutes', values.minutes);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const seed = values.seed === undefined ? systemClock.nowMs() % 2 ** 32 : positive('seed', values.seed);
  const perSecond = positive('rate', values.rate);
  const types = positive('types', values.types);
  print(`${seconds} s, ${perSecond} messages a second, ${types} types, seed ${seed}`);
  const onSample = (sample: Sample) => showProgress(sample, seconds);
  const report = await soak({ seconds, perSecond, types, seed, signal: stop.signal, onSample });
  if (process.stderr.isTTY) process.stderr.write('\n');
  return judge(report);
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  return 1;
});
