import { expect } from 'chai';
import fc from 'fast-check';
import { backoffMs } from '../lib/backoff.ts';

const BOUNDS = { minMs: 500, maxMs: 30_000 };
const shortest = (failures: number) => backoffMs(failures, BOUNDS, () => 0);
const longest = (failures: number) => backoffMs(failures, BOUNDS, () => 1);

describe('the wait after failures', () => {
  it('doubles with each failure until half the longest wait, where nothing is left to chance', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(shortest)).to.deep.equal([
      500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000,
    ]);
  });

  it('is at most twice as long by chance, and never longer than the longest wait', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(longest)).to.deep.equal([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });

  it('differs from one client to the next', () => {
    const waits = new Set(Array.from({ length: 100 }, () => backoffMs(7, BOUNDS)));
    expect(waits.size).to.be.above(50);
  });

  it('stays within its bounds, however many failures there were', () => {
    const failures = fc.oneof(
      fc.integer({ min: 0, max: 100 }),
      fc.constantFrom(1_100, 2 ** 31, Number.MAX_VALUE),
    );
    fc.assert(
      fc.property(
        failures,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (count, random) => {
          expect(backoffMs(count, BOUNDS, () => random)).to.be.within(BOUNDS.minMs, BOUNDS.maxMs);
        },
      ),
    );
  });
});
