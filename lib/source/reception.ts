import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { FaultLog } from './fault-log.ts';

/** How often it is said at most that messages were not deleted or extended. */
const NOT_DELETED_LOG_INTERVAL_MS = 60_000;

const RECEIVE = 'sqs:ReceiveMessage';
const DELETE = 'sqs:DeleteMessage';

/** For how long there has been no message. */
export interface Quiet {
  /** What the wall clock showed when there last was one, or a fault, in milliseconds since the Unix epoch. */
  readonly sinceMs: number;
  /** By the monotonic clock, in milliseconds. */
  readonly lastedMs: number;
}

/**
 * What all pollers together know of the queue: whether SQS answers, and whether messages come. It says when
 * the queue is quiet, and has it logged when a fault begins and when it ends.
 */
export class Reception {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #faults: FaultLog;
  /** Pollers that met a fault and were not answered with messages, or with none, since. */
  readonly #failing = new Set<object>();
  #waiting = 0;
  /** By both clocks. */
  #lastActivity: { readonly wallMs: number; readonly monotonicMs: number };
  #notDeletedLoggedAtMs = Number.NEGATIVE_INFINITY;
  #notDeleted = 0;
  #recovered = new AbortController();

  constructor(queue: string, clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
    this.#faults = new FaultLog(queue, clock, log);
    this.#lastActivity = this.#now();
  }

  /** Aborts when SQS answers any poller again: nobody need wait any longer. */
  get recovery(): AbortSignal {
    return this.#recovered.signal;
  }

  /**
   * Defined when there has been no message for `idleTimeoutMs` although SQS was asked. A long poll that is still
   * waiting says that the queue is empty; a poller that fails, or none that asks, says nothing.
   */
  quiet(idleTimeoutMs: number): Quiet | undefined {
    if (this.#failing.size > 0 || this.#waiting === 0) return undefined;
    const { wallMs, monotonicMs } = this.#lastActivity;
    const lastedMs = this.#clock.monotonicMs() - monotonicMs;
    return lastedMs >= idleTimeoutMs ? { sinceMs: wallMs, lastedMs } : undefined;
  }

  isQuiet(idleTimeoutMs: number): boolean {
    return this.quiet(idleTimeoutMs) !== undefined;
  }

  get isFailing(): boolean {
    return this.#failing.size > 0;
  }

  /** A poller asks for messages. */
  began(): void {
    this.#waiting += 1;
  }

  /** The poller was answered. */
  ended(poller: object, messages: number): void {
    this.#waiting -= 1;
    if (messages > 0) this.#lastActivity = this.#now();
    this.#faults.succeeded(RECEIVE, poller);
    if (!this.#failing.delete(poller)) return;
    this.#recovered.abort();
    this.#recovered = new AbortController();
  }

  /** The poller gave its receive up, because it was told to stop: nobody knows what the answer would have been. */
  gaveUp(): void {
    this.#waiting -= 1;
  }

  /** The poller asks no more: what it last met no longer counts. */
  left(poller: object): void {
    this.#failing.delete(poller);
    this.#faults.left(poller);
  }

  /** A receive of the poller failed. */
  failed(poller: object, error: unknown): void {
    this.#waiting -= 1;
    this.#troubled(poller);
    this.#faults.failed(RECEIVE, poller, error);
  }

  /** A delete of the poller failed as a whole. Whose it was does not matter: any other that succeeds is the end. */
  deleteFailed(poller: object, error: unknown): void {
    this.#troubled(poller);
    this.#faults.failed(DELETE, this, error);
  }

  /** SQS has deleted something. */
  deleted(): void {
    this.#faults.succeeded(DELETE, this);
  }

  /**
   * Some messages could not be deleted or extended. It is logged at most once a minute, however many there are, and
   * not while it is already said that SQS does not delete.
   */
  notDeleted(reason: string): void {
    this.#notDeleted += 1;
    const nowMs = this.#clock.monotonicMs();
    if (this.#faults.isFailing(DELETE) || nowMs - this.#notDeletedLoggedAtMs < NOT_DELETED_LOG_INTERVAL_MS)
      return;
    this.#notDeletedLoggedAtMs = nowMs;
    const text =
      'Some messages were not deleted or extended; they will be delivered again, and known as duplicates';
    this.#log.warn(`${text}: ${reason}`, { batches: this.#notDeleted });
  }

  /** It counts as failing until it is answered with messages, or with none. */
  #troubled(poller: object): void {
    this.#failing.add(poller);
    this.#lastActivity = this.#now();
  }

  #now(): { readonly wallMs: number; readonly monotonicMs: number } {
    return { wallMs: this.#clock.nowMs(), monotonicMs: this.#clock.monotonicMs() };
  }
}
