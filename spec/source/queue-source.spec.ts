import { expect } from 'chai';
import sinon from 'sinon';
import { QUEUE_URL, someMessages } from '../support/fake-sqs.ts';
import { START_MS, settle } from '../support/manual-clock.ts';
import { SourceStage } from '../support/source-stage.ts';

describe('the source of deliveries', () => {
  let stage: SourceStage;
  afterEach(() => stage.end());

  function open(pollers?: number, queueUrl?: string): void {
    stage = new SourceStage(pollers, queueUrl);
  }

  it('asks for nothing before it is read, then with a single poller', async () => {
    open(3);
    await settle();
    expect(stage.sqs.calls).to.deep.equal([]);
    stage.read();
    await stage.sqs.until(() => stage.sqs.polling === 1);
  });

  it('turns batches of up to 10 messages into deliveries', async () => {
    open(3);
    stage.sqs.enqueue(...someMessages(25));
    stage.read();
    await stage.sqs.until(() => stage.deliveries.length === 3);
    expect(stage.deliveries.map(({ messages }) => messages.length)).to.deep.equal([10, 10, 5]);
    expect(stage.deliveries[0]!.messages[0]).to.deep.equal({
      identity: `${START_MS}:message-1`,
      messageId: 'message-1',
      body: 'body 1',
      sentAtMs: 1_601_978_400_000,
      requestedMs: START_MS,
    });
  });

  it('tells how long the oldest message has been in hand, whatever becomes of the wall clock', async () => {
    open(3);
    stage.read();
    expect(stage.source.oldestInHandMs).to.equal(0);
    const first = await stage.receive(...someMessages(10));
    await stage.clock.advance(2_000);
    const second = await stage.receive(...someMessages(1));
    stage.clock.step(-3_600_000);
    await stage.clock.advance(1_000);
    expect(stage.source.oldestInHandMs).to.equal(3_000);
    first.acknowledge();
    expect(stage.source.oldestInHandMs).to.equal(1_000);
    second.abandon();
    expect(stage.source.oldestInHandMs).to.equal(0);
  });

  it('takes dedup_id for the identity where there is one, and the MessageId where it is empty', async () => {
    open();
    stage.read();
    const withDedupId = (StringValue: string) => ({
      MessageAttributes: { dedup_id: { DataType: 'String', StringValue } },
    });
    const { messages } = await stage.receive(
      ...someMessages(1, withDedupId('order-7')),
      ...someMessages(1, withDedupId('')),
    );
    expect(messages.map(({ identity, messageId }) => [identity, messageId])).to.deep.equal([
      ['order-7', 'message-1'],
      [`${START_MS}:message-1`, 'message-1'],
    ]);
  });

  it('keeps a long dedup_id as its hash, and still tells one from another', async () => {
    open();
    stage.read();
    const ids = ['x'.repeat(128), 'x'.repeat(129), `${'x'.repeat(129)}y`, 'x'.repeat(129)];
    const { messages } = await stage.receive(
      ...ids.flatMap((StringValue) =>
        someMessages(1, { MessageAttributes: { dedup_id: { DataType: 'String', StringValue } } }),
      ),
    );
    const [short, long, other, longAgain] = messages.map(({ identity }) => identity);
    expect(short).to.equal(ids[0]);
    expect(long).to.match(/^sha256:[0-9a-f]{64}$/);
    expect(longAgain).to.equal(long);
    expect(other).to.not.equal(long);
  });

  it('takes the clock’s time for a message without SentTimestamp, and no body for an empty one', async () => {
    open();
    stage.read();
    const { messages } = await stage.receive({ MessageId: 'bare' });
    expect(messages).to.deep.equal([
      { identity: ':bare', messageId: 'bare', body: '', sentAtMs: START_MS, requestedMs: START_MS },
    ]);
  });

  it('deletes nothing before it is acknowledged, then all of it, and reports the identities', async () => {
    open();
    stage.read();
    const dedupId = { MessageAttributes: { dedup_id: { DataType: 'String', StringValue: 'order-7' } } };
    const delivery = await stage.receive(...someMessages(1, dedupId), { MessageId: 'message-2' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(stage.sqs.callsOf('delete')).to.deep.equal([]);
    delivery.acknowledge();
    await stage.sqs.until(() => stage.confirmed.length === 2);
    expect(stage.sqs.deleted).to.deep.equal(['message-1', 'message-2']);
    expect(stage.confirmed).to.deep.equal(['order-7', ':message-2']);
  });

  for (const [what, pass] of [
    ['the visibility timeout has passed', () => stage.clock.advance(30_000)],
    ['the wall clock says so, though the process stood still', async () => stage.clock.step(30_000)],
  ] as const)
    it(`does not take a deletion for certain when ${what}: the receipt handle may be outdated`, async () => {
      open();
      stage.read();
      const first = await stage.receive(...someMessages(1));
      await stage.clock.advance(29_999);
      first.acknowledge();
      await stage.sqs.until(() => stage.confirmed.length === 1);
      const second = await stage.receive({ MessageId: 'message-2' });
      await pass();
      second.acknowledge();
      await stage.sqs.until(() => stage.doubtful.length === 1);
      expect(stage.confirmed).to.deep.equal([`${START_MS}:message-1`]);
      expect(stage.doubtful).to.deep.equal([':message-2']);
      expect(stage.sqs.deleted).to.deep.equal(['message-1', 'message-2']);
    });

  it('does not delete what is abandoned, and lets the first word count', async () => {
    open();
    stage.read();
    const delivery = await stage.receive(...someMessages(1));
    delivery.abandon();
    delivery.acknowledge();
    await stage.sqs.until(() => stage.sqs.polling === 1);
    expect(stage.sqs.callsOf('delete')).to.deep.equal([]);
  });

  it('holds no more than a batch a poller, whatever waits in the queue and whether it is read or not', async () => {
    open(2);
    stage.sqs.enqueue(...someMessages(100));
    stage.source.once('readable', () => {});
    await stage.sqs.until(() => stage.sqs.callsOf('receive').length === 2);
    stage.read();
    await stage.sqs.until(() => stage.deliveries.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(stage.sqs.callsOf('receive')).to.have.length(2);
  });

  it('has more pollers while batches come back full, up to its maximum, and fewer when they come back empty', async () => {
    open(4);
    stage.sqs.enqueue(...someMessages(60));
    stage.read();
    await stage.sqs.until(() => stage.deliveries.length === 4);
    expect(stage.source.pollers).to.equal(4);
    for (const delivery of stage.deliveries.slice(0, 4)) delivery.acknowledge();
    await stage.sqs.until(() => stage.deliveries.length === 6);
    for (const delivery of stage.deliveries.slice(4)) delivery.acknowledge();
    await stage.sqs.until(() => stage.sqs.polling === 4);
    while (stage.source.pollers > 1) {
      stage.sqs.answerEmpty();
      await settle();
    }
    await stage.sqs.until(() => stage.sqs.polling === 1);
    (await stage.receive(...someMessages(1))).acknowledge();
    expect(stage.source.pollers).to.equal(1);
  });

  it('has no more pollers while the bodies in hand are large, and more again when those are decided on', async () => {
    open(8);
    stage.read();
    const large = someMessages(10, { Body: 'x'.repeat(1_048_576) });
    // The first full batch asks for a second poller, before anything is in hand.
    stage.sqs.enqueue(...large, ...large);
    await stage.sqs.until(() => stage.deliveries.length === 2);
    expect(stage.source.pollers).to.equal(2);
    for (const delivery of stage.deliveries.slice()) delivery.acknowledge();
    await stage.sqs.until(() => stage.deliveries.length === 2 && stage.sqs.polling > 0);
    await settle();
    const few = stage.source.pollers;
    stage.sqs.enqueue(...someMessages(60));
    await stage.sqs.until(() => stage.deliveries.length > 5);
    expect(stage.source.pollers).to.be.above(few);
  });

  it('writes nothing to stdout, not even for a FIFO queue', async () => {
    const stdout = sinon.spy(process.stdout, 'write');
    try {
      open(2, `${QUEUE_URL}.fifo`);
      stage.read();
      (await stage.receive(...someMessages(2))).acknowledge();
      await stage.sqs.until(() => stage.confirmed.length === 2);
      await stage.stop();
      expect(stdout.args).to.deep.equal([]);
    } finally {
      stdout.restore();
    }
  });
});
