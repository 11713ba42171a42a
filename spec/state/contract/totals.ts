import { expect } from 'chai';
import type { Subject } from './subject.ts';

export function describeTotals(subject: Subject): void {
  const add = (...changes: [type: string, count: number, sum: string][]) =>
    subject.tx((tx) => tx.addToTotals(changes.map(([type, count, sum]) => ({ type, count, sum }))));

  describe('running totals', () => {
    it('begin with nothing, at a time that is known and does not change', async () => {
      const { sinceMs, totals } = await subject.reader.readTotals();
      expect(totals).to.deep.equal([]);
      expect(Date.now() - sinceMs).to.be.within(0, 60_000);
      await subject.reopen();
      expect((await subject.reader.readTotals()).sinceMs).to.equal(sinceMs);
    });

    it('add up exactly, per type, and come in the order of the types', async () => {
      await add(['b', 1, '0.1'], ['a', 2, '12345678901234567890.5'], ['__proto__', 1, '-1.0']);
      await add(['b', 2, '0.2'], ['a', 1, '0.5']);
      expect((await subject.reader.readTotals()).totals).to.deep.equal([
        { type: '__proto__', count: 1, sum: '-1.0' },
        { type: 'a', count: 3, sum: '12345678901234567891.0' },
        { type: 'b', count: 3, sum: '0.3' },
      ]);
      expect(await subject.reader.readTotal('b')).to.deep.equal({ type: 'b', count: 3, sum: '0.3' });
      expect(await subject.reader.readTotal('c')).to.equal(undefined);
    });

    it('are not changed by a transaction that fails', async () => {
      await add(['a', 1, '1.0']);
      const failed = subject.tx(async (tx) => {
        await tx.addToTotals([{ type: 'a', count: 1, sum: '1.0' }]);
        throw new Error('no');
      });
      expect(await failed.catch((error: Error) => error.message)).to.equal('no');
      expect((await subject.reader.readTotal('a'))?.count).to.equal(1);
    });

    it('keep 10,000 types apart and sum further ones under the empty type', async () => {
      await add(
        ...Array.from(
          { length: 10_002 },
          (_, index) => [`type ${index}`, 1, '0.5'] as [string, number, string],
        ),
      );
      await add(['one more', 3, '0.1'], ['type 0', 1, '0.5']);
      const { totals } = await subject.reader.readTotals();
      expect(totals).to.have.length(10_001);
      expect(totals[0]).to.deep.equal({ type: '', count: 5, sum: '1.1' });
      expect(await subject.reader.readTotal('type 0')).to.include({ count: 2, sum: '1.0' });
      expect(totals.reduce((sum, { count }) => sum + count, 0)).to.equal(10_006);
    });
  });
}
