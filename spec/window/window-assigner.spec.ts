import { expect } from 'chai';
import fc from 'fast-check';
import { createWindowAssigner, isTotal, TOTAL, type WindowBounds } from '../../lib/window/window-assigner.ts';

const MINUTE_MS = 60_000;

function assignerOf(sizeMs: number, slideMs = sizeMs) {
  return createWindowAssigner({ kind: 'hopping', sizeMs, slideMs });
}

function shown(windows: readonly WindowBounds[]): string[] {
  const time = (timeMs: number) => new Date(timeMs).toISOString();
  return windows.map(({ startMs, endMs }) => `${time(startMs)} ${time(endMs)}`);
}

describe('the window assigner', () => {
  it('puts an event into the one tumbling window around it, aligned to the epoch', () => {
    const windows = assignerOf(MINUTE_MS)(Date.parse('2020-10-06T10:02:05Z'));
    expect(shown(windows)).to.deep.equal(['2020-10-06T10:02:00.000Z 2020-10-06T10:03:00.000Z']);
  });

  it('takes the start of a window for inclusive and its end for exclusive', () => {
    const assign = assignerOf(MINUTE_MS);
    expect(assign(MINUTE_MS)).to.deep.equal([{ startMs: MINUTE_MS, endMs: 2 * MINUTE_MS }]);
    expect(assign(MINUTE_MS - 1)).to.deep.equal([{ startMs: 0, endMs: MINUTE_MS }]);
    expect(assign(MINUTE_MS)).to.deep.equal([{ startMs: MINUTE_MS, endMs: 2 * MINUTE_MS }]);
  });

  it('puts an event into every hopping window around it, the earliest first', () => {
    const windows = assignerOf(3 * MINUTE_MS, MINUTE_MS)(Date.parse('2020-10-06T10:02:05Z'));
    expect(shown(windows)).to.deep.equal([
      '2020-10-06T10:00:00.000Z 2020-10-06T10:03:00.000Z',
      '2020-10-06T10:01:00.000Z 2020-10-06T10:04:00.000Z',
      '2020-10-06T10:02:00.000Z 2020-10-06T10:05:00.000Z',
    ]);
  });

  it('cuts the time before the epoch in the same way', () => {
    expect(assignerOf(MINUTE_MS)(-1)).to.deep.equal([{ startMs: -MINUTE_MS, endMs: 0 }]);
    expect(assignerOf(MINUTE_MS)(-MINUTE_MS)).to.deep.equal([{ startMs: -MINUTE_MS, endMs: 0 }]);
  });

  it('puts every event into the one window of running totals', () => {
    const assign = createWindowAssigner({ kind: 'total' });
    expect(assign(Date.parse('2020-10-06T10:02:05Z'))).to.deep.equal([TOTAL]);
    expect(assign(-62_167_219_200_000)).to.deep.equal([TOTAL]);
  });

  it('tells the window of running totals from all others', () => {
    expect(isTotal(TOTAL)).to.equal(true);
    expect(isTotal({ ...TOTAL })).to.equal(true);
    expect(isTotal({ startMs: 0, endMs: MINUTE_MS })).to.equal(false);
  });

  it('returns all the aligned windows that hold the event and no other, whatever was asked before', () => {
    const spec = fc.record({
      slideMs: fc.integer({ min: 1, max: 7_200_000 }),
      slides: fc.integer({ min: 1, max: 40 }),
    });
    const times = fc.array(fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(spec, times, ({ slideMs, slides }, timesMs) => {
        const sizeMs = slideMs * slides;
        const assign = assignerOf(sizeMs, slideMs);
        for (const timeMs of [...timesMs, ...timesMs]) {
          const windows = assign(timeMs);
          expect(windows).to.have.length(slides);
          windows.forEach(({ startMs, endMs }, index) => {
            expect(Math.abs(startMs % slideMs)).to.equal(0);
            expect(endMs - startMs).to.equal(sizeMs);
            expect(startMs).to.be.at.most(timeMs);
            expect(endMs).to.be.above(timeMs);
            if (index > 0) expect(startMs - windows[index - 1]!.startMs).to.equal(slideMs);
          });
        }
      }),
      { numRuns: 200 },
    );
  });
});
