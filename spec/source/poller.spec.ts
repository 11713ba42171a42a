import type { Message } from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import sinon from 'sinon';
import { Gate } from '../../lib/source/gate.ts';
import { Poller, type PollerOptions } from '../../lib/source/poller.ts';
import { Reception } from '../../lib/source/reception.ts';
import { errorNamed, FakeSqs, QUEUE_URL, someMessages } from '../support/fake-sqs.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { readingOf } from '../support/source-stage.ts';

describe('a poller on sqs-consumer', () => {
  let sqs: FakeSqs;
  let clock: ManualClock;
  let logged: MemoryLog;
  let stopping: AbortController;
  let poller: Poller;
  let handed: Message[][];
  let deleted: string[];

  beforeEach(() => {
    sqs = new FakeSqs();
    clock = new ManualClock();
    logged = new MemoryLog();
    stopping = new AbortController();
    handed = [];
    deleted = [];
  });
  afterEach(() => stop());

  async function stop(): Promise<void> {
    const stopped = poller.stop();
    stopping.abort();
    await stopped;
  }

  /** A poller that runs; `handle` decides on each batch. */
  function start(handle: PollerOptions['handle'], changes: Partial<PollerOptions> = {}): void {
    poller = new Poller({
      onAnswer: () => {},
      onIdle: () => {},
      queueUrl: QUEUE_URL,
      sqs: sqs.client,
      clock,
      reception: new Reception('events', clock, logged.log),
      reading: readingOf(clock),
      admission: new Gate(),
      stopping: stopping.signal,
      visibilityTimeoutMs: 30_000,
      handle: (messages, requestedMs) => {
        handed.push(messages);
        return handle(messages, requestedMs);
      },
      onDeleted: (message) => deleted.push(message.MessageId!),
      ...changes,
    });
    poller.start();
  }

  const keepAll = async () => undefined;
  const deleteAll = async (messages: Message[]) => messages;

  it('asks for 10 messages with a long poll of 20 s, and for what the pipeline needs of them', async () => {
    start(deleteAll);
    await sqs.until(() => sqs.polling === 1);
    expect(sqs.calls[0]!.input).to.deep.include({
      QueueUrl: QUEUE_URL,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 20,
      MessageAttributeNames: ['dedup_id'],
      MessageSystemAttributeNames: ['SentTimestamp'],
      VisibilityTimeout: 30,
    });
  });

  for (const [visibilityS, waitS] of [
    [21, 20],
    [20, 10],
    [5, 2],
    [1, 1],
    [0, 1],
  ] as const)
    it(`waits ${waitS} s for messages whose visibility timeout is ${visibilityS} s, so that they can be deleted in time`, async () => {
      start(deleteAll, { visibilityTimeoutMs: visibilityS * 1000 });
      await sqs.until(() => sqs.polling === 1);
      expect(sqs.calls[0]!.input).to.include({ WaitTimeSeconds: waitS });
    });

  it('hands over whole batches and deletes those that come back, each with one call', async () => {
    sqs.enqueue(...someMessages(25));
    start(deleteAll);
    await sqs.until(() => sqs.polling === 1 && sqs.deleted.length === 25);
    expect(handed.map(({ length }) => length)).to.deep.equal([10, 10, 5]);
    expect(sqs.callsOf('delete')).to.have.length(3);
    expect(deleted).to.deep.equal(sqs.deleted);
  });

  it('deletes nothing of a batch that does not come back, and goes on', async () => {
    sqs.enqueue(...someMessages(1));
    start(keepAll);
    await sqs.until(() => sqs.polling === 1 && handed.length === 1);
    expect(sqs.callsOf('delete')).to.deep.equal([]);
    sqs.enqueue(...someMessages(1));
    await sqs.until(() => sqs.polling === 1 && handed.length === 2);
  });

  it('receives no further batch before the one in hand is handled and deleted', async () => {
    const handling = Promise.withResolvers<void>();
    sqs.enqueue(...someMessages(20));
    start((messages) => handling.promise.then(() => messages));
    await sqs.until(() => handed.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sqs.callsOf('receive')).to.have.length(1);
    handling.resolve();
    await sqs.until(() => handed.length === 2);
    expect(sqs.calls.map(({ operation }) => operation).slice(0, 3)).to.deep.equal([
      'receive',
      'delete',
      'receive',
    ]);
  });

  it('reports as deleted only what SQS has confirmed, and warns of the rest', async () => {
    sqs.enqueue(...someMessages(3));
    sqs.failAlways('delete', { Failed: [{ Id: 'message-2', SenderFault: true, Code: 'Invalid' }] });
    start(deleteAll);
    await sqs.until(() => deleted.length === 2 && sqs.polling === 1);
    expect(deleted).to.deep.equal(['message-1', 'message-3']);
    expect(logged.at('warn')).to.have.length(1);
    expect(logged.at('warn')[0]).to.include('message-2');
  });

  it('survives a handler that fails: nothing is deleted, and it goes on', async () => {
    sqs.enqueue(...someMessages(1));
    start(() => Promise.reject(new Error('broken')));
    await sqs.until(() => sqs.polling === 1 && handed.length === 1);
    expect(sqs.callsOf('delete')).to.deep.equal([]);
    expect(logged.at('warn')).to.have.length(1);
  });

  it('does not storm an SQS that fails, and takes up its work when it answers', async () => {
    sqs.failAlways('receive', errorNamed('ServiceUnavailable'));
    start(deleteAll);
    await sqs.until(() => sqs.callsOf('receive').length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sqs.callsOf('receive'), 'the clock has not moved').to.have.length(1);
    sqs.failAlways('receive', undefined);
    await clock.advance(1_000);
    await sqs.until(() => sqs.polling === 1);
    expect(logged.lines.map(({ level }) => level)).to.deep.equal(['error']);
  });

  it('extends a batch that waits longer than half its visibility timeout', async () => {
    const handling = Promise.withResolvers<undefined>();
    const timers = sinon.spy(globalThis, 'setInterval');
    try {
      sqs.enqueue(...someMessages(2));
      start(() => handling.promise, { visibilityTimeoutMs: 40 });
      await sqs.until(() => sqs.callsOf('extend').length >= 2);
      expect(timers.args.map(([, delayMs]) => delayMs)).to.deep.equal([20]);
      expect(sqs.callsOf('extend')[0]!.input.Entries).to.deep.equal([
        { Id: 'message-1', ReceiptHandle: 'receipt-1', VisibilityTimeout: 0.04 },
        { Id: 'message-2', ReceiptHandle: 'receipt-2', VisibilityTimeout: 0.04 },
      ]);
    } finally {
      timers.restore();
      handling.resolve(undefined);
    }
  });

  describe('that is stopped', () => {
    it('ends when its long poll is aborted, and polls no more', async () => {
      start(deleteAll);
      await sqs.until(() => sqs.polling === 1);
      await stop();
      sqs.enqueue(...someMessages(1));
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(sqs.callsOf('receive')).to.have.length(1);
      expect(logged.lines).to.deep.equal([]);
    });

    it('waits for the batch in hand and for its delete, though that has to be repeated', async () => {
      const handling = Promise.withResolvers<void>();
      sqs.enqueue(...someMessages(1));
      sqs.failNext('delete', errorNamed('ServiceUnavailable'));
      start((messages) => handling.promise.then(() => messages));
      await sqs.until(() => handed.length === 1);
      let isStopped = false;
      const stopped = stop().then(() => {
        isStopped = true;
      });
      await settle();
      expect(isStopped).to.equal(false);
      handling.resolve();
      await sqs.until(() => sqs.callsOf('delete').length === 1);
      await settle();
      expect(isStopped).to.equal(false);
      await clock.advance(1_000);
      await stopped;
      expect(deleted).to.deep.equal(['message-1']);
    });
  });

  it('writes nothing to stdout, whatever happens, not even for a FIFO queue', async () => {
    const stdout = sinon.spy(process.stdout, 'write');
    try {
      sqs.enqueue(...someMessages(3));
      sqs.failNext('receive', errorNamed('ServiceUnavailable'));
      sqs.failNext('delete', { Failed: [{ Id: 'message-2', SenderFault: true, Code: 'Invalid' }] });
      start(deleteAll, { queueUrl: `${QUEUE_URL}.fifo` });
      await sqs.until(() => sqs.callsOf('receive').length === 1);
      await settle();
      await clock.advance(1_000);
      await sqs.until(() => deleted.length === 2 && sqs.polling === 1);
      await stop();
      expect(stdout.args).to.deep.equal([]);
    } finally {
      stdout.restore();
    }
  });
});
