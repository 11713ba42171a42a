import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Message } from '@aws-sdk/client-sqs';
import { sleep } from '../clock.ts';
import type { StateClock } from '../state/state-clock.ts';
import type { Delivery, ReceivedMessage } from './delivery.ts';
import { Poller, type PollerOptions } from './poller.ts';
import { PollerCount } from './poller-count.ts';

/** A longer `dedup_id` is kept as its hash, so that the state stays small whatever a sender puts there. */
const IDENTITY_LENGTH_MAX = 128;

/** How long a stop waits for pending receives before it aborts them; only a long poll takes longer. */
const RECEIVE_GRACE_MS = 100;

/** With bodies of so many characters in hand there are too many pollers, however much waits in the queue. */
const LENGTH_IN_HAND_MAX = 8 * 1_048_576;

type Given = 'handle' | 'onDeleted' | 'onIdle' | 'onAnswer' | 'stopping';

export interface QueueSourceOptions extends Omit<PollerOptions, Given> {
  /** How many batches may be received at the same time. */
  readonly pollersMax: number;
  readonly stateClock: StateClock;
  /**
   * Called for each message that SQS has said to have deleted. `certain` where its receipt handle cannot have been
   * outdated, so that it is true: only that confirms the deletion of an identity.
   */
  readonly onDeleted: (identity: string, proof: 'certain' | 'doubtful') => void;
  /** Called when a batch is acknowledged, with its size and how long after it was received. */
  readonly onAcknowledged?: (messages: number, latencyMs: number) => void;
  /** Called with the number of pollers, whenever it changes. */
  readonly onPollers?: (pollers: number) => void;
}

/**
 * A Readable of {@link Delivery}s, from as many pollers as the queue has work for. Each poller has at most one
 * batch on its way through the stages, so what is in memory is bounded by their number, whatever waits in the
 * queue.
 */
export class QueueSource extends Readable {
  readonly #options: QueueSourceOptions;
  readonly #count: PollerCount;
  readonly #pollers = new Set<Poller>();
  readonly #stopping = new AbortController();
  /** When each was received, by the clock that never goes back; the first is the oldest. */
  readonly #undecided = new Map<Delivery, number>();
  /** Of the bodies of all undecided deliveries, in characters. */
  #lengthInHand = 0;
  #stopped: Promise<void> | undefined;

  constructor(options: QueueSourceOptions) {
    super({ objectMode: true, highWaterMark: options.pollersMax });
    this.#options = options;
    this.#count = new PollerCount(options.pollersMax);
  }

  /** How many pollers there are at this moment, each receiving, or waiting for its batch to be decided on. */
  get pollers(): number {
    return this.#pollers.size;
  }

  /** How long ago the oldest message was received that is neither committed nor given back, in milliseconds. */
  get oldestInHandMs(): number {
    const [receivedMs] = this.#undecided.values();
    return receivedMs === undefined ? 0 : this.#options.clock.monotonicMs() - receivedMs;
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
    this.#addPollers();
  }

