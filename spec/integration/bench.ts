import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { SqliteStore } from '../../lib/state/sqlite-store.ts';
import type { Ledger } from '../../lib/state/state-store.ts';
import { type EmbeddedSqs, environmentFor, spawnEmbeddedSqs } from '../../scripts/embedded-sqs.ts';
import { type Launch, Program } from './program.ts';

export interface Sending {
  readonly body: string;
  readonly dedupId?: string;
}

/** Over all benches, which may share one server. */
let queues = 0;

/** Of its own, unless `npm run test:servers` has started one that others have written. */
async function openSqs(): Promise<EmbeddedSqs> {
  const endpoint = process.env.TEST_SQS_ENDPOINT;
  if (!endpoint) return spawnEmbeddedSqs();
  return { endpoint, env: environmentFor(endpoint), stop: async () => {} };
}

/** An SQS in a process of its own, a folder for states, and the programs started on them. */
export class Bench {
  readonly sqs: SQSClient;
  readonly folder = mkdtempSync(join(tmpdir(), 'nps-kata-spec-'));
  readonly #embedded: EmbeddedSqs;
  readonly #programs: Program[] = [];

  static async open(): Promise<Bench> {
    return new Bench(await openSqs());
  }

  constructor(embedded: EmbeddedSqs) {
    this.#embedded = embedded;
    this.sqs = new SQSClient({
      endpoint: embedded.endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'spec', secretAccessKey: 'spec' },
      useQueueUrlAsEndpoint: false,
    });
  }

  get endpoint(): string {
    return this.#embedded.endpoint;
  }

  get env(): Readonly<Record<string, string>> {
    return this.#embedded.env;
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#programs.map((program) => (program.hasEnded ? undefined : program.kill('SIGKILL'))),
    );
    this.sqs.destroy();
    await this.#embedded.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** A queue of its own for each spec, with its dead-letter queue. */
  async createQueue(attributes: Record<string, string> = {}, suffix = ''): Promise<Queue> {
    queues += 1;
    const name = `events-${queues}`;
    const deadLetters = new Queue(this.sqs, `${name}-dead-letter${suffix}`, undefined);
    const queue = new Queue(this.sqs, `${name}${suffix}`, deadLetters);
    const fifo = suffix === '.fifo' ? { FifoQueue: 'true' } : {};
    await queue.create({ ...fifo, ...attributes });
    await deadLetters.create(fifo);
    return queue;
  }

  statePath(name: string): string {
    return join(this.folder, `${name}.db`);
  }

  /** The program on that queue; its state is kept under the queue's name, so that a second start goes on from it. */
  start(
    queue: Queue,
    settings: Readonly<Record<string, string>> = {},
    args: readonly string[] = [],
    launch: Launch = {},
  ): Program {
    const program = new Program(
      {
        ...this.env,
        SQS_QUEUE_NAME: queue.name,
        STATE_URL: `sqlite:${this.statePath(queue.name)}`,
        ...settings,
      },
      args,
      launch,
    );
    this.#programs.push(program);
    return program;
  }

  async readLedger(queue: Queue): Promise<Ledger> {
    const store = new SqliteStore(this.statePath(queue.name));
    try {
      return await store.readLedger();
    } finally {
      await store.close();
    }
  }
}

export class Queue {
  readonly #sqs: SQSClient;
  readonly name: string;
  readonly deadLetters: Queue | undefined;
  url = '';

  constructor(sqs: SQSClient, name: string, deadLetters: Queue | undefined) {
    this.#sqs = sqs;
    this.name = name;
    this.deadLetters = deadLetters;
  }

  async create(Attributes: Record<string, string> = {}): Promise<void> {
    this.url = (await this.#sqs.send(new CreateQueueCommand({ QueueName: this.name, Attributes }))).QueueUrl!;
  }

  async send(...sendings: readonly Sending[]): Promise<void> {
    const isFifo = this.name.endsWith('.fifo');
    for (let at = 0; at < sendings.length; at += 10) {
      const Entries = sendings.slice(at, at + 10).map(({ body, dedupId }, index) => ({
        Id: String(index),
        MessageBody: body,
        ...(dedupId ? { MessageAttributes: { dedup_id: { DataType: 'String', StringValue: dedupId } } } : {}),
        ...(isFifo ? { MessageGroupId: `group-${index % 3}`, MessageDeduplicationId: `${at + index}` } : {}),
      }));
      await this.#sqs.send(new SendMessageBatchCommand({ QueueUrl: this.url, Entries }));
    }
  }

  /** Waiting and in flight, as the queue counts them. */
  async depth(): Promise<{ readonly waiting: number; readonly inFlight: number }> {
    const { Attributes = {} } = await this.#sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: this.url, AttributeNames: ['All'] }),
    );
    return {
      waiting: Number(Attributes.ApproximateNumberOfMessages),
      inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    };
  }

  /** Messages that are not deleted, waiting or in flight. */
  async left(): Promise<number> {
    const { waiting, inFlight } = await this.depth();
    return waiting + inFlight;
  }

  /**
   * Until everything was received and deleted. SQS has no event for it; asking all the time would take the
   * processor from what is tested.
   */
  async untilEmpty(): Promise<void> {
    while ((await this.left()) > 0) await delay(20);
  }

  /** Everything that is in the queue now. */
  async drain(): Promise<Message[]> {
    const messages: Message[] = [];
    for (;;) {
      const { Messages = [] } = await this.#sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: this.url,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) return messages;
      messages.push(...Messages);
    }
  }
}

/** A body as an e-commerce site sends it. */
export function eventBody(type: string, value: number | string, occurredAt = '2020-10-06 10:02:05'): string {
  return `{"type":${JSON.stringify(type)},"value":${value},"occurred_at":"${occurredAt}"}`;
}

export function attributesOf(message: Message): Record<string, string | undefined> {
  const attributes = Object.entries(message.MessageAttributes ?? {});
  return Object.fromEntries(attributes.map(([name, { StringValue }]) => [name, StringValue]));
}
