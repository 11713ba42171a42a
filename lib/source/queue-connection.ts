import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { messageOf, WrongSettings } from '../errors.ts';

/** SQS answers a long poll after 20 s at the latest; a call that takes longer than this is lost. */
export const REQUEST_TIMEOUT_MS = 30_000;
export const CONNECTION_TIMEOUT_MS = 5_000;

/** How the settings name a queue: by name, looked up at the start, or by its URL. */
export type QueueAddress = { readonly name: string } | { readonly url: string };

/**
 * The AWS SDK's client, with region, credentials and endpoint resolved as the SDK does.
 *
 * @param attempts how often the SDK tries a call; 1 where the caller has its own back-off.
 */
export function createSqsClient(attempts: number, maxSockets = 50): SQSClient {
  const endpointGiven = Boolean(process.env.AWS_ENDPOINT_URL_SQS || process.env.AWS_ENDPOINT_URL);
  return new SQSClient({
    maxAttempts: attempts,
    // An emulator's queue URLs name a host that only the emulator knows.
    ...(endpointGiven ? { useQueueUrlAsEndpoint: false } : {}),
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets, keepAlive: true },
      httpsAgent: { maxSockets, keepAlive: true },
    }),
  });
}

export function isFifo(queueNameOrUrl: string): boolean {
  return queueNameOrUrl.endsWith('.fifo');
}

export function queueNameOf(queueUrl: string): string {
  return queueUrl.slice(queueUrl.lastIndexOf('/') + 1);
}

/** The queue's URL; with `create`, a queue that does not exist is made first (local development). */
export async function findQueue(
  sqs: Pick<SQSClient, 'send'>,
  address: QueueAddress,
  create: boolean,
): Promise<string> {
  if ('url' in address) return address.url;
  const { name } = address;
  try {
    return (await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl!;
  } catch (error) {
    if (!create || !isMissingQueue(error)) throw error;
    const Attributes = isFifo(name) ? { FifoQueue: 'true' } : {};
    return (await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }))).QueueUrl!;
  }
}

/** What the queue itself is set to. */
export interface QueueTraits {
  /** Where SQS does not tell it, as some emulators, the queue's URL. */
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
    arn: Attributes.QueueArn ?? queueUrl,
    visibilityTimeoutMs: Number(Attributes.VisibilityTimeout ?? 30) * 1000,
    // The other queue's own retention would need a right to ask for it, and is no longer than this.
    retentionMs: Attributes.RedrivePolicy
      ? RETENTION_MAX_MS
      : Number(Attributes.MessageRetentionPeriod ?? 345_600) * 1000,
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

export function isMissingQueue(error: unknown): boolean {
  return /QueueDoesNotExist|NonExistentQueue/.test(`${nameOf(error)} ${messageOf(error)}`);
}

/**
 * One sentence that says what is wrong with SQS and which setting to look at. `queue` is the queue's name or
 * URL, `operation` what was tried, such as `sqs:ReceiveMessage`.
 */
export function explainSqsFault(error: unknown, queue: string, operation: string): string {
  const name = nameOf(error);
  const code = (error as { code?: string }).code ?? '';
  const endpoint = process.env.AWS_ENDPOINT_URL_SQS || process.env.AWS_ENDPOINT_URL;
  const where = endpoint ? `the endpoint ${endpoint}` : `the region ${process.env.AWS_REGION ?? '(default)'}`;
  if (isMissingQueue(error))
    return `The queue "${queue}" does not exist at ${where}. Set SQS_QUEUE_NAME (or SQS_DEAD_LETTER_QUEUE_NAME) and AWS_REGION to those of an existing queue, or SQS_CREATE_QUEUES=true to have it created.`;
  if (/CredentialsProviderError|CredentialsError/.test(name))
    return 'No AWS credentials were found. Give the process a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';
  if (/Region (is missing|not accepted)/.test(messageOf(error)))
    return 'No AWS region is set, or one that does not exist. Set AWS_REGION, for example AWS_REGION=eu-west-1.';
  if (
    /AccessDenied|UnrecognizedClient|InvalidClientTokenId|Expired|SignatureDoesNotMatch|InvalidSignature/.test(
      name,
    )
  )
    return `AWS refuses ${operation} on "${queue}" (${name}: ${messageOf(error)}). Check the credentials and that their policy allows ${operation}.`;
  if (
    /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ECONNRESET|EPIPE|UND_ERR_|TimeoutError|ETIMEDOUT|EHOSTUNREACH/.test(
      `${code} ${name} ${messageOf(error)}`,
    )
  )
    return `SQS cannot be reached at ${where} (${messageOf(error) || code}). Check AWS_ENDPOINT_URL, AWS_REGION and the network.`;
  const status = (error as { $response?: { statusCode?: number } }).$response?.statusCode ?? 200;
  if (status >= 500) return `${operation} on "${queue}" failed: SQS answered with the status ${status}.`;
  return `${operation} on "${queue}" failed (${name}: ${messageOf(error)}).`;
}

/** Turns a fault at the start into {@link WrongSettings} where a setting is the cause, else explains it. */
export function asStartFault(error: unknown, queue: string, operation: string): Error {
  const sentence = explainSqsFault(error, queue, operation);
  const settingIsWrong = /^(The queue|No AWS)/.test(sentence);
  return settingIsWrong
    ? new WrongSettings(sentence, { cause: error })
    : new Error(sentence, { cause: error });
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
  const sqs = createSqsClient(START_TRIES);
  const name = 'name' in address ? address.name : address.url;
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

/** What is wrong with the dead-letter queue, as {@link asStartFault} puts it; undefined when it is there. */
export async function checkDeadLetterQueue(name: string, create: boolean): Promise<Error | undefined> {
  const sqs = createSqsClient(START_TRIES);
  try {
    await findQueue(sqs, { name }, create);
    return undefined;
  } catch (error) {
    return asStartFault(error, name, 'sqs:GetQueueUrl');
  } finally {
    sqs.destroy();
  }
}
