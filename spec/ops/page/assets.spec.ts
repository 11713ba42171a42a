import { expect } from 'chai';
import fc from 'fast-check';

interface Row {
  readonly type: string;
  readonly count: number;
  readonly sum: string;
  readonly revision: number | null;
  readonly closed: boolean;
  readonly window_start: string;
  readonly window_end: string;
}

// The page's own modules are JavaScript; they are checked with the browser's types, by lib/ops/page/tsconfig.json.
const load = (name: string) => import(new URL(`../../../lib/ops/page/assets/${name}`, import.meta.url).href);
const { addExactly, byCount, grouped, parseExactly } = await load('exact.js');
const { duration, rate } = await load('format.js');
const { chartOfTotals, chartOfWindows } = await load('chart-data.js');
const { WindowBook } = await load('window-book.js');

function row(minute: number, type: string, count: number, more: Partial<Row> = {}): Row {
  const at = (each: number) => `2020-10-06T10:${String(each).padStart(2, '0')}:00Z`;
  const bounds = { window_start: at(minute), window_end: at(minute + 1) };
  return { type, count, sum: `${count}.5`, revision: 0, closed: true, ...bounds, ...more };
}

function bookOf(...rows: readonly Row[]) {
  const book = new WindowBook();
  for (const each of rows) book.take(each, 1);
  return book;
}

describe('the page’s numbers', () => {
  it('keep all digits of a sum, and leave a text that looks like one alone', () => {
    expect(parseExactly('{"sum":12345678901234567890.10,"type":"\\"sum\\":1.0"}')).to.deep.equal({
      sum: '12345678901234567890.10',
      type: '"sum":1.0',
    });
  });

  it('add up exactly', () => {
    expect(addExactly('0.1', '0.2')).to.equal('0.3');
    expect(addExactly('-0.05', '0.0')).to.equal('-0.05');
    expect(addExactly('99999999999999999999.9', '0.1')).to.equal('100000000000000000000.0');
    const cents = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
    const text = (value: bigint) => {
      const digits = String(value < 0n ? -value : value).padStart(3, '0');
      return `${value < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2).replace(/0$/, '')}`;
    };
    fc.assert(fc.property(cents, cents, (a, b) => addExactly(text(a), text(b)) === text(a + b)));
  });

  it('are grouped for the eye without touching a digit', () => {
    expect(['1234567.1234', '-1234.0', '999', '0.5'].map(grouped)).to.deep.equal([
      '1,234,567.1234',
      '-1,234.0',
      '999',
      '0.5',
    ]);
  });

  it('are short where they are estimates', () => {
    expect([0, 0.42, 12.3, 1234.5].map(rate)).to.deep.equal(['0', '0.4', '12', '1,235']);
    expect([1.23, 59.6, 185, 7_800, 100_000].map(duration)).to.deep.equal([
      '1.2 s',
      '1 min 00 s',
      '3 min 05 s',
      '2 h 10 min',
      '1 d 3 h',
    ]);
  });

  it('rank types by count, and by name where counts are equal', () => {
    const totals = [row(0, 'b', 1), row(0, 'a', 1), row(0, 'c', 2)];
    expect(byCount(totals).map(({ type }: Row) => type)).to.deep.equal(['c', 'a', 'b']);
  });
});

describe('the page’s windows', () => {
  it('keep what is newest, in whatever order it is told', () => {
    const book = bookOf(row(1, 'a', 5, { revision: 1 }), row(1, 'a', 3), row(1, 'a', 5, { revision: null }));
    expect(book.rows.map(({ count, revision }: Row) => [count, revision])).to.deep.equal([[5, 1]]);
  });

  it('are listed newest first, or as they were printed, without those that were not', () => {
    const book = bookOf(row(1, 'a', 1), row(2, 'a', 2), row(3, 'a', 3, { revision: null, closed: false }));
    book.take(row(1, 'a', 9, { revision: 1 }), 2);
    const counts = (order: string) => book.list(order, undefined, 10).map(({ count }: Row) => count);
    expect(counts('newest')).to.deep.equal([3, 2, 9]);
    expect(counts('printed')).to.deep.equal([9, 2]);
  });

  it('become lines, other types in one, with silence at zero', () => {
    const book = bookOf(row(1, 'a', 1), row(2, 'a', 2), row(2, 'b', 3), row(2, 'c', 4), row(9, 'a', 5));
    const choice = { types: ['a'], withOther: true, windows: 100, cutOffMs: -Infinity };
    const { times, columns } = chartOfWindows(book.rows, choice);
    const minutes = times.map((time: number) => new Date(time * 1000).getUTCMinutes());
    expect(minutes).to.deep.equal([1, 2, 3, 8, 9]);
    expect(columns.map(({ counts }: { counts: number[] }) => counts)).to.deep.equal([
      [1, 2, 0, 0, 5],
      [0, 7, 0, 0, 0],
    ]);
    expect(columns[1].sums[1]).to.equal('8.0');
  });

  it('are open at the end only, however late a window in the middle was opened', () => {
    const open = { revision: null, closed: false };
    const book = bookOf(row(1, 'a', 1), row(2, 'a', 1, open), row(3, 'a', 1), row(4, 'a', 1, open));
    const choice = { types: ['a'], withOther: false, windows: 100, cutOffMs: -Infinity };
    const { openFrom } = chartOfWindows(book.rows, choice);
    expect(new Date(openFrom * 1000).getUTCMinutes()).to.equal(4);
  });

  it('are growth where there are none', () => {
    const at = (timeMs: number, count: number, sum: string) => ({
      timeMs,
      totals: [{ type: 'a', count, sum }],
    });
    const samples = [at(1_000, 10, '-5.5'), at(2_000, 12, '-5.4')];
    const { columns } = chartOfTotals(samples, { types: ['a'], withOther: false });
    expect(columns[0]).to.deep.include({ counts: [0, 2], sums: ['0.0', '0.1'] });
  });
});
