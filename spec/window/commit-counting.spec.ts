import { expect } from 'chai';
import type { Rejection } from '../../lib/validate/body.ts';
import { imbalanceOf } from '../../lib/window/ledger.ts';
import { Counting } from '../support/counting.ts';
import { eventAt, MINUTE_MS, messageOf, rulesWith, TUMBLING } from '../support/window-rules.ts';

const broken = (index?: number): Rejection => ({ reason: 'schema_violation', detail: 'broken', index });

describe('an event in the future', () => {
  const ahead = (counting: Counting, ms: number) => eventAt(0, { timeMs: counting.nowMs + ms });

  it('is counted up to MAX_FUTURE_SKEW and dead-lettered beyond', async () => {
    const counting = new Counting();
    await counting.commit([ahead(counting, 5 * MINUTE_MS)]);
    expect(await counting.reasons()).to.deep.equal([]);
    await counting.commit([ahead(counting, 5 * MINUTE_MS + 1)]);
    expect(await counting.reasons()).to.deep.equal(['in_the_future']);
    expect((await counting.deadLetters())[0]!.attributes.detail).to.include('300.0 s');
  });

  it('closes no window and makes nothing late', async () => {
    const counting = new Counting();
    await counting.commit([eventAt(5)]);
    await counting.commit([ahead(counting, 1_000 * 24 * 60 * MINUTE_MS)]);
    expect(counting.summary).to.deep.equal([]);
    await counting.commit([eventAt(6), eventAt(70)]);
    expect(counting.summary).to.deep.equal(['10:00:00 purchase×2=2 #0']);
  });
});

describe('the type limit', () => {
  it('dead-letters one more distinct type of a window and goes on counting those that it has', async () => {
    const counting = new Counting(rulesWith({ maxTypesPerWindow: 2 }));
    await counting.commit([eventAt(1, { type: 'a' }), eventAt(1, { type: 'b' }), eventAt(1, { type: 'c' })]);
    await counting.commit([eventAt(2, { type: 'd' }), eventAt(2, { type: 'a' })]);
    expect(await counting.reasons()).to.deep.equal(['too_many_types', 'too_many_types']);
    await counting.commit([eventAt(61, { type: 'c' }), eventAt(130, { type: 'c' })]);
    expect(counting.summary).to.deep.equal(['10:00:00 a×2=2 #0', '10:00:00 b×1=1 #0', '10:01:00 c×1=1 #0']);
  });

  it('counts an event of hopping windows in all of them or in none', async () => {
    const hopping = { ...TUMBLING, sizeMs: 2 * MINUTE_MS };
    const counting = new Counting(rulesWith({ maxTypesPerWindow: 1 }, hopping));
    // [-60, 60) and [0, 120) hold a; [60, 180) would have room for b.
    await counting.commit([eventAt(5, { type: 'a' }), eventAt(65, { type: 'b' })]);
    expect(await counting.reasons()).to.deep.equal(['too_many_types']);
    await counting.commitQuietly();
    expect(counting.summary).to.deep.equal(['09:59:00 a×1=1 #0', '10:00:00 a×1=1 #0']);
  });

  it('does not let an event that it refuses move the watermark', async () => {
    const counting = new Counting(rulesWith({ maxTypesPerWindow: 1 }));
    await counting.commit([eventAt(5, { type: 'a' }), eventAt(61, { type: 'a' })]);
    await counting.commit([eventAt(119, { type: 'b' })]);
    expect(await counting.reasons()).to.deep.equal(['too_many_types']);
    expect(counting.summary).to.deep.equal([]);
  });
});

