import { expect } from 'chai';
import { Counting } from '../support/counting.ts';
import { eventAt, MINUTE_MS, quietSince, rulesWith, TUMBLING } from '../support/window-rules.ts';

const DAY_MS = 86_400_000;

/** A queue that has been quiet for so long since what the wall clock showed then, which is now a day behind. */
function quietOnClockSetBack({ nowMs }: Counting, sinceMs: number) {
  return (lastedMs: number) => ({ nowMs: nowMs - DAY_MS + lastedMs, quiet: { sinceMs, lastedMs } });
}

describe('a commit closes a window', () => {
  it('when the watermark reaches its end, and not a millisecond earlier', async () => {
    const counting = new Counting();
    await counting.commit([eventAt(5), eventAt(69.999)]);
    expect(counting.summary).to.deep.equal([]);
    await counting.commit([eventAt(70)]);
    expect(counting.summary).to.deep.equal(['10:00:00 purchase×1=1 #0']);
  });

  it('takes the window’s start with it and leaves its end to the next one', async () => {
    const counting = new Counting();
    await counting.commit([eventAt(0), eventAt(59.999), eventAt(60), eventAt(130)]);
    expect(counting.summary).to.deep.equal(['10:00:00 purchase×2=2 #0', '10:01:00 purchase×1=1 #0']);
  });

  it('by events alone: no time that passes closes it while messages come', async () => {
    const counting = new Counting();
    await counting.commit([eventAt(5)]);
    counting.nowMs += 24 * 60 * MINUTE_MS;
    await counting.commit([eventAt(6)]);
    expect(counting.summary).to.deep.equal([]);
  });

  it('when the queue is quiet and the clock has passed its end and the out-of-orderness', async () => {
    const counting = new Counting();
    counting.nowMs = eventAt(69.999).timeMs;
    await counting.commit([eventAt(5)]);
    await counting.commitQuietly();
    expect(counting.summary).to.deep.equal([]);
    counting.nowMs += 1;
    await counting.commit([]);
    expect(counting.summary).to.deep.equal([]);
    await counting.commitQuietly();
    expect(counting.summary).to.deep.equal(['10:00:00 purchase×1=1 #0']);
  });

  it('by the watermark also while the queue is quiet, where that is ahead of the clock', async () => {
    const counting = new Counting();
    counting.nowMs = eventAt(30).timeMs;
    await counting.commit([eventAt(5), eventAt(70)]);
    expect(counting.summary).to.deep.equal(['10:00:00 purchase×1=1 #0']);
    counting.printed.length = 0;
    await counting.commit([eventAt(75, { type: 'b' }), eventAt(130)], {
      quiet: quietSince(counting.nowMs),
    });
    expect(counting.summary).to.deep.equal(['10:01:00 b×1=1 #0', '10:01:00 purchase×1=1 #0']);
  });

  it('by the wall clock while the queue is quiet, however far the state’s clock is ahead of that', async () => {
    const counting = new Counting();
    counting.nowMs = eventAt(30).timeMs;
    await counting.commit([eventAt(5)], { stateMs: counting.nowMs + DAY_MS });
    await counting.commit([], {
      quiet: { sinceMs: counting.nowMs, lastedMs: 10_000 },
      stateMs: counting.nowMs + DAY_MS,
    });
    expect(counting.summary).to.deep.equal([]);
  });

  it('by how long the queue has been quiet, where the wall clock was set back meanwhile', async () => {
    const counting = new Counting();
    counting.nowMs = eventAt(30).timeMs;
    await counting.commit([eventAt(5)]);
    const quietFor = quietOnClockSetBack(counting, counting.nowMs);
    await counting.commit([], quietFor(39_999));
    expect(counting.summary).to.deep.equal([]);
    await counting.commit([], quietFor(40_000));
    expect(counting.summary).to.deep.equal(['10:00:00 purchase×1=1 #0']);
  });

  it('MAX_FUTURE_SKEW later at most where the wall clock was set back before the last message came', async () => {
    const counting = new Counting();
    counting.nowMs = eventAt(30).timeMs;
    await counting.commit([eventAt(5)]);
    const quietFor = quietOnClockSetBack(counting, counting.nowMs - DAY_MS);
    // The newest event was not more than that ahead of a clock that was right; so now it is at least so late.
    await counting.commit([], quietFor(5 * MINUTE_MS + 64_999));
    expect(counting.summary).to.deep.equal([]);
    await counting.commit([], quietFor(5 * MINUTE_MS + 65_000));
    expect(counting.summary).to.deep.equal(['10:00:00 purchase×1=1 #0']);
  });

  it('of long ago when the queue is quiet, as after a replay of old events', async () => {
    const counting = new Counting();
    counting.nowMs += 1_000 * 24 * 60 * MINUTE_MS;
    await counting.commit([eventAt(5)]);
    await counting.commitQuietly();
    expect(counting.summary).to.deep.equal(['10:00:00 purchase×1=1 #0']);
  });

  it('by quiet without making anything late: what comes afterwards is counted in a revision', async () => {
    const counting = new Counting(rulesWith({ allowedLatenessMs: 0 }));
    await counting.commit([eventAt(5)]);
    await counting.commitQuietly();
    counting.nowMs += 10_000;
    await counting.commit([eventAt(7)]);
    expect(await counting.reasons()).to.deep.equal([]);
    expect(counting.summary).to.deep.equal(['10:00:00 purchase×1=1 #0', '10:00:00 purchase×2=2 #1']);
  });

  it('once and for all: nothing is printed again without a new event', async () => {
    const counting = new Counting();
    await counting.commit([eventAt(5), eventAt(70)]);
    counting.nowMs += MINUTE_MS;
    await counting.commit([]);
    await counting.commitQuietly();
    expect(counting.summary).to.deep.equal(['10:00:00 purchase×1=1 #0', '10:01:00 purchase×1=1 #0']);
  });

  it('prints by window end, then window start, then type, whatever came first', async () => {
    const hopping = { ...TUMBLING, sizeMs: 2 * MINUTE_MS };
    const counting = new Counting(rulesWith({}, hopping));
    await counting.commit([
      eventAt(65, { type: 'b' }),
      eventAt(65, { type: 'B' }),
      eventAt(5, { type: 'c' }),
      eventAt(5, { type: 'a' }),
      eventAt(400, { type: 'last' }),
    ]);
    expect(counting.summary).to.deep.equal([
      '09:59:00 a×1=1 #0',
      '09:59:00 c×1=1 #0',
      '10:00:00 B×1=1 #0',
      '10:00:00 a×1=1 #0',
      '10:00:00 b×1=1 #0',
      '10:00:00 c×1=1 #0',
      '10:01:00 B×1=1 #0',
      '10:01:00 b×1=1 #0',
    ]);
  });

  it('prints at most 5,000 lines and says that there are more', async () => {
    const counting = new Counting(rulesWith({ maxTypesPerWindow: 10_000 }));
    const types = Array.from({ length: 5_001 }, (_, index) => `type ${index}`);
    const first = await counting.commit([...types.map((type) => eventAt(5, { type })), eventAt(100)]);
    expect(first.lines).to.have.length(5_000);
    expect(first.isMoreDue).to.equal(true);
    const second = await counting.commit([]);
    expect(second.lines).to.have.length(1);
    expect(second.isMoreDue).to.equal(false);
    expect(new Set(counting.printed.map(({ type }) => type)).size).to.equal(5_001);
    expect(counting.printed.every(({ revision }) => revision === 0)).to.equal(true);
  });

  it('puts the printed lines into the outbox, in the order in which it returns them', async () => {
    const counting = new Counting();
    const { lines } = await counting.commit([eventAt(5, { type: 'b' }), eventAt(5), eventAt(100)]);
    expect(lines).to.have.length(2);
    expect(await counting.store.readLines(0, 10)).to.deep.equal(lines);
  });
});

describe('a commit of running totals', () => {
  it('prints every type at once, then at most every REVISION_INTERVAL, and never forgets', async () => {
    const counting = new Counting(rulesWith({}, { kind: 'total' }));
    await counting.commit([eventAt(5, { value: '0.1' })]);
    expect(counting.summary).to.deep.equal(['total purchase×1=0.1 #0']);
    expect(counting.printed[0]).to.have.all.keys('type', 'count', 'sum', 'revision');
    await counting.commit([eventAt(60)]);
    expect(counting.printed).to.have.length(1);
    counting.nowMs += 10_000;
    await counting.commit([eventAt(-1_000_000, { value: '0.2' })]);
    expect(counting.summary.slice(1)).to.deep.equal(['total purchase×3=1.3 #1']);
    expect(await counting.reasons()).to.deep.equal([]);
  });
});
