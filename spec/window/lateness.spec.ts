import { expect } from 'chai';
import { LATENESS_BOUNDS_S, Lateness } from '../../lib/window/lateness.ts';
import { createWindowAssigner } from '../../lib/window/window-assigner.ts';
import { Counting } from '../support/counting.ts';
import { eventAt, MINUTE_MS, messageOf, rulesWith } from '../support/window-rules.ts';

describe('the numbers of lateness', () => {
  it('fall into classes whose upper end is included, and into one beyond the last', () => {
    const lateness = new Lateness();
    for (const seconds of [0, 1, 1.001, 5, 604_800, 604_801, 1e9]) lateness.add(seconds);
    expect(lateness.classes).to.deep.equal([2, 2, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
    expect(lateness.classes).to.have.length(LATENESS_BOUNDS_S.length + 1);
  });

  it('add up', () => {
    const [one, other] = [new Lateness(), new Lateness()];
    one.add(2);
    other.add(2);
    other.add(100);
    one.addAll(other);
    expect(one).to.include({ events: 3, seconds: 104 });
    expect(one.classes.slice(0, 5)).to.deep.equal([0, 2, 0, 0, 1]);
  });
});

describe('a commit tells of late events', () => {
  let counting: Counting;
  afterEach(() => counting.store.close());

  /** The watermark is 10 s behind the newest event. */
  const lateness = async (...events: Parameters<Counting['commit']>) => {
    const { lateness: told } = await counting.commit(...events);
    return [told.events, told.seconds];
  };

  it('none while windows are open, however old the event', async () => {
    counting = new Counting();
    expect(await lateness([eventAt(5), eventAt(59), eventAt(200)])).to.deep.equal([0, 0]);
    expect(await lateness([eventAt(181), eventAt(240)])).to.deep.equal([0, 0]);
  });

  it('how many, and how far behind the watermark', async () => {
    counting = new Counting();
    await counting.commit([eventAt(5), eventAt(130)]);
    // The watermark is at 120 s: two windows are closed, and nothing has ever been in the second one.
    expect(await lateness([eventAt(50), eventAt(119), eventAt(125), eventAt(130)])).to.deep.equal([2, 71]);
    expect(counting.summary).to.deep.equal(['10:00:00 purchase×1=1 #0', '10:01:00 purchase×1=1 #0']);
  });

  it('as late, by nothing, what comes for a window that quiet has closed', async () => {
    counting = new Counting();
    await counting.commit([eventAt(5)]);
    await counting.commitQuietly();
    expect(await lateness([eventAt(7)])).to.deep.equal([1, 0]);
    expect(await lateness([eventAt(65)])).to.deep.equal([0, 0]);
  });

  it('each once, when any of its windows was closed', async () => {
    const assign = createWindowAssigner({ kind: 'hopping', sizeMs: 3 * MINUTE_MS, slideMs: MINUTE_MS });
    counting = new Counting(rulesWith({ assign }));
    await counting.commit([eventAt(5), eventAt(70)]);
    expect(await lateness([eventAt(30), eventAt(65)])).to.deep.equal([1, 30]);
  });

  it('neither of duplicates nor of what was too late to be counted', async () => {
    counting = new Counting();
    const message = messageOf([eventAt(5)]);
    await counting.commit([message, eventAt(700)]);
    expect(await lateness([message, eventAt(6)])).to.deep.equal([0, 0]);
    expect(await counting.reasons()).to.deep.equal(['too_late']);
  });

  it('never of running totals', async () => {
    counting = new Counting(rulesWith({ assign: createWindowAssigner({ kind: 'total' }) }));
    await counting.commit([eventAt(500)]);
    expect(await lateness([eventAt(5)])).to.deep.equal([0, 0]);
  });

  it('and how many lines are revisions', async () => {
    counting = new Counting();
    expect((await counting.commit([eventAt(5), eventAt(5, { type: 'a' }), eventAt(70)])).revisions).to.equal(
      0,
    );
    counting.nowMs += 60_000;
    expect((await counting.commit([eventAt(6), eventAt(8, { type: 'b' })])).revisions).to.equal(1);
  });
});
