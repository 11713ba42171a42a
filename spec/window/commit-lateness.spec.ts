import { expect } from 'chai';
import { Counting } from '../support/counting.ts';
import { eventAt, MINUTE_MS, rulesWith, TUMBLING } from '../support/window-rules.ts';

/** Under the rules of the specs, the event that takes the watermark to this many seconds. */
const watermarkAt = (seconds: number) => eventAt(seconds + 10, { type: 'newest' });

describe('an event at the very beginning of the calendar', () => {
  const YEAR_0_MS = Date.parse('0000-01-01T00:00:00Z');
  const firstMinute = eventAt(0, { timeMs: YEAR_0_MS });

  it('is counted in a window of which every result line can tell the bounds in RFC 3339', async () => {
    const counting = new Counting();
    await counting.commit([firstMinute]);
    await counting.commitQuietly();
    expect(counting.printed.map(({ window_start }) => window_start)).to.deep.equal(['0000-01-01T00:00:00Z']);
  });

  it('is malformed where a window of it would begin before the year 0, and says so', async () => {
    const counting = new Counting(
      rulesWith({}, { kind: 'hopping', sizeMs: 2 * MINUTE_MS, slideMs: MINUTE_MS }),
    );
    await counting.commit([firstMinute]);
    expect(await counting.reasons()).to.deep.equal(['schema_violation']);
    expect((await counting.deadLetters())[0]!.attributes.detail).to.match(/^occurred_at .*before the year 0/);
    await counting.commit([eventAt(0, { timeMs: YEAR_0_MS + MINUTE_MS })]);
    await counting.commitQuietly();
    expect(counting.printed.map(({ window_start }) => window_start)).to.deep.equal([
      '0000-01-01T00:00:00Z',
      '0000-01-01T00:01:00Z',
    ]);
  });

  it('belongs to running totals as any other', async () => {
    const counting = new Counting(rulesWith({}, { kind: 'total' }));
    await counting.commit([firstMinute]);
    expect(counting.printed.map(({ count }) => count)).to.deep.equal([1]);
  });
});

