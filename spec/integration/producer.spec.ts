import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { type EmbeddedSqs, spawnEmbeddedSqs } from '../../scripts/embedded-sqs.ts';
import { type Load, produce, type Summary } from '../../scripts/producer.ts';
import { listeningLog } from '../scripts/ingredients.ts';

describe('the producer on the embedded SQS', () => {
  let embedded: EmbeddedSqs;
  let sqs: SQSClient;
  let queues = 0;

  before(async () => {
    embedded = await spawnEmbeddedSqs();
    sqs = new SQSClient({
      endpoint: embedded.endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      useQueueUrlAsEndpoint: false,
    });
  });

  after(async () => {
    sqs.destroy();
    await embedded.stop();
  });

  async function newQueue(suffix = ''): Promise<string> {
    const Attributes = suffix === '.fifo' ? { FifoQueue: 'true' } : {};
    const command = new CreateQueueCommand({ QueueName: `queue-${queues++}${suffix}`, Attributes });
    return (await sqs.send(command)).QueueUrl!;
  }

  function produceInto(queueUrl: string, load: Load, clock: Clock = systemClock): Promise<Summary> {
    const { log } = listeningLog();
    return produce({ seed: 7, load }, { sqs, queueUrl, log, clock, signal: new AbortController().signal });
  }

  async function depthOf(queueUrl: string): Promise<number> {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] });
    const { Attributes = {} } = await sqs.send(command);
    return names.reduce((total, name) => total + Number(Attributes[name]), 0);
  }

  async function receive(QueueUrl: string): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['dedup_id'],
    });
    return (await sqs.send(command)).Messages ?? [];
  }

  async function remove(QueueUrl: string, messages: readonly Message[]): Promise<void> {
    for (let first = 0; first < messages.length; first += 10) {
      const Entries = messages
        .slice(first, first + 10)
        .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  }

  /** Everything in the queue, deleted as it comes: a FIFO queue gives the rest of a group only after that. */
  async function drain(queueUrl: string): Promise<Message[]> {
    const all: Message[] = [];
    for (;;) {
      const messages = await receive(queueUrl);
      if (messages.length === 0) return all;
      await remove(queueUrl, messages);
      all.push(...messages);
    }
  }

  function start(env: Record<string, string>): ChildProcess {
    return spawn(process.execPath, ['scripts/producer.ts'], {
      env: { PATH: process.env.PATH, ...embedded.env, ...env },
    });
  }

  async function outcomeOf(child: ChildProcess) {
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [status, stdout, stderr] = await Promise.all([closed, text(child.stdout!), text(child.stderr!)]);
    return { status, stdout, stderr };
  }

  it('sends a round of the scenario, and the next one only when the queue has become empty', async () => {
    const queueUrl = await newQueue();
    const { promise: waitedThrice, resolve } = Promise.withResolvers<void>();
    let waits = 0;
    const clock: Clock = {
      ...systemClock,
      schedule(callback) {
        if (++waits === 3) resolve();
        return systemClock.schedule(callback, 20);
      },
    };
    const producing = produceInto(queueUrl, { kind: 'scenario', iterations: 2 }, clock);
    await waitedThrice;
    const round: Message[] = [];
    while (round.length < 27) round.push(...(await receive(queueUrl)));
    // All of the first round is in flight and nothing else came: received is not enough, it has to be deleted.
    expect(await depthOf(queueUrl)).to.equal(27);
    await remove(queueUrl, round);
    const summary = await producing;
    expect(await drain(queueUrl)).to.have.length(27);
    expect(summary).to.deep.include({ seed: 7, messages: 54, events: 54 });
    expect(summary.eventsByKind).to.include({ good: 32, late: 8, missing_field: 8, wrong_type: 6 });
  });

  for (const suffix of ['', '.fifo'])
    it(`sends a steady stream with duplicates that share a dedup_id (queue${suffix})`, async () => {
      const queueUrl = await newQueue(suffix);
      const summary = await produceInto(queueUrl, { kind: 'steady', perSecond: 1_000, messages: 128 });
      const messages = await drain(queueUrl);
      expect(messages).to.have.length(128);
      expect(summary).to.include({ messages: 128, resent: 0, refused: 0, unconfirmed: 0 });
      const groups = Map.groupBy(
        messages,
        ({ MessageAttributes }) => MessageAttributes!.dedup_id!.StringValue!,
      );
      expect(groups.size).to.equal(128 - summary.expected.duplicate.messages);
      expect(summary.expected.duplicate.messages).to.equal(8);
      for (const same of groups.values()) expect(new Set(same.map(({ Body }) => Body)).size).to.equal(1);
    });

  it('as a program creates its queue, stops at SIGTERM and logs what is in the queue', async () => {
    const child = start({ SQS_QUEUE_NAME: 'streamed', SQS_CREATE_QUEUES: 'true', RATE: '200/s' });
    const outcome = outcomeOf(child);
    const queueUrl = `${embedded.endpoint}/000000000000/streamed`;
    while ((await depthOf(queueUrl).catch(() => 0)) < 50);
    child.kill('SIGTERM');
    const { status, stdout, stderr } = await outcome;
    expect({ status, stdout }).to.deep.equal({ status: 0, stdout: '' });
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include({ message: 'sent', messages: await depthOf(queueUrl), unconfirmed: 0 });
  });

  it('as a program sends the events of a file as they are written', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'nps-kata-'));
    const path = join(directory, 'events.jsonl');
    const bodies = Array.from(
      { length: 25 },
      (_, i) => `{"type":"a","value":${i}.10,"occurred_at":"2020-10-06 10:02:00"}`,
    );
    await writeFile(path, bodies.join('\n'));
    const queueUrl = await newQueue();
    const { status, stderr } = await outcomeOf(start({ SQS_QUEUE_URL: queueUrl, FILE: path }));
    expect(status).to.equal(0);
    expect(JSON.parse(stderr).expected.unknown).to.deep.equal({ events: 25, messages: 25 });
    expect((await drain(queueUrl)).map(({ Body }) => Body)).to.have.members(bodies);
    await rm(directory, { recursive: true });
  });

  it('as a program says which queue is missing and what to set', async () => {
    const { status, stdout, stderr } = await outcomeOf(start({ SQS_QUEUE_NAME: 'absent' }));
    expect({ status, stdout }).to.deep.equal({ status: 2, stdout: '' });
    expect(stderr).to.match(/^The queue "absent" does not exist .* SQS_CREATE_QUEUES=true .*\n$/);
  });
});
