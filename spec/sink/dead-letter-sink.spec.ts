import { expect } from 'chai';
import { DeadLetterStage } from '../support/dead-letter-stage.ts';
import { QUEUE_URL } from '../support/fake-sqs.ts';
import { settle } from '../support/manual-clock.ts';

const MIB = 1_048_576;

describe('the sink of dead letters', () => {
  let stage: DeadLetterStage;
  beforeEach(() => {
    stage = new DeadLetterStage();
  });
  afterEach(() => stage.end());

  const sizesOfCalls = () => stage.sqs.callsOf('send').map(({ input }) => input.Entries.length as number);

  it('sends a letter with its body verbatim and its attributes as strings, then takes it out', async () => {
    await stage.start();
    await stage.add('{"broken" ');
    expect(stage.sqs.callsOf('send')[0]!.input).to.deep.equal({
      QueueUrl: QUEUE_URL,
      Entries: [
        {
          Id: '1',
          MessageBody: '{"broken" ',
          MessageAttributes: {
            reason: { DataType: 'String', StringValue: 'invalid_json' },
            source_message_id: { DataType: 'String', StringValue: 'message-1' },
          },
        },
      ],
    });
    expect(await stage.left()).to.deep.equal([]);
    expect(stage.sink.waiting).to.equal(0);
  });

  it('sends first what an earlier process left', async () => {
    await stage.commit('left over');
    await stage.start();
    await stage.add('new');
    expect(stage.sent).to.deep.equal(['left over', 'new']);
  });

  it('sends in order, at most 10 in a call', async () => {
    const bodies = Array.from({ length: 25 }, (_, index) => `body ${index}`);
    await stage.start();
    await stage.add(...bodies);
    await stage.sqs.until(() => stage.sent.length === 25);
    expect(stage.sent).to.deep.equal(bodies);
    expect(sizesOfCalls()).to.deep.equal([10, 10, 5]);
  });

  it('looks the queue up once, and not before there is something to send', async () => {
    await stage.start();
    expect(stage.sqs.calls).to.deep.equal([]);
    await stage.add('one');
    await stage.add('two');
    expect(stage.sqs.callsOf('find')).to.have.length(1);
  });

  it('keeps each call within 1 MiB, attributes included, and sends the largest letter alone', async () => {
    const attributesSize = 'reason'.length + 'invalid_json'.length + 6 + 'source_message_id'.length + 6 + 9;
    const largest = 'x'.repeat(MIB - attributesSize);
    const half = 'y'.repeat(MIB / 2 - attributesSize);
    await stage.start();
    await stage.add('small', largest, half, half, 'small too');
    await stage.sqs.until(() => stage.sent.length === 5);
    expect(stage.sent).to.deep.equal(['small', largest, half, half, 'small too']);
    expect(sizesOfCalls()).to.deep.equal([1, 1, 2, 1]);
  });

  it('counts bytes, not characters', async () => {
    await stage.start();
    await stage.add('€'.repeat(200_000), '€'.repeat(200_000));
    expect(sizesOfCalls()).to.deep.equal([1, 1]);
  });

  it('gives a FIFO queue a group, and an identity that each letter has for itself, though two are equal', async () => {
    const fifo = new DeadLetterStage(`${QUEUE_URL}.fifo`);
    await fifo.start();
    // So large that no attributes fit beside it.
    await fifo.addWithout('x'.repeat(MIB), 'x'.repeat(MIB));
    await fifo.sqs.until(() => fifo.sent.length === 2);
    expect(fifo.sqs.sent.map(({ MessageGroupId }) => MessageGroupId)).to.deep.equal(
      Array(2).fill('dead-letters'),
    );
    const [one, two] = fifo.sqs.sent.map(({ MessageDeduplicationId }) => MessageDeduplicationId);
    expect(one).to.match(/^[0-9a-f]{32}$/);
    expect(two)
      .to.match(/^[0-9a-f]{32}$/)
      .and.not.equal(one);
    await fifo.end();
  });

  it('gives it the same identity when it is sent again, since nobody knows whether it had arrived', async () => {
    const fifo = new DeadLetterStage(`${QUEUE_URL}.fifo`);
    fifo.sqs.failNext('send', 'lost answer');
    await fifo.start();
    await fifo.add('one');
    await fifo.clock.advance(30_000);
    await fifo.sqs.until(() => fifo.sent.length === 2);
    const [one, again] = fifo.sqs.sent.map(({ MessageDeduplicationId }) => MessageDeduplicationId);
    expect(again).to.equal(one);
    await fifo.end();
  });

  it('sends at once what is added in the very moment in which it finds the outbox empty', async () => {
    let looks = 0;
    stage.onRead = async () => {
      looks += 1;
      if (looks > 1) return;
      await stage.commit('in between');
      stage.sink.added(1);
    };
    await stage.start();
    expect(stage.sent).to.deep.equal(['in between']);
  });

  describe('with 10,000 letters in the outbox', () => {
    it('holds the receiving back, and lets it go on when some are delivered', async () => {
      stage.sqs.exists = false;
      await stage.start();
      await stage.add(...Array.from({ length: 9_999 }, (_, index) => `body ${index}`));
      expect(stage.admission.isOpen).to.equal(true);
      await stage.add('one more');
      expect(stage.admission.isOpen).to.equal(false);
      stage.sqs.exists = true;
      await stage.clock.advance(30_000);
      await stage.sqs.until(() => stage.sent.length === 10_000);
      await settle();
      expect(stage.admission.isOpen).to.equal(true);
      expect(stage.sink.waiting).to.equal(0);
    });

    it('holds the receiving back from the start when an earlier process left so many', async () => {
      stage.sqs.exists = false;
      await stage.commit(...Array.from({ length: 10_000 }, (_, index) => `body ${index}`));
      await stage.start();
      expect(stage.admission.isOpen).to.equal(false);
    });
  });
});
