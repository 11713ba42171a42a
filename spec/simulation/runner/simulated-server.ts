import { hash } from 'node:crypto';
import type { HttpAnswer } from '../../../lib/source/http-transport.ts';
import { nameOf } from '../generation/sendings.ts';
import type { SimulatedQueue, Taken } from './simulated-queue.ts';
import type { World } from './world.ts';

export const QUEUE_URL = 'http://sqs/1/events';
const LONG_POLL_STEP_MS = 1_000;
const SLOW_MAX_MS = 50_000;
/** A request may be signed with a time that is off by so much. */
const SKEW_MAX_MS = 300_000;

interface Entry {
  readonly Id: string;
  readonly ReceiptHandle: string;
  readonly VisibilityTimeout: number;
  readonly MessageBody: string;
  readonly MessageAttributes: Readonly<Record<string, { readonly StringValue: string }>>;
}

interface Input {
  readonly QueueUrl: string;
  readonly QueueName: string;
  readonly WaitTimeSeconds: number;
  readonly Entries: readonly Entry[];
}

/** A request that has reached SQS. */
export interface ServedRequest {
  readonly operation: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborts when the client hangs up. */
  readonly hungUp: AbortSignal;
}

/** SQS' side of the network, in its JSON protocol: who may ask, what the queues answer, and what goes wrong. */
export class SimulatedServer {
  readonly #world: World;
  readonly #queue: SimulatedQueue;
  /** Dead letters by where they come from. */
  readonly deadLetters = new Map<string, { readonly body: string; readonly reason: string }>();
  #keys = 1;

  constructor(world: World, queue: SimulatedQueue) {
    this.#world = world;
    this.#queue = queue;
  }

  /** The only one that is good at this moment. */
  get accessKeyId(): string {
    return `AKID${this.#keys}`;
  }

  expireCredentials(): void {
    this.#keys += 1;
    this.#world.note(`from now on only ${this.accessKeyId} is good`);
  }

  async answer(request: ServedRequest): Promise<HttpAnswer> {
    const world = this.#world;
    if (world.happens('credentialsExpire')) this.expireCredentials();
    const refusal = this.#refusal(request.headers);
    if (refusal) return refusal;
    if (world.happens('throttled')) return fault(400, 'ThrottlingException', 'Rate exceeded');
    if (world.happens('serverFails'))
      return { ...ok({}), status: world.pick([500, 503]), text: '<html>Service Unavailable</html>' };
    const input: Input = JSON.parse(request.body);
    switch (request.operation) {
      case 'ReceiveMessage':
        return this.#receive(input, request.hungUp);
      case 'DeleteMessageBatch':
        return this.#delete(input);
      case 'ChangeMessageVisibilityBatch':
        return this.#extend(input);
      case 'GetQueueUrl':
        return ok({ QueueUrl: `http://sqs/1/${input.QueueName}` });
      case 'SendMessageBatch':
        return this.#takeDeadLetters(input);
    }
    throw this.#world.violated(`the pipeline asked for an unexpected ${request.operation}`);
  }

