import { expect } from 'chai';
import fc from 'fast-check';
import type { Progress } from '../../lib/state/state-store.ts';
import { advance, isTooLate, type LatenessRules, watermarkMs } from '../../lib/window/watermark.ts';

const rules: LatenessRules = { maxOutOfOrdernessMs: 10_000, allowedLatenessMs: 60_000 };
const start: Progress = { maxEventTimeMs: undefined, horizonMs: Number.MIN_SAFE_INTEGER };
const T_MS = Date.UTC(2020, 9, 6, 10, 2, 5);

describe('the watermark', () => {
  it('stays MAX_OUT_OF_ORDERNESS behind the newest event', () => {
    expect(watermarkMs({ maxEventTimeMs: T_MS, horizonMs: 0 }, rules)).to.equal(T_MS - 10_000);
  });

  it('is behind everything before the first event', () => {
    expect(watermarkMs(start, rules)).to.equal(Number.MIN_SAFE_INTEGER);
  });

  it('moves with the newest event and not with an older one', () => {
    const once = advance(start, T_MS, rules);
    expect(once).to.deep.equal({ maxEventTimeMs: T_MS, horizonMs: T_MS - 70_000 });
    expect(advance(once, T_MS - 5_000, rules)).to.deep.equal(once);
    expect(advance(once, T_MS + 1, rules)).to.deep.equal({
      maxEventTimeMs: T_MS + 1,
      horizonMs: T_MS - 69_999,
    });
  });

  it('stays where it is when a commit counted no event', () => {
    const once = advance(start, T_MS, rules);
    expect(advance(start, undefined, rules)).to.deep.equal(start);
    expect(advance(once, undefined, rules)).to.deep.equal(once);
  });

  it('moves for events before the epoch too', () => {
    expect(advance(start, -5_000, rules)).to.deep.equal({ maxEventTimeMs: -5_000, horizonMs: -75_000 });
    expect(advance(start, 0, rules).maxEventTimeMs).to.equal(0);
  });
});

describe('lateness', () => {
  it('ends a window once the watermark is ALLOWED_LATENESS past its end, to the millisecond', () => {
    const progress = advance(start, T_MS, rules);
    const watermark = watermarkMs(progress, rules);
    expect(isTooLate(watermark - 60_000, progress)).to.equal(true);
    expect(isTooLate(watermark - 60_000 + 1, progress)).to.equal(false);
  });

  it('ends no window before the first event', () => {
    expect(isTooLate(0, start)).to.equal(false);
    expect(isTooLate(-62_167_219_200_000, start)).to.equal(false);
  });

  it('does not bring a window back that ended under stricter settings', () => {
    const strict = advance(start, T_MS, rules);
    const lenient = advance(strict, T_MS + 1, {
      maxOutOfOrdernessMs: 3_600_000,
      allowedLatenessMs: 86_400_000,
    });
    expect(lenient.horizonMs).to.equal(strict.horizonMs);
    expect(isTooLate(strict.horizonMs, lenient)).to.equal(true);
  });

  it('never goes back, and depends on the newest event only', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e12, max: 1e12 }), { minLength: 1 }), (timesMs) => {
        let progress = start;
        for (const timeMs of timesMs) {
          const next = advance(progress, timeMs, rules);
          expect(next.horizonMs).to.be.at.least(progress.horizonMs);
          expect(next.maxEventTimeMs).to.be.at.least(progress.maxEventTimeMs ?? timeMs);
          progress = next;
        }
        expect(progress).to.deep.equal(advance(start, Math.max(...timesMs), rules));
      }),
    );
  });
});
