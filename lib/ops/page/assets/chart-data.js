/** From windows, or from totals over time, to the aligned columns that a chart draws. */
import { addExactly } from './exact.js';

/** @import { ChartData, Column, Total } from './shapes.d.ts' */
/** @import { Row } from './window-book.js' */

/** Running totals are noted as often as they are asked for; an hour of them is enough to look at. */
const SAMPLES_MAX = 1_800;

/**
 * @param {readonly Row[]} rows
 * @param {{ types: readonly string[], withOther: boolean, windows: number, cutOffMs: number }} choice
 * @returns {ChartData}
 */
export function chartOfWindows(rows, { types, withOther, windows, cutOffMs }) {
  const starts = new Set();
  for (const { startMs } of rows) if (startMs !== undefined && startMs > cutOffMs) starts.add(startMs);
  const ascending = /** @type {number[]} */ ([...starts]).sort((a, b) => a - b);
  const slideMs = smallestGap(ascending);
  const fromMs = (ascending.at(-1) ?? 0) - slideMs * (windows - 1);
  const timesMs = withEmptyWindows(
    ascending.filter((startMs) => startMs >= fromMs),
    slideMs,
  );
  const data = emptyChart(timesMs, types, withOther);
  const at = new Map(timesMs.map((timeMs, index) => [timeMs, index]));
  const columnOf = columnFinder(data.columns);
  /** @type {Set<number>} */
  const open = new Set();
  for (const row of rows) {
    const index = row.startMs === undefined ? undefined : at.get(row.startMs);
    if (index === undefined) continue;
    if (!row.closed) open.add(index);
    const column = columnOf(row.type);
    if (column) add(column, index, row);
  }
  // Only those at the end: a late event can open a window in the middle of those that are long closed.
  for (let at = timesMs.length - 1; open.has(at); at -= 1) data.openFrom = data.times[at];
  return finished(data);
}

/**
 * With `WINDOW=total` there is no window to draw, so it is what the totals have grown by since the page was opened.
 * @param {readonly { timeMs: number, totals: readonly Total[] }[]} samples
 * @param {{ types: readonly string[], withOther: boolean }} choice
 * @returns {ChartData}
 */
export function chartOfTotals(samples, { types, withOther }) {
  const data = emptyChart(
    samples.map(({ timeMs }) => timeMs),
    types,
    withOther,
  );
  const columnOf = columnFinder(data.columns);
  samples.forEach(({ totals }, index) => {
    for (const total of totals) {
      const column = columnOf(total.type);
      if (column) add(column, index, total);
    }
  });
  for (const column of data.columns) {
    const [count = 0, sum = '0.0'] = [column.counts[0], column.sums[0]];
    column.counts = column.counts.map((each) => each - count);
    column.sums = column.sums.map((each) => addExactly(each, negated(sum)));
  }
  return finished(data);
}

/**
 * @param {{ timeMs: number, totals: readonly Total[] }[]} samples
 * @param {{ timeMs: number, totals: readonly Total[] }} sample
 */
export function addSample(samples, sample) {
  samples.push(sample);
  if (samples.length > SAMPLES_MAX) samples.shift();
}

/** @param {readonly number[]} ascending */
function smallestGap(ascending) {
  let gap = Infinity;
  for (let at = 1; at < ascending.length; at += 1) gap = Math.min(gap, ascending[at] - ascending[at - 1]);
  return Number.isFinite(gap) ? gap : 60_000;
}

/**
 * A window without events has no row. Between two that are further apart than the slide, the line has to go down
 * to zero and come up again; one zero at each end is enough for that, however long the silence.
 * @param {readonly number[]} ascending
 * @param {number} slideMs
 */
function withEmptyWindows(ascending, slideMs) {
  /** @type {number[]} */
  const timesMs = [];
  for (const timeMs of ascending) {
    const before = timesMs.at(-1);
    if (before !== undefined && timeMs - before > slideMs) timesMs.push(before + slideMs);
    if (before !== undefined && timeMs - before > 2 * slideMs) timesMs.push(timeMs - slideMs);
    timesMs.push(timeMs);
  }
  return timesMs;
}

/**
 * @param {readonly number[]} timesMs
 * @param {readonly string[]} types
 * @param {boolean} withOther
 * @returns {ChartData}
 */
function emptyChart(timesMs, types, withOther) {
  /** @param {string | undefined} type @returns {Column} */
  const column = (type) => ({
    type,
    counts: timesMs.map(() => 0),
    sums: timesMs.map(() => '0.0'),
    heights: [],
  });
  const columns = types.map(column);
  if (withOther) columns.push(column(undefined));
  return { times: timesMs.map((timeMs) => timeMs / 1000), columns, openFrom: undefined };
}

/** @param {readonly Column[]} columns */
function columnFinder(columns) {
  const byType = new Map(columns.map((column) => [column.type, column]));
  return (/** @type {string} */ type) => byType.get(type) ?? byType.get(undefined);
}

/**
 * @param {Column} column
 * @param {number} index
 * @param {Total} total
 */
function add(column, index, { count, sum }) {
  column.counts[index] += count;
  column.sums[index] = column.sums[index] === '0.0' ? sum : addExactly(column.sums[index], sum);
}

/** @param {string} sum */
function negated(sum) {
  return sum.startsWith('-') ? sum.slice(1) : `-${sum}`;
}

/** @param {ChartData} data */
function finished(data) {
  for (const column of data.columns) column.heights = column.sums.map(Number);
  return data;
}