describe('a duplicate', () => {
  it('changes nothing but the ledger, in the same commit and in a later one', async () => {
    const counting = new Counting();
    const message = messageOf([eventAt(5), eventAt(6)]);
    await counting.commit([message, message]);
    await counting.commit([message, eventAt(70)]);
    expect(counting.summary).to.deep.equal(['10:00:00 purchase×2=2 #0']);
    expect(await counting.ledger()).to.deep.equal({ received: [5, 4], counted: [3, 2], duplicate: [2, 2] });
  });

  it('of a message that was dead-lettered makes no second dead letter', async () => {
    const counting = new Counting();
    const message = messageOf([], { rejections: [broken()] });
    await counting.commit([message]);
    expect((await counting.commit([message])).deadLetters).to.equal(0);
    expect(await counting.reasons()).to.deep.equal(['schema_violation']);
  });

  it('is known until its deletion is confirmed and DEDUP_RETENTION has passed', async () => {
    const counting = new Counting();
    const message = messageOf([eventAt(5)]);
    await counting.commit([message]);
    counting.nowMs += 60 * MINUTE_MS + 1;
    await counting.commit([], { confirmed: [message.identity] });
    counting.nowMs += 60 * MINUTE_MS;
    await counting.commit([]);
    expect((await counting.commit([message])).deadLetters).to.equal(0);
    expect((await counting.ledger()).duplicate).to.deep.equal([1, 1]);
    await counting.commit([], { confirmed: [message.identity] });
    counting.nowMs += 60 * MINUTE_MS + 1;
    await counting.commit([]);
    await counting.commit([message]);
    expect((await counting.ledger()).duplicate).to.deep.equal([1, 1]);
  });

  it('is known without confirmation for as long as the queue keeps messages, and DEDUP_RETENTION more', async () => {
    const counting = new Counting(rulesWith({ queueRetentionMs: 1_000, dedupRetentionMs: 1 }));
    const message = messageOf([eventAt(5)]);
    await counting.commit([message]);
    counting.nowMs += 1_001;
    await counting.commit([]);
    await counting.commit([message]);
    expect((await counting.ledger()).duplicate).to.deep.equal([1, 1]);
    counting.nowMs += 1_002;
    await counting.commit([]);
    await counting.commit([message]);
    expect((await counting.ledger()).duplicate).to.deep.equal([1, 1]);
  });
});

describe('an array of events, good and bad', () => {
  it('counts the good ones and dead-letters each bad one as it stands in the body', async () => {
    const counting = new Counting();
    await counting.commit([
      messageOf([eventAt(5, { index: 0 }), eventAt(6, { index: 2 })], {
        body: '[{"good":1}, {"bad" : 1e0}, {"good":2},\n7 ]',
        rejections: [broken(1), broken(3)],
      }),
      eventAt(70),
    ]);
    expect(counting.summary).to.deep.equal(['10:00:00 purchase×2=2 #0']);
    const letters = await counting.deadLetters();
    expect(letters.map(({ body, attributes }) => [body, attributes.event_index])).to.deep.equal([
      ['{"bad" : 1e0}', '1'],
      ['7', '3'],
    ]);
  });

  it('is counted as a message when any of it was, else by what was wrong first; events one by one', async () => {
    const counting = new Counting();
    await counting.commit([
      messageOf([eventAt(5, { index: 0 })], { body: '[1,2]', rejections: [broken(1)] }),
      messageOf([], { body: '[1,2]', rejections: [broken(0), broken(1)] }),
      messageOf([], { rejections: [{ reason: 'invalid_json', detail: 'x', index: undefined }] }),
      messageOf([eventAt(10_000_000, { index: 1 })], { body: '[1,2]', rejections: [broken(0)] }),
    ]);
    expect(await counting.ledger()).to.deep.equal({
      received: [7, 4],
      counted: [1, 1],
      'dead_lettered:schema_violation': [4, 2],
      'dead_lettered:invalid_json': [1, 1],
      'dead_lettered:in_the_future': [1, 0],
    });
    expect(imbalanceOf(await counting.store.readLedger())).to.deep.equal({ events: 0, messages: 0 });
  });
});

describe('sums of a window', () => {
  it('go on exactly from one commit to the next', async () => {
    const counting = new Counting();
    for (let round = 0; round < 10; round += 1) await counting.commit([eventAt(5, { value: 0.1 })]);
    await counting.commit([eventAt(5, { value: '1e-400' }), eventAt(5, { value: '12345678901234567890' })]);
    const { lines } = await counting.commit([eventAt(70)]);
    expect(lines[0]!.line).to.include(`"count":12,"sum":12345678901234567891.${'0'.repeat(399)}1,`);
  });
});
