import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type Clock, sleep } from '../clock.ts';

const INTERVAL_MS = 5_000;
/** After so long without a question nobody is looking any more. */
const ATTENTION_MS = 60_000;
/** The first to ask gets an answer if it takes no longer than this. */
const PATIENCE_MS = 1_000;
const CALL_TIMEOUT_MS = 5_000;

/** How many messages wait in the queue, and how many were received and not deleted. SQS says: approximately. */
export interface Depth {
  readonly waiting: number;
  readonly inFlight: number;
}

/** Asks SQS, every few seconds, and only while somebody looks: each call costs money. */
export class QueueDepth {
  readonly #sqs: Pick<SQSClient, 'send'>;
  readonly #queueUrl: string;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  #lastAskedMs = 0;
  #watching: Promise<void> | undefined;
  #latest: Depth | undefined;
  #first = Promise.withResolvers<void>();

  constructor(sqs: Pick<SQSClient, 'send'>, queueUrl: string, clock: Clock) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
    this.#clock = clock;
  }

  /** The latest answer; undefined when SQS does not answer. */
  async read(): Promise<Depth | undefined> {
    this.#lastAskedMs = this.#clock.monotonicMs();
    if (!this.#watching && !this.#stopping.signal.aborted) {
      this.#first = Promise.withResolvers();
      this.#watching = this.#watch();
    }
    if (!this.#latest) await this.#patiently(this.#first.promise);
    return this.#latest;
  }

  stop(): void {
    this.#stopping.abort();
    this.#first.resolve();
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted && this.#clock.monotonicMs() - this.#lastAskedMs < ATTENTION_MS) {
      this.#latest = await this.#ask();
      this.#first.resolve();
      await sleep(this.#clock, INTERVAL_MS, signal);
    }
    this.#latest = undefined;
    this.#watching = undefined;
  }

  async #patiently(answer: Promise<void>): Promise<void> {
    const answered = new AbortController();
    await Promise.race([
      answer.then(() => answered.abort()),
      sleep(this.#clock, PATIENCE_MS, answered.signal),
    ]);
  }

  async #ask(): Promise<Depth | undefined> {
    const tooLong = new AbortController();
    const cancel = this.#clock.schedule(() => tooLong.abort(), CALL_TIMEOUT_MS);
    try {
      const { Attributes = {} } = await this.#sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: this.#queueUrl,
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
        { abortSignal: AbortSignal.any([tooLong.signal, this.#stopping.signal]) },
      );
      const waiting = Number(Attributes.ApproximateNumberOfMessages);
      const inFlight = Number(Attributes.ApproximateNumberOfMessagesNotVisible);
      return Number.isFinite(waiting) && Number.isFinite(inFlight) ? { waiting, inFlight } : undefined;
    } catch {
      // Reception says what is wrong with SQS; here it only means that nothing is known.
      return undefined;
    } finally {
      cancel();
    }
  }
}