  #refusal({
    authorization = '',
    'x-amz-date': date = '',
  }: ServedRequest['headers']): HttpAnswer | undefined {
    const { nowMs } = this.#world.clock;
    const signedMs = Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
    const today = { ...ok({}), date: new Date(nowMs).toUTCString() };
    if (!(Math.abs(signedMs - nowMs) <= SKEW_MAX_MS)) {
      this.#world.happened('requestExpired');
      const name = this.#world.pick(['InvalidSignatureException', 'RequestExpired']);
      return { ...today, ...fault(403, name, `Signature expired: ${date} is not now`), date: today.date };
    }
    if (authorization.includes(`Credential=${this.accessKeyId}/`)) return undefined;
    const name = this.#world.pick(['ExpiredToken', 'InvalidClientTokenId']);
    return { ...fault(403, name, 'The security token included in the request is expired'), date: today.date };
  }

  async #receive({ WaitTimeSeconds }: Input, hungUp: AbortSignal): Promise<HttpAnswer> {
    const world = this.#world;
    const isUnlucky = world.happens('emptyReceive');
    for (let waitedMs = 0; waitedMs <= WaitTimeSeconds * 1000; waitedMs += LONG_POLL_STEP_MS) {
      // Whoever hangs up in the meantime leaves what was just taken in flight.
      if (hungUp.aborted) break;
      const taken = this.#queue.take(isUnlucky);
      if (taken.length > 0) return ok({ Messages: taken.map(toMessage) });
      await world.clock.wait(LONG_POLL_STEP_MS);
    }
    return ok({});
  }

  async #delete({ Entries }: Input): Promise<HttpAnswer> {
    const world = this.#world;
    const Successful: object[] = [];
    const Failed: object[] = [];
    const badLucks = Entries.map(({ ReceiptHandle }) => this.#queue.badLuckOf(ReceiptHandle));
    if (world.happens('slowDelete', Math.max(...badLucks))) await world.clock.wait(world.below(SLOW_MAX_MS));
    for (const [index, { Id, ReceiptHandle }] of Entries.entries()) {
      const isRefused = world.happens('deleteRefused', badLucks[index]);
      if (isRefused || world.happens('deleteFails', badLucks[index])) {
        this.#queue.notDeleted(ReceiptHandle);
        Failed.push({
          Id,
          SenderFault: isRefused,
          Code: isRefused ? 'ReceiptHandleIsInvalid' : 'InternalError',
        });
      } else {
        this.#queue.delete(ReceiptHandle);
        Successful.push({ Id });
      }
    }
    return ok({ Successful, Failed });
  }

  #extend({ Entries }: Input): HttpAnswer {
    const isExtended = ({ ReceiptHandle, VisibilityTimeout }: Entry) =>
      this.#queue.extend(ReceiptHandle, VisibilityTimeout * 1000);
    const results = Entries.map((entry) => ({ Id: entry.Id, isDone: isExtended(entry) }));
    return ok({
      Successful: results.filter(({ isDone }) => isDone).map(({ Id }) => ({ Id })),
      Failed: results
        .filter(({ isDone }) => !isDone)
        .map(({ Id }) => ({ Id, SenderFault: true, Code: 'MessageNotInflight' })),
    });
  }

  #takeDeadLetters({ Entries }: Input): HttpAnswer {
    const Successful: object[] = [];
    const Failed: object[] = [];
    for (const { Id, MessageBody, MessageAttributes } of Entries) {
      if (this.#world.happens('deadLetterFails')) {
        Failed.push({ Id, SenderFault: this.#world.random() < 0.5, Code: 'InternalError' });
        continue;
      }
      const { source_message_id, event_index, reason } = MessageAttributes;
      const source = this.#queue.message(source_message_id?.StringValue ?? '');
      if (!source)
        throw this.#world.violated(`a dead letter of a message that was never sent: ${MessageBody}`);
      const origin = `${nameOf(source)}#${event_index?.StringValue ?? ''}`;
      const before = this.deadLetters.get(origin);
      if (before && before.body !== MessageBody)
        throw this.#world.violated(`two dead letters of ${origin} differ`);
      this.deadLetters.set(origin, { body: MessageBody, reason: reason?.StringValue ?? '' });
      Successful.push({ Id, MessageId: `letter-${origin}`, MD5OfMessageBody: hash('md5', MessageBody) });
    }
    return ok({ Successful, Failed });
  }
}

function ok(output: object): HttpAnswer {
  return { status: 200, text: JSON.stringify(output), date: undefined, queryError: undefined };
}

function fault(status: number, name: string, message: string): HttpAnswer {
  const text = JSON.stringify({ __type: `com.amazonaws.sqs#${name}`, message });
  return { status, text, date: undefined, queryError: `${name};Sender` };
}

function toMessage({ id, receiptHandle, body, sentAtMs, dedupId }: Taken): object {
  return {
    MessageId: id,
    ReceiptHandle: receiptHandle,
    Body: body,
    MD5OfBody: hash('md5', body),
    Attributes: { SentTimestamp: String(sentAtMs) },
    ...(dedupId ? { MessageAttributes: { dedup_id: { DataType: 'String', StringValue: dedupId } } } : {}),
  };
}
