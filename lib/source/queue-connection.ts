import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { WrongSettings } from '../errors.ts';
import { withoutCredentials } from '../masking.ts';
import { homeOf, isFifo, isSameQueue, nameIn, type QueueAddress, queueNameOf } from './queue-address.ts';
import { createSqsClient } from './sqs-client.ts';
import { asStartFault, isMissingQueue, isRefused, NOT_SQS } from './sqs-fault.ts';

/** The queue's URL; with `create`, a queue that does not exist is made first (local development). */
export async function findQueue(
  sqs: Pick<SQSClient, 'send'>,
  address: QueueAddress,
  create: boolean,
): Promise<string> {
  if ('url' in address) return address.url;
  const { name } = address;
  try {
    return await lookUp(sqs, { QueueName: name });
  } catch (error) {
    if (!create || !isMissingQueue(error)) throw error;
    const Attributes = isFifo(name) ? { FifoQueue: 'true' } : {};
    return (await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }))).QueueUrl!;
  }
}

async function lookUp(
  sqs: Pick<SQSClient, 'send'>,
  input: { QueueName: string; QueueOwnerAWSAccountId?: string },
): Promise<string> {
  const { QueueUrl, $metadata } = await sqs.send(new GetQueueUrlCommand(input));
  if (QueueUrl) return QueueUrl;
  throw Object.assign(new Error('the answer names no queue'), { name: NOT_SQS, $metadata });
}

/** What the queue itself is set to. */
export interface QueueTraits {
  /** Where SQS does not tell it, as some emulators, the path of the queue's URL, which its other hosts share. */
  readonly arn: string;
  readonly visibilityTimeoutMs: number;
  /** How long SQS may deliver a message, in milliseconds: also out of the queue that it moves messages to itself. */
  readonly retentionMs: number;
}

/** The longest retention that a queue can have: 14 days. */
const RETENTION_MAX_MS = 1_209_600_000;

export async function readQueueTraits(sqs: SQSClient, queueUrl: string): Promise<QueueTraits> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['QueueArn', 'VisibilityTimeout', 'MessageRetentionPeriod', 'RedrivePolicy'],
    }),
  );
  // The fall-backs are SQS's own defaults: 30 seconds and 4 days.
  return {
    arn: Attributes.QueueArn ?? new URL(queueUrl).pathname,
    visibilityTimeoutMs: Number(Attributes.VisibilityTimeout ?? 30) * 1000,
    // The other queue's own retention would need a right to ask for it, and is no longer than this.
    retentionMs: Attributes.RedrivePolicy
      ? RETENTION_MAX_MS
      : Number(Attributes.MessageRetentionPeriod ?? 345_600) * 1000,
  };
}

/** The calls of a start are few, and a hiccup should not end it: the SDK repeats them. */
const START_TRIES = 4;

/**
 * Finds the queue to read and what it is set to.
 *
 * @throws {WrongSettings} when a setting is the cause
 * @throws {Error} with one sentence that says what is wrong
 */
export async function openQueue(
  address: QueueAddress,
  create: boolean,
): Promise<{ readonly url: string; readonly traits: QueueTraits }> {
  const sqs = createSqsClient(START_TRIES, address);
  const name = nameIn(address);
  let operation = 'sqs:GetQueueUrl';
  try {
    const url = await findQueue(sqs, address, create);
    operation = 'sqs:GetQueueAttributes';
    return { url, traits: await readQueueTraits(sqs, url) };
  } catch (error) {
    throw asStartFault(error, name, operation);
  } finally {
    sqs.destroy();
  }
}

/** Which queues there are, as the settings name them. */
export interface Queues {
  readonly queue: QueueAddress;
  readonly deadLetterQueue: QueueAddress;
  readonly createQueues: boolean;
}

/**
 * What is wrong with the dead-letter queue, as {@link asStartFault} puts it; undefined when it is there.
 *
 * @param queueUrl the URL of the queue that is read
 * @throws {WrongSettings} when it is the same queue: dead letters would come back for ever
 */
export async function checkDeadLetterQueue(
  { queue, deadLetterQueue, createQueues }: Queues,
  queueUrl: string,
): Promise<Error | undefined> {
  const name = nameIn(deadLetterQueue);
  const sqs = createSqsClient(START_TRIES, homeOf(deadLetterQueue, queue));
  try {
    const url =
      'url' in deadLetterQueue
        ? await seeQueue(sqs, deadLetterQueue.url)
        : await findQueue(sqs, deadLetterQueue, createQueues);
    if (!isSameQueue(url, queueUrl)) return undefined;
  } catch (error) {
    return asStartFault(error, name, 'sqs:GetQueueUrl');
  } finally {
    sqs.destroy();
  }
  throw new WrongSettings(
    withoutCredentials(
      `The dead-letter queue "${name}" is the queue that is read: dead letters would come back for ever. Set SQS_DEAD_LETTER_QUEUE_NAME or SQS_DEAD_LETTER_QUEUE_URL to another queue.`,
    ),
  );
}

/** Makes sure that there is such a queue, as far as one may know: whoever may only send to it is not told. */
async function seeQueue(sqs: SQSClient, url: string): Promise<string> {
  const owner = /\/(\d{12})\/[^/]+$/.exec(url)?.[1];
  const input = { QueueName: queueNameOf(url), ...(owner ? { QueueOwnerAWSAccountId: owner } : {}) };
  await lookUp(sqs, input).catch((error) => {
    if (!isRefused(error)) throw error;
  });
  return url;
}
