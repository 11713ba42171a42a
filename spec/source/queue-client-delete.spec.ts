import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import { Gate } from '../../lib/source/gate.ts';
import { QueueClient } from '../../lib/source/queue-client.ts';
import { Reception } from '../../lib/source/reception.ts';
import { errorNamed, FakeSqs, QUEUE_URL, someMessages } from '../support/fake-sqs.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { readingOf } from '../support/source-stage.ts';

interface Answer {
  readonly Successful: readonly { readonly Id: string }[];
  readonly Failed: readonly { readonly Id: string; readonly Code?: string }[];
}
type Entry = { Id: string; ReceiptHandle: string };

describe('deleting through the client under sqs-consumer', () => {
  let sqs: FakeSqs;
  let clock: ManualClock;
  let logged: MemoryLog;
  let stop: AbortController;
  let client: QueueClient;

  beforeEach(() => {
    sqs = new FakeSqs();
    clock = new ManualClock();
    logged = new MemoryLog();
    stop = new AbortController();
    const reception = new Reception('events', clock, logged.log);
    client = new QueueClient({
      sqs: sqs.client,
      clock,
      reception,
      reading: readingOf(clock),
      admission: new Gate(),
      stopping: stop.signal,
      onAnswer: () => {},
    });
  });

  /** Receives so many messages and gives the entries that delete them. */
  async function receive(count: number): Promise<Entry[]> {
    sqs.enqueue(...someMessages(count));
    const { Messages } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: QUEUE_URL, MaxNumberOfMessages: 10 }),
    );
    return Messages.map(({ MessageId, ReceiptHandle }: Record<string, string>) => ({
      Id: MessageId,
      ReceiptHandle,
    }));
  }

  /** Deletes, with all the time that it takes; gives the Ids by what became of them. */
  async function remove(Entries: Entry[]): Promise<{ successful: string[]; failed: string[] }> {
    const deleting = client.send(new DeleteMessageBatchCommand({ QueueUrl: QUEUE_URL, Entries }));
    await clock.advance(60_000);
    const { Successful, Failed } = (await deleting) as Answer;
    return { successful: Successful.map(({ Id }) => Id), failed: Failed.map(({ Id }) => Id) };
  }

  const idsOfCalls = () =>
    sqs.callsOf('delete').map(({ input }) => input.Entries.map(({ Id }: Entry) => Id) as string[]);

  it('is one call when SQS takes it', async () => {
    const entries = await receive(3);
    expect(await remove(entries)).to.deep.equal({
      successful: ['message-1', 'message-2', 'message-3'],
      failed: [],
    });
    expect(idsOfCalls()).to.have.length(1);
    expect(sqs.callsOf('delete')[0]!.input.QueueUrl).to.equal(QUEUE_URL);
  });

  it('repeats a call that failed or whose answer got lost', async () => {
    const entries = await receive(2);
    sqs.failNext('delete', errorNamed('ServiceUnavailable'), 'lost answer');
    expect((await remove(entries)).successful).to.deep.equal(['message-1', 'message-2']);
    expect(idsOfCalls()).to.have.length(3);
    expect(sqs.deleted).to.deep.equal(['message-1', 'message-2']);
  });

  it('repeats only the entries that SQS could not delete', async () => {
    const entries = await receive(3);
    sqs.failNext('delete', { Failed: [{ Id: 'message-2', SenderFault: false, Code: 'InternalError' }] });
    const { successful, failed } = await remove(entries);
    expect(successful.toSorted()).to.deep.equal(['message-1', 'message-2', 'message-3']);
    expect(failed).to.deep.equal([]);
    expect(idsOfCalls()).to.deep.equal([['message-1', 'message-2', 'message-3'], ['message-2']]);
  });

  it('gives up at once the entries that SQS refuses for good, and tells that they failed', async () => {
    const entries = await receive(2);
    const outdated = { Id: 'message-1', SenderFault: true, Code: 'ReceiptHandleIsInvalid' };
    sqs.failAlways('delete', { Failed: [outdated] });
    expect(await remove(entries)).to.deep.equal({ successful: ['message-2'], failed: ['message-1'] });
    expect(idsOfCalls()).to.have.length(1);
  });

  it('sends two entries of one Id as one, since SQS refuses a batch that holds both', async () => {
    const [entry] = await receive(1);
    const again = { Id: entry!.Id, ReceiptHandle: 'receipt-of-the-second-delivery' };
    await remove([entry!, again]);
    expect(idsOfCalls()).to.deep.equal([['message-1']]);
  });

  it('tries for some seconds with growing pauses, then gives up without throwing', async () => {
    const entries = await receive(2);
    sqs.failAlways('delete', errorNamed('AccessDenied'));
    const startedMs = clock.nowMs();
    let endedMs = 0;
    const deleting = client.send(new DeleteMessageBatchCommand({ QueueUrl: QUEUE_URL, Entries: entries }));
    deleting.then(() => {
      endedMs = clock.nowMs();
    });
    await clock.advance(60_000);
    const { Successful, Failed } = (await deleting) as Answer;
    expect(Successful).to.deep.equal([]);
    expect(Failed.map(({ Id, Code }) => [Id, Code])).to.deep.equal([
      ['message-1', 'AccessDenied'],
      ['message-2', 'AccessDenied'],
    ]);
    expect(idsOfCalls()).to.have.length(7);
    expect(endedMs - startedMs).to.be.within(5_000, 15_000);
  });

  it('is said to fail once for all its tries, and to work again when SQS has deleted something', async () => {
    const entries = await receive(2);
    sqs.failAlways('delete', errorNamed('AccessDenied'));
    await remove(entries);
    const [message] = await receive(1);
    expect(logged.lines.map(({ level }) => level)).to.deep.equal(['error']);
    const unknown = { Id: 'message-1', SenderFault: false, Code: 'InternalError' };
    sqs.failAlways('delete', { Failed: [unknown] });
    await remove([message!]);
    expect(logged.at('info')).to.deep.equal([]);
    sqs.failAlways('delete', undefined);
    await remove([message!]);
    expect(logged.at('info')).to.deep.equal(['SQS answers again.']);
  });

  it('is not aborted when the source stops, nor is it given up', async () => {
    const entries = await receive(1);
    sqs.failNext('delete', errorNamed('ServiceUnavailable'));
    const deleting = client.send(new DeleteMessageBatchCommand({ QueueUrl: QUEUE_URL, Entries: entries }));
    await settle();
    stop.abort();
    await clock.advance(1_000);
    expect(((await deleting) as Answer).Successful).to.deep.equal([{ Id: 'message-1' }]);
    expect(sqs.deleted).to.deep.equal(['message-1']);
    expect(sqs.callsOf('delete').map(({ abortSignal }) => abortSignal)).to.deep.equal([undefined, undefined]);
  });

  it('leaves the extension of a visibility timeout as it is, also while the source stops', async () => {
    const entries = await receive(1);
    stop.abort();
    const Entries = entries.map((entry) => ({ ...entry, VisibilityTimeout: 30 }));
    const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: QUEUE_URL, Entries });
    expect(await client.send(command)).to.deep.equal({ Successful: [{ Id: 'message-1' }] });
    expect(sqs.callsOf('extend')[0]!.abortSignal).to.equal(undefined);
  });
});
