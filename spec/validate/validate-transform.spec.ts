import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { Delivery } from '../../lib/source/delivery.ts';
import { createEventTimeParser } from '../../lib/validate/event-time.ts';
import {
  type EventTimeSource,
  type ValidatedDelivery,
  ValidateTransform,
} from '../../lib/validate/validate-transform.ts';
import { deliveryOf, eventJson, OCCURRED_AT_MS, receivedMessage } from '../support/builders.ts';

async function validated(deliveries: Delivery[], eventTime?: EventTimeSource): Promise<ValidatedDelivery[]> {
  const stage = new ValidateTransform(createEventTimeParser('UTC'), eventTime);
  return Readable.from(deliveries).pipe(stage).toArray();
}

describe('the validating stage', () => {
  it('turns each delivery into one, in order, and keeps what is known of its messages', async () => {
    const first = receivedMessage(eventJson(), { identity: 'a', messageId: 'm-a', sentAtMs: 5 });
    const second = receivedMessage('{', { identity: 'b', messageId: 'm-b', sentAtMs: 6 });
    const third = receivedMessage(`[${eventJson()},7]`, { identity: 'c' });
    const result = await validated([deliveryOf(first, second), deliveryOf(third)]);
    expect(result.map(({ messages }) => messages.map(({ identity }) => identity))).to.deep.equal([
      ['a', 'b'],
      ['c'],
    ]);
    expect(result[0]!.messages[0]).to.deep.equal({
      ...first,
      events: [{ type: 'purchase', value: 19.99, timeMs: OCCURRED_AT_MS, index: undefined }],
      rejections: [],
    });
    expect(result[0]!.messages[1]).to.deep.include({ ...second, events: [] });
    expect(result[0]!.messages[1]!.rejections.map(({ reason }) => reason)).to.deep.equal(['invalid_json']);
    expect(result[1]!.messages[0]!.events.map(({ index }) => index)).to.deep.equal([0]);
    expect(result[1]!.messages[0]!.rejections.map(({ index }) => index)).to.deep.equal([1]);
  });

  it('hands the acknowledgement on, and calls nothing itself', async () => {
    const deliveries = [deliveryOf(receivedMessage(eventJson())), deliveryOf(receivedMessage('broken'))];
    const [first, second] = await validated(deliveries);
    expect(deliveries.map(({ calls }) => calls)).to.deep.equal([[], []]);
    first!.acknowledge();
    second!.abandon();
    expect(deliveries.map(({ calls }) => calls)).to.deep.equal([['acknowledge'], ['abandon']]);
  });

  it('calls the acknowledgement as a method of its delivery', async () => {
    class Counting implements Delivery {
      readonly messages = [receivedMessage(eventJson())];
      acknowledged = 0;
      abandoned = 0;
      acknowledge(): void {
        this.acknowledged += 1;
      }
      abandon(): void {
        this.abandoned += 1;
      }
    }
    const delivery = new Counting();
    const [result] = await validated([delivery]);
    result!.acknowledge();
    result!.abandon();
    expect(delivery).to.include({ acknowledged: 1, abandoned: 1 });
  });

  it('hands on a delivery in which nothing is good, and one without messages', async () => {
    const bad = receivedMessage('[]');
    const result = await validated([deliveryOf(bad, bad), deliveryOf()]);
    expect(result.map(({ messages }) => messages.length)).to.deep.equal([2, 0]);
  });

  it('takes the time at which SQS received the message, where that is asked for', async () => {
    const message = receivedMessage(`[${eventJson()},${eventJson({ type: 'page_view' })}]`, {
      sentAtMs: 1_234,
    });
    const [result] = await validated([deliveryOf(message)], 'sent_at');
    expect(result!.messages[0]!.events).to.deep.equal([
      { type: 'purchase', value: 19.99, timeMs: 1_234, index: 0 },
      { type: 'page_view', value: 19.99, timeMs: 1_234, index: 1 },
    ]);
  });

  it('still rejects what is malformed when the time is that of SQS', async () => {
    const message = receivedMessage(eventJson({ occurred_at: '2020-02-30 00:00:00' }));
    const [result] = await validated([deliveryOf(message)], 'sent_at');
    expect(result!.messages[0]!.events).to.deep.equal([]);
    expect(result!.messages[0]!.rejections[0]?.reason).to.equal('schema_violation');
  });

  it('reads the next delivery only when there is room for it', async () => {
    let made = 0;
    function* endless() {
      for (;;) {
        made += 1;
        yield deliveryOf(receivedMessage(eventJson()));
      }
    }
    const stage = Readable.from(endless()).pipe(new ValidateTransform(createEventTimeParser('UTC')));
    await stage.take(1).toArray();
    expect(made).to.be.below(100);
  });
});