describe('a late event', () => {
  it('is added to its closed window, which is printed again with everything so far', async () => {
    const counting = new Counting();
    await counting.commit([eventAt(5), watermarkAt(60)]);
    counting.nowMs += 10_000;
    await counting.commit([eventAt(6, { value: '2.50' })]);
    expect(counting.summary).to.deep.equal(['10:00:00 purchase×1=1 #0', '10:00:00 purchase×2=3.5 #1']);
  });

  it('makes a revision at most every REVISION_INTERVAL, which then holds all that came meanwhile', async () => {
    const counting = new Counting();
    await counting.commit([eventAt(5), watermarkAt(60)]);
    counting.nowMs += 9_998;
    await counting.commit([eventAt(6)]);
    counting.nowMs += 1;
    await counting.commit([eventAt(7)]);
    expect(counting.printed).to.have.length(1);
    counting.nowMs += 1;
    await counting.commit([]);
    expect(counting.summary.slice(1)).to.deep.equal(['10:00:00 purchase×3=3 #1']);
    await counting.commit([eventAt(8)]);
    expect(counting.printed).to.have.length(2);
  });

  it('changes no line of another type in its window', async () => {
    const counting = new Counting();
    await counting.commit([eventAt(5), eventAt(5, { type: 'view' }), watermarkAt(60)]);
    counting.nowMs += 10_000;
    await counting.commit([eventAt(6, { type: 'view' })]);
    expect(counting.summary.slice(2)).to.deep.equal(['10:00:00 view×2=2 #1']);
  });

  it('starts a window that nothing had been in, at revision 0 and at once', async () => {
    const counting = new Counting();
    await counting.commit([watermarkAt(300)]);
    await counting.commit([eventAt(5)]);
    expect(counting.summary).to.deep.equal(['10:00:00 purchase×1=1 #0']);
  });

  it('is too late from the moment the watermark reaches the window’s end and ALLOWED_LATENESS', async () => {
    const counting = new Counting();
    await counting.commit([watermarkAt(60 + 600 - 0.001)]);
    await counting.commit([eventAt(5)]);
    expect(await counting.reasons()).to.deep.equal([]);
    await counting.commit([watermarkAt(60 + 600)]);
    await counting.commit([eventAt(6)]);
    expect(await counting.reasons()).to.deep.equal(['too_late']);
    expect(counting.summary).to.deep.equal(['10:00:00 purchase×1=1 #0']);
  });

  it('does not become too late by the newer events of its own commit', async () => {
    const counting = new Counting();
    await counting.commit([watermarkAt(3_000), eventAt(5)]);
    expect(await counting.reasons()).to.deep.equal([]);
    expect(counting.summary).to.deep.equal(['10:00:00 purchase×1=1 #0']);
  });

  it('of hopping windows is counted where it still can be, and too late only when it can be nowhere', async () => {
    const hopping = { ...TUMBLING, sizeMs: 2 * MINUTE_MS };
    const counting = new Counting(rulesWith({}, hopping));
    // Second 65 is in [0, 120) and [60, 180).
    await counting.commit([watermarkAt(120 + 600)]);
    await counting.commit([eventAt(65)]);
    expect(await counting.reasons()).to.deep.equal([]);
    expect(counting.summary.filter((line) => line.includes('purchase'))).to.deep.equal([
      '10:01:00 purchase×1=1 #0',
    ]);
    await counting.commit([watermarkAt(180 + 600)]);
    await counting.commit([eventAt(66)]);
    expect(await counting.reasons()).to.deep.equal(['too_late']);
  });

  it('that is dead-lettered keeps its body, its reason and where it came from', async () => {
    const counting = new Counting();
    await counting.commit([watermarkAt(700)]);
    const { messages } = { messages: [eventAt(5)] };
    const outcome = await counting.commit(messages);
    expect(outcome.deadLetters).to.equal(1);
    const [letter] = await counting.deadLetters();
    expect(letter!.body).to.equal('{}');
    expect(letter!.attributes).to.include({ reason: 'too_late', source_queue: 'events' });
    expect(letter!.attributes.source_message_id).to.match(/^message-/);
    expect(letter!.attributes.detail).to.equal(
      'every window of 2020-10-06T10:00:05.000Z ends at or before the horizon, 2020-10-06T10:01:40.000Z; the watermark is 2020-10-06T10:11:40.000Z (see ALLOWED_LATENESS)',
    );
  });
});

describe('a window that has passed ALLOWED_LATENESS', () => {
  const stored = (counting: Counting) =>
    counting.store.transaction((tx) =>
      tx.readWindow({ startMs: eventAt(0).timeMs, endMs: eventAt(60).timeMs }),
    );

  it('is forgotten once its last line is printed', async () => {
    const counting = new Counting();
    await counting.commit([eventAt(5), watermarkAt(60)]);
    expect(await stored(counting)).to.not.equal(undefined);
    await counting.commit([eventAt(6)]);
    await counting.commit([watermarkAt(660)]);
    expect(await stored(counting), 'a revision waits for its interval').to.not.equal(undefined);
    counting.nowMs += 10_000;
    await counting.commit([]);
    expect(counting.summary.at(-1)).to.equal('10:00:00 purchase×2=2 #1');
    expect(await stored(counting)).to.equal(undefined);
  });

  it('never comes back, not even with a larger ALLOWED_LATENESS', async () => {
    const counting = new Counting();
    await counting.commit([eventAt(5), watermarkAt(660)]);
    expect(await stored(counting)).to.equal(undefined);
    counting.rules = rulesWith({ allowedLatenessMs: 24 * 60 * MINUTE_MS });
    await counting.commit([watermarkAt(661)]);
    counting.nowMs += MINUTE_MS;
    await counting.commit([eventAt(6)]);
    expect(await counting.reasons()).to.deep.equal(['too_late']);
    expect(counting.summary).to.deep.equal(['10:00:00 purchase×1=1 #0']);
  });

  it('never comes back with a larger MAX_OUT_OF_ORDERNESS either', async () => {
    const counting = new Counting();
    await counting.commit([eventAt(5), watermarkAt(660)]);
    counting.rules = rulesWith({ maxOutOfOrdernessMs: 30 * MINUTE_MS });
    await counting.commit([eventAt(6)]);
    expect(await counting.reasons()).to.deep.equal(['too_late']);
  });
});
