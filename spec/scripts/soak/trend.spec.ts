import { expect } from 'chai';
import { mulberry32 } from '../../../scripts/producer/random.ts';
import { type Point, trendOf } from '../../../scripts/soak/trend.ts';

const MINUTES = 6;
const SAMPLES = 72;
const random = mulberry32(1);

function points(valueAt: (index: number) => number): Point[] {
  return Array.from({ length: SAMPLES }, (_, index) => ({
    minutes: (index / SAMPLES) * MINUTES,
    value: valueAt(index),
  }));
}

describe('the trend of a soak', () => {
  it('is zero within noise when nothing changes', () => {
    expect(trendOf(points(() => 7))).to.deep.equal({
      perMinute: 0,
      standardError: 0,
      verdict: 'zero within noise',
    });
  });

  it('is zero within noise when values scatter around a level', () => {
    expect(trendOf(points(() => 100 + random())).verdict).to.equal('zero within noise');
  });

  it('is zero within noise when memory climbs and is collected again and again', () => {
    expect(trendOf(points((index) => 100 + (index % 13))).verdict).to.equal('zero within noise');
  });

  it('is growing when a leak hides in the scatter', () => {
    const trend = trendOf(points((index) => 100 + random() + index * 0.05));
    expect(trend.verdict).to.equal('growing');
    expect(trend.perMinute).to.be.closeTo(0.05 * (SAMPLES / MINUTES), 0.1);
  });

  it('is growing when a leak hides in the climbs between collections', () => {
    expect(trendOf(points((index) => 100 + (index % 6) + index * 0.5)).verdict).to.equal('growing');
  });

  it('is falling, which is no fault, when memory is given back', () => {
    expect(trendOf(points((index) => 100 + random() - index)).verdict).to.equal('falling');
  });

  it('needs enough samples to tell a slope from noise', () => {
    expect(() => trendOf(points(() => 1).slice(0, 3))).to.throw('four samples');
  });
});
