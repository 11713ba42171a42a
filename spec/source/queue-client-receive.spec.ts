import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import { Gate } from '../../lib/source/gate.ts';
import { QueueClient } from '../../lib/source/queue-client.ts';
import { Reception } from '../../lib/source/reception.ts';
import { errorNamed, FakeSqs, QUEUE_URL, someMessages } from '../support/fake-sqs.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { readingOf } from '../support/source-stage.ts';

const RECEIVE = new ReceiveMessageCommand({ QueueUrl: QUEUE_URL, MaxNumberOfMessages: 10 });

describe('receiving through the client under sqs-consumer', () => {
  let sqs: FakeSqs;
  let clock: ManualClock;
  let logged: MemoryLog;
  let reception: Reception;
  let admission: Gate;
  let stop: AbortController;

  beforeEach(() => {
    sqs = new FakeSqs();
    clock = new ManualClock();
    logged = new MemoryLog();
    reception = new Reception('events', clock, logged.log);
    admission = new Gate();
    stop = new AbortController();
  });
  afterEach(() => stop.abort());

  const open = () =>
    new QueueClient({
      sqs: sqs.client,
      clock,
      reception,
      reading: readingOf(clock),
      admission,
      stopping: stop.signal,
      onAnswer: () => {},
    });

  /** Receives again and again without any pause of its own, as sqs-consumer does. */
  function poll(client: QueueClient): { answers: unknown[] } {
    const polled = { answers: [] as unknown[] };
    const again = async () => {
      while (!stop.signal.aborted) polled.answers.push(await client.send(RECEIVE));
    };
    again();
    return polled;
  }

  it('gives SQS’s answer as it is', async () => {
    sqs.enqueue(...someMessages(3));
    const { Messages } = await open().send(RECEIVE);
    expect(Messages.map(({ MessageId }: { MessageId: string }) => MessageId)).to.deep.equal([
      'message-1',
      'message-2',
      'message-3',
    ]);
  });

  it('asks at most twice a second while SQS fails, ever more rarely, and never throws', async () => {
    sqs.failAlways('receive', errorNamed('ServiceUnavailable'));
    const { answers } = poll(open());
    const perSecond: number[] = [];
    for (let second = 0; second < 120; second += 1) {
      const before = sqs.callsOf('receive').length;
      await clock.advance(1_000);
      perSecond.push(sqs.callsOf('receive').length - before);
    }
    expect(Math.max(...perSecond)).to.be.at.most(2);
    const lastMinute = perSecond.slice(60).reduce((sum, calls) => sum + calls);
    expect(lastMinute).to.be.within(6, 16);
    expect(answers.every((answer) => Object.keys(answer as object).length === 0)).to.equal(true);
    expect(answers.length).to.be.above(10);
    expect(logged.at('error').length).to.be.at.most(2);
  });

  it('begins with short waits again after SQS has answered', async () => {
    sqs.failAlways('receive', errorNamed('ServiceUnavailable'));
    poll(open());
    await clock.advance(60_000);
    sqs.failAlways('receive', undefined);
    await clock.advance(10_000);
    expect(sqs.polling).to.equal(1);
    sqs.failAlways('receive', errorNamed('ServiceUnavailable'));
    sqs.failNext('receive', errorNamed('ServiceUnavailable'));
    sqs.answerEmpty();
    await settle();
    expect(clock.nextMs).to.be.within(500, 1_000);
  });

  it('wakes up as soon as SQS answers another poller', async () => {
    sqs.failAlways('receive', errorNamed('ServiceUnavailable'));
    poll(open());
    await clock.advance(60_000);
    // It shall have more to wait than the second poller after its first fault, which is a second at most.
    while (clock.nextMs! <= 1_000) await clock.advance(clock.nextMs!);
    sqs.failNext('receive', errorNamed('ServiceUnavailable'));
    sqs.failAlways('receive', undefined);
    poll(open());
    await settle();
    // The second poller has failed once and waits a short time only; then SQS answers it.
    sqs.enqueue(...someMessages(1));
    expect(clock.nextMs).to.be.within(500, 1_000);
    await clock.advance(clock.nextMs!);
    expect(sqs.polling).to.equal(2);
    expect(clock.pending).to.equal(0);
  });

  it('asks for nothing while the gate is closed, which does not count as a quiet queue', async () => {
    admission.close();
    sqs.enqueue(...someMessages(1));
    const { answers } = poll(open());
    await clock.advance(60_000);
    expect(sqs.calls).to.deep.equal([]);
    expect(reception.isQuiet(1_000)).to.equal(false);
    admission.open();
    await settle();
    expect(answers).to.have.length(1);
  });

  it('tells when the queue is quiet: a long poll still waiting counts', async () => {
    poll(open());
    await clock.advance(10_000);
    expect(reception.isQuiet(10_000)).to.equal(true);
    sqs.enqueue(...someMessages(1));
    await settle();
    expect(reception.isQuiet(10_000)).to.equal(false);
  });

  it('aborts a long poll when it is told to stop, which is no fault, and asks no more', async () => {
    const client = open();
    const receiving = client.send(RECEIVE);
    await settle();
    expect(sqs.polling).to.equal(1);
    stop.abort();
    expect(await receiving).to.deep.equal({});
    expect(await client.send(RECEIVE)).to.deep.equal({});
    expect(sqs.callsOf('receive')).to.have.length(1);
    expect(logged.lines).to.deep.equal([]);
  });

  it('ends its waiting, at the gate or after a fault, when it is told to stop', async () => {
    sqs.failNext('receive', errorNamed('ServiceUnavailable'));
    const failing = open().send(RECEIVE);
    await settle();
    admission.close();
    const held = open().send(RECEIVE);
    await settle();
    stop.abort();
    expect(await Promise.all([failing, held])).to.deep.equal([{}, {}]);
    expect(clock.pending).to.equal(0);
  });
});
