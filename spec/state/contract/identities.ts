import { expect } from 'chai';
import type { Subject } from './subject.ts';

const LATER_MS = 1_000;
const MUCH_LATER_MS = 1_000_000;

export function describeIdentities(subject: Subject): void {
  describe('identities', () => {
    const claim = (...identities: string[]) =>
      subject.tx((tx) => tx.claimIdentities(identities, MUCH_LATER_MS));
    const confirm = (...identities: string[]) =>
      subject.tx((tx) => tx.confirmIdentities(identities, LATER_MS));
    const purge = (nowMs: number, limit = 100, closedBeforeMs = nowMs) =>
      subject.tx((tx) => tx.purgeIdentities({ openBeforeMs: nowMs, closedBeforeMs }, limit));

    it('are new the first time and known from then on, in the order asked', async () => {
      expect(await claim('a', 'b')).to.deep.equal([true, true]);
      expect(await claim('c', 'b', 'a', 'd')).to.deep.equal([true, false, false, true]);
    });

    it('are known the second time within one call', async () => {
      expect(await claim('a', 'b', 'a')).to.deep.equal([true, true, false]);
    });

    it('are told apart to the last character', async () => {
      const alike = [
        'a',
        'A',
        'a ',
        'á',
        'a\u0301',
        'a\u0000',
        'a\u0000b',
        '__proto__',
        '🛒',
        'a'.repeat(128),
      ];
      expect(await claim(...alike)).to.deep.equal(alike.map(() => true));
      expect(await claim(...alike)).to.deep.equal(alike.map(() => false));
    });

    it('are kept until their expiry, and forgotten behind it', async () => {
      await claim('a');
      await purge(MUCH_LATER_MS);
      expect(await claim('a')).to.deep.equal([false]);
      await purge(MUCH_LATER_MS + 1);
      expect(await claim('a')).to.deep.equal([true]);
    });

    it('expire earlier once their deletion is confirmed', async () => {
      await claim('a', 'b');
      await confirm('a');
      await purge(LATER_MS);
      expect(await subject.tx((tx) => tx.claimIdentities(['a'], LATER_MS))).to.deep.equal([false]);
      await confirm('a');
      await purge(LATER_MS + 1);
      expect(await claim('a', 'b')).to.deep.equal([true, false]);
    });

    it('are kept while another delivery of them is open, and expire when that is confirmed too', async () => {
      await claim('a');
      await claim('a');
      await confirm('a');
      await purge(LATER_MS + 1);
      expect(await claim('a')).to.deep.equal([false]);
      await confirm('a', 'a');
      await purge(LATER_MS + 1);
      expect(await claim('a')).to.deep.equal([true]);
    });

    it('live longer when they are delivered again after their deletion was confirmed', async () => {
      await claim('a');
      await confirm('a');
      await claim('a');
      await purge(LATER_MS + 1);
      expect(await claim('a')).to.deep.equal([false]);
    });

    it('may be confirmed without being known, which changes nothing', async () => {
      await confirm('never seen');
      expect(await claim('never seen')).to.deep.equal([true]);
    });

    it('are kept beyond their expiry, once their deletion is confirmed, where that is asked for', async () => {
      await claim('a', 'b');
      await confirm('a', 'b');
      await subject.tx((tx) => tx.claimIdentities(['b'], 0));
      // `b` is open again, so that its expiry alone decides.
      expect(await purge(MUCH_LATER_MS + 1, 100, LATER_MS)).to.equal(1);
      expect(await claim('a', 'b')).to.deep.equal([false, true]);
    });

    it('are forgotten in portions, all of them in turn, and said how many', async () => {
      const many = Array.from({ length: 10 }, (_, index) => `identity ${index}`);
      await subject.tx((tx) => tx.claimIdentities(many, LATER_MS));
      const forgotten: number[] = [];
      for (let portion = 0; portion < 6; portion += 1) forgotten.push(await purge(LATER_MS + 1, 2));
      expect(forgotten).to.deep.equal([2, 2, 2, 2, 2, 0]);
      // Around again, from the first one on: what came behind the sweep is met by the next.
      await subject.tx((tx) => tx.claimIdentities(many.slice(0, 3), LATER_MS));
      const again: number[] = [];
      for (let portion = 0; portion < 3; portion += 1) again.push(await purge(LATER_MS + 1, 2));
      expect(again.reduce((sum, each) => sum + each)).to.equal(3);
    });
  });
}
