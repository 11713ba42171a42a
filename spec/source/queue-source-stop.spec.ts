import { expect } from 'chai';
import { errorNamed, someMessages } from '../support/fake-sqs.ts';
import { settle } from '../support/manual-clock.ts';
import { SourceStage } from '../support/source-stage.ts';

describe('the end of the source of deliveries', () => {
  let stage: SourceStage;
  afterEach(() => stage.end());

  function open(pollers?: number, queueUrl?: string): void {
    stage = new SourceStage(pollers, queueUrl);
  }

  describe('when it is stopped', () => {
    it('aborts its long polls and ends', async () => {
      open(3);
      stage.read();
      await stage.sqs.until(() => stage.sqs.polling === 1);
      await stage.stop();
      await settle();
      expect(stage.isEnded).to.equal(true);
      expect(stage.sqs.polling).to.equal(0);
      expect(stage.logged.lines).to.deep.equal([]);
    });

    it('ends only after the batches in hand are decided on and the acknowledged ones deleted', async () => {
      open(2);
      stage.read();
      // A full batch, so that there is a second poller.
      const acknowledged = await stage.receive(...someMessages(10));
      const abandoned = await stage.receive({ MessageId: 'abandoned' });
      stage.sqs.failNext('delete', errorNamed('ServiceUnavailable'));
      const stopped = stage.stop();
      await settle();
      expect(stage.isEnded).to.equal(false);
      abandoned.abandon();
      acknowledged.acknowledge();
      await stage.sqs.until(() => stage.sqs.callsOf('delete').length === 1);
      await settle();
      expect(stage.isEnded).to.equal(false);
      await stage.clock.advance(1_000);
      await stopped;
      await settle();
      expect(stage.isEnded).to.equal(true);
      expect(stage.confirmed).to.deep.equal(acknowledged.messages.map(({ identity }) => identity));
    });

    it('waits a moment for a receive that is just being answered, so that its messages are not left in flight', async () => {
      open(1);
      stage.read();
      await stage.sqs.until(() => stage.sqs.polling === 1);
      const stopped = stage.source.stop();
      await stage.clock.advance(99);
      const delivery = await stage.receive(...someMessages(1));
      delivery.acknowledge();
      await stage.clock.advance(1);
      await stopped;
      expect(stage.sqs.deleted).to.deep.equal(['message-1']);
    });

    it('does not say that SQS answers again when it stops during an outage', async () => {
      open(1);
      stage.read();
      await stage.sqs.until(() => stage.sqs.polling === 1);
      // The receive that is waiting fails; the next one is never answered.
      stage.sqs.failNext('receive', errorNamed('ServiceUnavailable'));
      stage.sqs.answerEmpty();
      await stage.sqs.until(() => stage.sqs.callsOf('receive').length === 2);
      await settle();
      expect(stage.logged.at('error')).to.have.length(1);
      await stage.clock.advance(10_000);
      await stage.sqs.until(() => stage.sqs.polling === 1);
      await stage.stop();
      expect(stage.logged.at('info')).to.deep.equal([]);
    });

    it('asks for nothing when it had not begun', async () => {
      open();
      await stage.stop();
      stage.read();
      await settle();
      expect(stage.isEnded).to.equal(true);
      expect(stage.sqs.calls).to.deep.equal([]);
    });

    it('may be told so twice', async () => {
      open();
      stage.read();
      await stage.sqs.until(() => stage.sqs.polling === 1);
      await Promise.all([stage.stop(), stage.stop()]);
      await settle();
      expect(stage.isEnded).to.equal(true);
    });
  });

  it('abandons everything when it is destroyed, and closes when its pollers are still', async () => {
    open(2);
    stage.read();
    const delivery = await stage.receive(...someMessages(3));
    stage.source.destroy();
    delivery.acknowledge();
    await stage.stop();
    await settle();
    expect(stage.source.closed).to.equal(true);
    expect(stage.sqs.callsOf('delete')).to.deep.equal([]);
    expect(stage.sqs.polling).to.equal(0);
  });

  it('abandons a batch that arrives while it is being destroyed', async () => {
    open();
    stage.read();
    await stage.sqs.until(() => stage.sqs.polling === 1);
    stage.sqs.enqueue(...someMessages(1));
    stage.source.destroy();
    await stage.stop();
    expect(stage.sqs.callsOf('delete')).to.deep.equal([]);
    expect(stage.deliveries).to.deep.equal([]);
  });
});
