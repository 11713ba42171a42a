import type { WindowSpec } from '../../lib/window/window-assigner.ts';

/** A value as `coefficient × 10^-scale`, apart from any code of the program. */
export interface OracleValue {
  readonly coefficient: bigint;
  readonly scale: number;
}

export interface OracleEvent {
  readonly type: string;
  readonly value: OracleValue;
  readonly timeMs: number;
}

/** Everything is compared at this scale, which no value of the Contract goes beyond. */
const SCALE = 400;

export function toUnits({ coefficient, scale }: OracleValue): bigint {
  return coefficient * 10n ** BigInt(SCALE - scale);
}

/** Reads a sum as printed, refusing any notation but the Contract's. */
export function unitsOfPrinted(sum: string): bigint {
  const parts = /^(-?)(0|[1-9]\d*)\.(0|\d*[1-9])$/.exec(sum);
  if (!parts) throw new Error(`not in plain notation: ${sum}`);
  const magnitude = BigInt(parts[2]!) * 10n ** BigInt(SCALE) + BigInt(parts[3]!.padEnd(SCALE, '0'));
  return parts[1] ? -magnitude : magnitude;
}

/** What the last lines have to say: `type|start|end` to `count|units`, by the plainest possible sum. */
export function expectedTotals(events: readonly OracleEvent[], window: WindowSpec): Map<string, string> {
  const totals = new Map<string, { count: number; units: bigint }>();
  for (const { type, value, timeMs } of events) {
    for (const [start, end] of windowsOf(timeMs, window)) {
      const key = `${type}|${start}|${end}`;
      const total = totals.get(key) ?? { count: 0, units: 0n };
      totals.set(key, { count: total.count + 1, units: total.units + toUnits(value) });
    }
  }
  return new Map([...totals].map(([key, { count, units }]) => [key, `${count}|${units}`]));
}

export function windowsOf(timeMs: number, window: WindowSpec): Array<[string, string]> {
  if (window.kind === 'total') return [['', '']];
  const found: Array<[string, string]> = [];
  // Every aligned start that could possibly hold the time, tried one by one.
  const first = Math.floor((timeMs - window.sizeMs) / window.slideMs) * window.slideMs;
  for (let start = first; start <= timeMs; start += window.slideMs)
    if (start <= timeMs && timeMs < start + window.sizeMs)
      found.push([iso(start), iso(start + window.sizeMs)]);
  return found;
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z');
}

/** The last revisions of printed lines, in the form of {@link expectedTotals}; checks the revisions on the way. */
export function printedTotals(lines: Iterable<string>): Map<string, string> {
  const last = new Map<string, { revision: number; line: string; total: string }>();
  for (const line of lines) {
    const { type, count, window_start = '', window_end = '', revision } = JSON.parse(line);
    const key = `${type}|${window_start}|${window_end}`;
    const before = last.get(key);
    if (before && before.revision === revision && before.line === line) continue; // repeated, byte for byte
    if (revision !== (before?.revision ?? -1) + 1)
      throw new Error(`revision out of turn: ${line} after ${before?.line}`);
    const sum = /,"sum":(-?[\d.]+)[,}]/.exec(line)![1]!;
    last.set(key, { revision, line, total: `${count}|${unitsOfPrinted(sum)}` });
  }
  return new Map([...last].map(([key, { total }]) => [key, total]));
}
