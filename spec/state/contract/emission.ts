import { expect } from 'chai';
import type { Subject } from './subject.ts';
import { aggregate, EARLY, LATE, summary, WindowState } from './window-state.ts';

export function describeEmission(subject: Subject): void {
  const windows = new WindowState(subject);

  describe('due lines', () => {
    it('come by window end, window start and type in code point order', async () => {
      const overlapping = { startMs: -60_000, endMs: 60_000 };
      const longest = { startMs: -120_000, endMs: 120_000 };
      // U+FFFD comes before U+1F6D2, though UTF-16 has them the other way round.
      await windows.write(LATE, [['a', aggregate(1)]]);
      await windows.write(
        EARLY,
        ['🛒', 'b', '\ufffd', 'a', 'B', 'ä', 'aa'].map((type) => [type, aggregate(1)]),
      );
      await windows.write(longest, [['y', aggregate(1)]]);
      await windows.write(overlapping, [['z', aggregate(1)]]);
      expect(summary(await windows.due())).to.deep.equal([
        '-60000-60000 z 0',
        ...['B', 'a', 'aa', 'b', 'ä', '\ufffd', '🛒'].map((type) => `0-60000 ${type} 0`),
        '-120000-120000 y 0',
        '60000-120000 a 0',
      ]);
    });

    it('are those of open windows that have ended, and no others', async () => {
      await windows.write(EARLY, [['a', aggregate(1)]]);
      await windows.write(LATE, [['a', aggregate(1)]]);
      expect(summary(await windows.due({ openEndMs: 59_999 }))).to.deep.equal([]);
      expect(summary(await windows.due({ openEndMs: 60_000 }))).to.deep.equal(['0-60000 a 0']);
      expect(await windows.due({ openEndMs: 120_000 })).to.have.length(2);
    });

    it('are not more than asked for', async () => {
      await windows.write(EARLY, [
        ['a', aggregate(1)],
        ['b', aggregate(1)],
      ]);
      expect(summary(await windows.due({}, 1))).to.deep.equal(['0-60000 a 0']);
    });

    it('are not due again once printed, until there is new content and the window is due by its printing', async () => {
      await windows.write(EARLY, [
        ['a', aggregate(1)],
        ['b', aggregate(1)],
      ]);
      await windows.print(await windows.due(), 5_000);
      expect(await windows.due()).to.deep.equal([]);
      expect(await windows.stored(EARLY)).to.deep.include({ printedMs: 5_000 });
      await windows.write(EARLY, [['a', aggregate(2, 1)]], 5_000);
      expect(await windows.due({ printedMs: 4_999 })).to.deep.equal([]);
      expect(await windows.due({ printedMs: 5_000 })).to.deep.equal([
        { bounds: EARLY, type: 'a', ...aggregate(2, 1) },
      ]);
    });

    it('count the revisions of each type by itself', async () => {
      await windows.write(EARLY, [
        ['a', aggregate(1)],
        ['b', aggregate(1)],
      ]);
      await windows.print(await windows.due(), 1);
      await windows.write(EARLY, [['a', aggregate(2, 1)]], 1);
      await windows.print(await windows.due(), 2);
      expect(await windows.aggregates(EARLY, ['a', 'b'])).to.deep.equal([aggregate(2, 2), aggregate(1, 1)]);
    });

    it('go on where a partly printed window was left, and only then count as printed', async () => {
      await windows.write(
        EARLY,
        ['a', 'b', 'c'].map((type) => [type, aggregate(1)]),
      );
      await windows.print(await windows.due({}, 2), 7);
      expect(await windows.stored(EARLY)).to.deep.include({ printedMs: undefined });
      expect(await subject.tx((tx) => tx.readOutlook())).to.deep.include({ openEndMs: 60_000 });
      expect(summary(await windows.due())).to.deep.equal(['0-60000 c 0']);
      await windows.print(await windows.due(), 8);
      expect(await windows.stored(EARLY)).to.deep.include({ printedMs: 8 });
    });
  });

  describe('forgetting windows', () => {
    const forget = (horizonMs: number, limit = 100) => subject.tx((tx) => tx.forgetWindows(horizonMs, limit));

    it('removes those that ended by then, with their aggregates', async () => {
      await windows.write(EARLY, [['a', aggregate(1)]]);
      await windows.write(LATE, [['a', aggregate(1)]]);
      await windows.print(await windows.due(), 1);
      await forget(60_000);
      expect(await windows.stored(EARLY)).to.equal(undefined);
      expect(await windows.stored(LATE)).to.not.equal(undefined);
      await windows.write(EARLY, [['b', aggregate(1)]]);
      expect(await windows.aggregates(EARLY, ['a', 'b'])).to.deep.equal([undefined, aggregate(1)]);
    });

    it('keeps those that have something left to print', async () => {
      await windows.write(EARLY, [['a', aggregate(1)]]);
      await forget(60_000);
      expect(summary(await windows.due())).to.deep.equal(['0-60000 a 0']);
      await windows.print(await windows.due(), 1);
      await windows.write(EARLY, [['a', aggregate(2, 1)]], 1);
      await forget(60_000);
      expect(summary(await windows.due())).to.deep.equal(['0-60000 a 1']);
    });

    it('works in portions', async () => {
      await windows.write(EARLY, [['a', aggregate(1)]]);
      await windows.write(LATE, [['a', aggregate(1)]]);
      await windows.print(await windows.due(), 1);
      await forget(120_000, 1);
      expect(
        [await windows.stored(EARLY), await windows.stored(LATE)].filter((window) => window),
      ).to.have.length(1);
    });
  });

  describe('the outlook', () => {
    const outlook = () => subject.tx((tx) => tx.readOutlook());

    it('is empty when nothing waits', async () => {
      expect(await outlook()).to.deep.equal({ openEndMs: undefined, revisedPrintedMs: undefined });
    });

    it('names the earliest open end and the revised window that has waited longest', async () => {
      await windows.write(LATE, [['a', aggregate(1)]]);
      await windows.write(EARLY, [['a', aggregate(1)]]);
      expect(await outlook()).to.deep.equal({ openEndMs: 60_000, revisedPrintedMs: undefined });
      await windows.print(await windows.due({ openEndMs: 60_000 }), 300);
      expect(await outlook()).to.deep.equal({ openEndMs: 120_000, revisedPrintedMs: undefined });
      await windows.print(await windows.due(), 400);
      await windows.write(LATE, [['a', aggregate(2, 1)]], 400);
      await windows.write(EARLY, [['a', aggregate(2, 1)]], 300);
      expect(await outlook()).to.deep.equal({ openEndMs: undefined, revisedPrintedMs: 300 });
    });
  });
}