  /** After a fault in any stage: nothing more is acknowledged, so SQS delivers it again. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    for (const delivery of [...this.#undecided.keys()]) delivery.abandon();
    this.stop().then(() => done(error), done);
  }

  #addPollers(): void {
    if (this.#stopped || this.#pollers.size >= this.#count.wanted) return;
    while (this.#pollers.size < this.#count.wanted) {
      const poller = this.#createPoller();
      this.#pollers.add(poller);
      poller.start();
    }
    this.#options.onPollers?.(this.#pollers.size);
  }

  #createPoller(): Poller {
    const { onDeleted } = this.#options;
    return new Poller({
      ...this.#options,
      stopping: this.#stopping.signal,
      handle: (messages, requestedMs) => this.#deliver(messages, requestedMs),
      onDeleted: (message, requestedMs) => onDeleted(identityOf(message), this.#proofOf(requestedMs)),
      onAnswer: (messages) => {
        this.#count.answered(messages, this.#lengthInHand > LENGTH_IN_HAND_MAX);
        this.#addPollers();
      },
      onIdle: (poller) => this.#removeIfTooMany(poller),
    });
  }

  /**
   * SQS says that it has deleted a message also where its receipt handle is outdated, and deletes nothing. A handle
   * can be outdated when the message may have been received again, which is from the end of its visibility timeout
   * on; extended or not, since an extension may have been too late.
   */
  #proofOf(requestedMs: number): 'certain' | 'doubtful' {
    const { stateClock, visibilityTimeoutMs } = this.#options;
    const isRecent =
      stateClock.nowMs() - requestedMs < visibilityTimeoutMs && stateClock.leaptMs <= requestedMs;
    return isRecent ? 'certain' : 'doubtful';
  }

  /** sqs-consumer's instances cannot be started again, so one that is too many is given up. */
  #removeIfTooMany(poller: Poller): void {
    if (this.#stopped || this.#pollers.size <= this.#count.wanted) return;
    this.#pollers.delete(poller);
    poller.stop();
    this.#options.onPollers?.(this.#pollers.size);
  }

  async #finish(): Promise<void> {
    const stopped = Promise.all([...this.#pollers].map((poller) => poller.stop()));
    // A receive that is just being answered would leave its messages in flight until their visibility timeout.
    if (!this.destroyed) await Promise.race([stopped, sleep(this.#options.clock, RECEIVE_GRACE_MS)]);
    this.#stopping.abort();
    await stopped;
    this.push(null);
  }

  #deliver(messages: Message[], requestedMs: number): Promise<Message[] | undefined> {
    const { promise, resolve } = Promise.withResolvers<Message[] | undefined>();
    const { clock, onAcknowledged } = this.#options;
    const receivedMs = clock.monotonicMs();
    const delivery: Delivery = {
      messages: messages.map((message) => toReceivedMessage(message, requestedMs, clock.nowMs())),
      acknowledge: () => {
        if (this.#undecided.has(delivery))
          onAcknowledged?.(messages.length, clock.monotonicMs() - receivedMs);
        decide(messages);
      },
      abandon: () => decide(undefined),
    };
    const length = messages.reduce((sum, { Body = '' }) => sum + Body.length, 0);
    const decide = (outcome: Message[] | undefined) => {
      if (this.#undecided.delete(delivery)) this.#lengthInHand -= length;
      resolve(outcome);
    };
    this.#undecided.set(delivery, receivedMs);
    this.#lengthInHand += length;
    if (this.destroyed) delivery.abandon();
    else this.push(delivery);
    return promise;
  }
}

function toReceivedMessage(message: Message, requestedMs: number, nowMs: number): ReceivedMessage {
  const sentAtMs = Number(message.Attributes?.SentTimestamp);
  return {
    identity: identityOf(message),
    messageId: message.MessageId ?? '',
    body: message.Body ?? '',
    // SQS always tells it; an emulator that does not must not bring the windows to a halt.
    sentAtMs: Number.isFinite(sentAtMs) ? Math.trunc(sentAtMs) : nowMs,
    requestedMs,
  };
}

/**
 * A sender's `dedup_id` tells copies of a message that SQS knows under several MessageIds. A MessageId is random;
 * the time at which SQS received the message, the same at each delivery, stands in front of it, so that messages
 * of the same time stand side by side in the store's tree, and a commit touches few of its pages.
 */
function identityOf({ MessageId = '', Attributes, MessageAttributes }: Message): string {
  const dedupId = MessageAttributes?.dedup_id?.StringValue;
  if (!dedupId) return `${Attributes?.SentTimestamp ?? ''}:${MessageId}`;
  if (dedupId.length <= IDENTITY_LENGTH_MAX) return dedupId;
  return `sha256:${createHash('sha256').update(dedupId).digest('hex')}`;
}
