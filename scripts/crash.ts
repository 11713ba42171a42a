/**
 * Kills the real program while it works, as often as asked, and looks whether every event still counts once:
 *
 *     npm run crash -- --kills 100
 *     npm run crash -- --kills 100 --seed 7     the same events and, as far as a machine allows, the same moments
 *
 * Exits with 1 on any difference.
 */
import { parseArgs } from 'node:util';
import { systemClock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { type KillReport, runKills } from './crash/kill-run.ts';

const DIFFERENCES_SHOWN_MAX = 20;

function print(text: string): void {
  process.stderr.write(`${text}\n`);
}

function showProgress(landed: number, kills: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${kills} kills, ${landed} landed `);
}

function tableOf(report: KillReport, seconds: number): string {
  const moments = [...report.landedByMoment].map(([name, count]) => `${count} ${name}`).join(', ');
  const rows: ReadonlyArray<readonly [string, string | number]> = [
    ['kills', report.kills],
    ['kills that hit work in flight', `${report.landed} (${moments})`],
    ['events sent', report.events],
    ['differences', report.differences.length],
    ['lines printed again, byte for byte, and resolved', report.repeatedLines],
    ['lines cut off by a kill, and printed again', report.cutOffLines],
    ['duplicate deliveries met', report.duplicateDeliveries],
    ['malformed bodies sent', report.malformed],
    ['dead letters, distinct', report.deadLettersDistinct],
    ['dead letters, with those sent again', report.deadLettersReceived],
    ['seconds', seconds.toFixed(1)],
  ];
  return rows.map(([what, value]) => `  ${what.padEnd(50)} ${value}`).join('\n');
}

function wholeNumber(name: string, text: string, min: number): number {
  const number = Number(text);
  if (!/^\d{1,10}$/.test(text) || number < min)
    throw new Error(`--${name} must be a whole number of ${min} or more, not "${text}"`);
  return number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { kills: { type: 'string', default: '100' }, seed: { type: 'string' } },
  });
  const kills = wholeNumber('kills', values.kills, 1);
  const startedMs = systemClock.nowMs();
  const seed = values.seed === undefined ? startedMs % 2 ** 32 : wholeNumber('seed', values.seed, 0);
  print(`seed ${seed}`);
  const report = await runKills({
    kills,
    seed,
    first: { events: 5_000, malformed: 100 },
    refill: { below: 2_000, events: 3_000, malformed: 60 },
    onProgress: showProgress,
  });
  if (process.stderr.isTTY) print('');
  print(`${tableOf(report, (systemClock.nowMs() - startedMs) / 1000)}`);
  for (const difference of report.differences.slice(0, DIFFERENCES_SHOWN_MAX)) print(`  ${difference}`);
  return report.differences.length === 0 ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  print(messageOf(error));
  return 1;
});
