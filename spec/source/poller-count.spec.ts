import { expect } from 'chai';
import fc from 'fast-check';
import { PollerCount } from '../../lib/source/poller-count.ts';

describe('the number of pollers', () => {
  function wantedAfter(max: number, ...answers: number[]): number {
    const count = new PollerCount(max);
    for (const messages of answers) count.answered(messages, false);
    return count.wanted;
  }

  it('is one at first, so that an idle queue costs one long poll at a time', () => {
    expect(wantedAfter(32)).to.equal(1);
    expect(wantedAfter(32, 0, 0, 0)).to.equal(1);
  });

  it('grows with each full batch, so that it doubles with every round of receives', () => {
    expect(wantedAfter(32, 10)).to.equal(2);
    expect(wantedAfter(32, 10, 10, 10)).to.equal(4);
  });

  it('stays as it is while batches are neither full nor empty', () => {
    expect(wantedAfter(32, 10, 10, 5, 9, 1)).to.equal(3);
  });

  it('shrinks with each empty batch', () => {
    expect(wantedAfter(32, 10, 10, 10, 0, 0)).to.equal(2);
  });

  it('shrinks while the messages in hand are too large, even when batches are full', () => {
    const count = new PollerCount(32);
    for (let times = 0; times < 5; times += 1) count.answered(10, false);
    for (let times = 0; times < 3; times += 1) count.answered(10, true);
    expect(count.wanted).to.equal(3);
  });

  it('is never below one or above its maximum', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(fc.nat(10)), (max, answers) => {
        expect(wantedAfter(max, ...answers)).to.be.within(1, max);
      }),
    );
  });
});
