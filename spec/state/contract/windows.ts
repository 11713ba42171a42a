import { expect } from 'chai';
import { TOTAL } from '../../../lib/window/window-assigner.ts';
import type { Subject } from './subject.ts';
import { aggregate, EARLY, LATE, summary, WindowState } from './window-state.ts';

const ODD_TYPES = [
  '__proto__',
  'constructor',
  'a\u0000b',
  'a',
  '🛒',
  '\u2028',
  "'; --",
  ' ',
  'x'.repeat(256),
];

export function describeWindows(subject: Subject): void {
  const windows = new WindowState(subject);

  describe('windows and their aggregates', () => {
    it('are not there before they are written', async () => {
      expect(await windows.stored(EARLY)).to.equal(undefined);
      expect(await windows.aggregates(EARLY, ['a'])).to.deep.equal([undefined]);
    });

    it('come back as they were written, whatever the type is called', async () => {
      const numbers = ODD_TYPES.map((_, index) => aggregate(index + 1));
      await windows.write(
        EARLY,
        ODD_TYPES.map((type, index) => [type, numbers[index]!]),
      );
      expect(await windows.stored(EARLY)).to.deep.equal({
        bounds: EARLY,
        types: ODD_TYPES.length,
        printedMs: undefined,
      });
      expect(await windows.aggregates(EARLY, ODD_TYPES)).to.deep.equal(numbers);
      expect(new Set((await windows.due()).map(({ type }) => type))).to.deep.equal(new Set(ODD_TYPES));
    });

    it('keep every digit of a sum', async () => {
      const sum = `-${'9'.repeat(400)}.${'1'.repeat(400)}`;
      await windows.write(EARLY, [['a', { count: Number.MAX_SAFE_INTEGER, sum, revision: 0 }]]);
      expect((await windows.due())[0]).to.deep.include({ count: Number.MAX_SAFE_INTEGER, sum });
    });

    it('give only the types asked for', async () => {
      await windows.write(EARLY, [
        ['a', aggregate(1)],
        ['b', aggregate(2)],
      ]);
      expect(await windows.aggregates(EARLY, ['b', 'c'])).to.deep.equal([aggregate(2), undefined]);
      const found = await subject.tx((tx) => tx.readAggregates(EARLY, ['b']));
      expect([...found.keys()]).to.deep.equal(['b']);
    });

    it('are kept apart by start and by end', async () => {
      const overlapping = { startMs: 0, endMs: 120_000 };
      await windows.write(EARLY, [['a', aggregate(1)]]);
      await windows.write(overlapping, [['a', aggregate(2)]]);
      await windows.write(LATE, [['a', aggregate(3)]]);
      for (const [index, bounds] of [EARLY, overlapping, LATE].entries())
        expect(await windows.aggregates(bounds, ['a'])).to.deep.equal([aggregate(index + 1)]);
    });

    it('can be the one window of running totals', async () => {
      await windows.write(TOTAL, [['a', aggregate(1)]], 0);
      expect(await windows.stored(TOTAL)).to.deep.equal({ bounds: TOTAL, types: 1, printedMs: 0 });
      expect(summary(await windows.due({ openEndMs: 0 }))).to.deep.equal([
        `${TOTAL.startMs}-${TOTAL.endMs} a 0`,
      ]);
    });
  });
}
