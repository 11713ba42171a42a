import {
  type MessageAttributeValue,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { backoffMs } from '../backoff.ts';
import { type Clock, sleep } from '../clock.ts';
import { RetryLater } from '../errors.ts';
import type { Log } from '../log.ts';
import { rideOut } from '../retry.ts';
import type { Gate } from '../source/gate.ts';
import { isFifo } from '../source/queue-address.ts';
import { explainSqsFault } from '../source/sqs-fault.ts';
import type { OutboxDeadLetter, StateStore } from '../state/state-store.ts';
import { MESSAGE_SIZE_MAX, sizeOf } from './dead-letter.ts';

/** With so many undelivered, no more messages are received until some are delivered. */
const OUTBOX_MAX = 10_000;
/** SQS' limit of a batch. */
const BATCH_SIZE = 10;
/** How long a letter that was passed over waits for its next turn. */
const PASSED_OVER_RETRY_MS = 30_000;
const BACKOFF = { minMs: 500, maxMs: 30_000 };

export interface DeadLetterSinkOptions {
  readonly store: Pick<StateStore, 'countDeadLetters' | 'readDeadLetters' | 'removeDeadLetters'>;
  readonly sqs: Pick<SQSClient, 'send'>;
  /** Looks the queue's URL up; throws while there is no such queue. */
  readonly findQueueUrl: () => Promise<string>;
  readonly queueName: string;
  /** Closed while the outbox is full. */
  readonly admission: Gate;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Brings dead letters from the outbox to their queue, at its own pace: results never wait for it. A letter
 * leaves the outbox once SQS has taken it; a crash between the two makes the next process send it again.
 * A letter that SQS refuses stays in the outbox and lets the others pass.
 */
export class DeadLetterSink {
  readonly #options: DeadLetterSinkOptions;
  readonly #stopping = new AbortController();
  #waiting = 0;
  #arrival = new AbortController();
  #queueUrl: string | undefined;
  #failures = 0;
  /** Letters up to here were passed over, the first of them at that time. */
  #afterSeq = 0;
  #passedOverAtMs = 0;
  #running: Promise<void> | undefined;

  constructor(options: DeadLetterSinkOptions) {
    this.#options = options;
  }

  /** Takes up what an earlier process left undelivered, and then whatever is {@link added}. */
  async start(): Promise<void> {
    this.added(await this.#options.store.countDeadLetters());
    this.#running = this.#run();
  }

  /** How many dead letters are in the outbox. */
  get waiting(): number {
    return this.#waiting;
  }

  /** So many more have been committed to the outbox. */
  added(letters: number): void {
    this.#waiting += letters;
    if (this.#waiting >= OUTBOX_MAX) this.#options.admission.close();
    if (letters > 0) this.#arrival.abort();
  }

  /** Resolves when the outbox is empty, or its queue does not take what is left; that stays for the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    if (this.#waiting > 0)
      this.#options.log.warn('Dead letters could not be delivered; they are kept for the next start.', {
        waiting: this.#waiting,
      });
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options;
    const { signal } = this.#stopping;
    while (this.#waiting > 0 || !signal.aborted) {
      try {
        if ((await this.#sendPage()) === 'nothing') {
          if (!signal.aborted) await this.#arrivalOrRetry();
          else if (this.#afterSeq === 0) return;
          else this.#afterSeq = 0; // a last try of what was passed over
          continue;
        }
        if (this.#failures > 0) log.info('The dead-letter queue works again.', { failures: this.#failures });
        this.#failures = 0;
      } catch (error) {
        this.#failures += 1;
        if (this.#failures === 1)
          log.error(`${this.#explain(error)} Dead letters wait until it works; results go on.`);
        if (signal.aborted) return;
        await sleep(clock, backoffMs(this.#failures, BACKOFF), signal);
      }
    }
  }

  #explain(error: unknown): string {
    return error instanceof RetryLater
      ? error.message
      : explainSqsFault(error, this.#options.queueName, 'sqs:SendMessage');
  }

  /** Waits for new letters, or until those that were passed over are due again. */
  async #arrivalOrRetry(): Promise<void> {
    const wakeUp = AbortSignal.any([this.#arrival.signal, this.#stopping.signal]);
    await sleep(this.#options.clock, PASSED_OVER_RETRY_MS, wakeUp);
  }

  /**
   * Sends the next batch. Letters that SQS refuses one by one are passed over for a while, so that they do not
   * hold up the rest. While a call fails as a whole, a single letter of it may be the cause: then one at a time
   * is tried, and passed over, too.
   */
  async #sendPage(): Promise<'sent' | 'nothing'> {
    const { store, clock, log } = this.#options;
    // Before the outbox is read, so that what is added meanwhile is not waited for.
    this.#arrival = new AbortController();
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#passedOverAtMs >= PASSED_OVER_RETRY_MS) this.#afterSeq = 0;
    const letters = fitting(await store.readDeadLetters(this.#afterSeq, this.#failures > 0 ? 1 : BATCH_SIZE));
    if (letters.length === 0) return 'nothing';
    const passOver = () => {
      if (this.#afterSeq === 0) this.#passedOverAtMs = nowMs;
      this.#afterSeq = letters.at(-1)!.seq;
    };
    if (this.#failures > 0) passOver();
    const refused = await this.#send(letters);
    const sent = letters.filter(({ seq }) => !refused.has(String(seq)));
    // SQS has them: not to be sent again, only because the state cannot be written at this moment.
    const remove = () => store.removeDeadLetters(sent.map(({ seq }) => seq));
    await rideOut(remove, { clock, log, signal: this.#stopping.signal });
    this.#waiting -= sent.length;
    if (this.#waiting < OUTBOX_MAX) this.#options.admission.open();
    if (refused.size === 0) return 'sent';
    passOver();
    throw new Error([...refused.values()].join('; '));
  }

  /** @returns what SQS did not take, and why, by the entry's Id */
  async #send(letters: readonly OutboxDeadLetter[]): Promise<Map<string, string>> {
    const { sqs, findQueueUrl } = this.#options;
    try {
      this.#queueUrl ??= await findQueueUrl();
      const toFifo = isFifo(this.#queueUrl);
      const Entries = letters.map((letter) => toEntry(letter, toFifo));
      const { Failed = [] } = await sqs.send(
        new SendMessageBatchCommand({ QueueUrl: this.#queueUrl, Entries }),
      );
      return new Map(Failed.map(({ Id, Code, Message }) => [Id ?? '', `${Code}: ${Message}`]));
    } catch (error) {
      // The queue may have been deleted and created anew since it was looked up.
      this.#queueUrl = undefined;
      throw error;
    }
  }
}

/** As many of the letters as fit into one call; at least one. */
function fitting(letters: readonly OutboxDeadLetter[]): OutboxDeadLetter[] {
  let size = 0;
  return letters.filter((letter, index) => {
    size += sizeOf(letter);
    return index === 0 || size <= MESSAGE_SIZE_MAX;
  });
}

function toEntry(
  { seq, name, body, attributes }: OutboxDeadLetter,
  toFifo: boolean,
): SendMessageBatchRequestEntry {
  const values = Object.entries(attributes).map(([attribute, value]): [string, MessageAttributeValue] => [
    attribute,
    { DataType: 'String', StringValue: value },
  ]);
  return {
    Id: String(seq),
    MessageBody: body,
    MessageAttributes: Object.fromEntries(values),
    // Its own name, so that the queue takes it once when it is sent again, and takes another one like it, too.
    ...(toFifo ? { MessageGroupId: 'dead-letters', MessageDeduplicationId: name } : {}),
  };
}
