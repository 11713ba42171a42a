import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Message } from '@aws-sdk/client-sqs';
import type { Clock } from '../clock.ts';
import type { Delivery, ReceivedMessage } from './delivery.ts';
import { Poller, type PollerOptions } from './poller.ts';

/** A longer `dedup_id` is kept as its hash, so that the state stays small whatever a sender puts there. */
const IDENTITY_LENGTH_MAX = 128;

export interface QueueSourceOptions extends Omit<PollerOptions, 'handle' | 'onDeleted' | 'stopping'> {
  /** How many batches are received at the same time. */
  readonly pollers: number;
  /** Called with the identity of each message that SQS has confirmed to have deleted. */
  readonly onDeleted: (identity: string) => void;
}

/**
 * A Readable of {@link Delivery}s. Each poller has at most one batch on its way through the stages, so what is
 * in memory is bounded by their number, whatever waits in the queue.
 */
export class QueueSource extends Readable {
  readonly #clock: Clock;
  readonly #pollers: Poller[];
  readonly #stopping = new AbortController();
  readonly #undecided = new Set<Delivery>();
  #isStarted = false;
  #stopped: Promise<void> | undefined;

  constructor(options: QueueSourceOptions) {
    super({ objectMode: true, highWaterMark: options.pollers });
    this.#clock = options.clock;
    this.#pollers = Array.from(
      { length: options.pollers },
      () =>
        new Poller({
          ...options,
          stopping: this.#stopping.signal,
          handle: (messages) => this.#deliver(messages),
          onDeleted: (message) => options.onDeleted(identityOf(message)),
        }),
    );
  }

  /**
   * Stops receiving at once; the stream ends when every batch received has been acknowledged or abandoned, and
   * the acknowledged ones have been deleted.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#finish();
    return this.#stopped;
  }

  override _read(): void {
    if (this.#isStarted || this.#stopped) return;
    this.#isStarted = true;
    for (const poller of this.#pollers) poller.start();
  }

  /** After a fault in any stage: nothing more is acknowledged, so SQS delivers it again. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    for (const delivery of [...this.#undecided]) delivery.abandon();
    this.stop().then(() => done(error), done);
  }

  async #finish(): Promise<void> {
    const stopped = this.#pollers.map((poller) => poller.stop());
    this.#stopping.abort();
    await Promise.all(stopped);
    this.push(null);
  }

  #deliver(messages: Message[]): Promise<Message[] | undefined> {
    const { promise, resolve } = Promise.withResolvers<Message[] | undefined>();
    const delivery: Delivery = {
      messages: messages.map((message) => toReceivedMessage(message, this.#clock.nowMs())),
      acknowledge: () => decide(messages),
      abandon: () => decide(undefined),
    };
    const decide = (outcome: Message[] | undefined) => {
      this.#undecided.delete(delivery);
      resolve(outcome);
    };
    this.#undecided.add(delivery);
    if (this.destroyed) delivery.abandon();
    else this.push(delivery);
    return promise;
  }
}

function toReceivedMessage(message: Message, nowMs: number): ReceivedMessage {
  const sentAtMs = Number(message.Attributes?.SentTimestamp);
  return {
    identity: identityOf(message),
    messageId: message.MessageId ?? '',
    body: message.Body ?? '',
    // SQS always tells it; an emulator that does not must not bring the windows to a halt.
    sentAtMs: Number.isFinite(sentAtMs) ? Math.trunc(sentAtMs) : nowMs,
  };
}

/** A sender's `dedup_id` tells copies of a message that SQS knows under several MessageIds. */
function identityOf(message: Message): string {
  const identity = message.MessageAttributes?.dedup_id?.StringValue || message.MessageId || '';
  if (identity.length <= IDENTITY_LENGTH_MAX) return identity;
  return `sha256:${createHash('sha256').update(identity).digest('hex')}`;
}
