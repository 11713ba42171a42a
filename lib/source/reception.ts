import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { explainSqsFault } from './sqs-fault.ts';

/** A fault that goes on is logged again after this long, so that it is neither hidden nor shouted. */
const REPEATED_LOG_INTERVAL_MS = 60_000;

/**
 * What all pollers together know of the queue: whether SQS answers, and whether messages come. It says when
 * the queue is quiet and writes one log line when a fault begins and one when it ends.
 */
export class Reception {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #queue: string;
  /** Pollers whose latest receive failed. */
  readonly #failing = new Set<object>();
  #waiting = 0;
  #lastActivityMs: number;
  #failures = 0;
  /** When each kind of fault was last logged; forgotten when SQS answers again. */
  readonly #loggedAtMs = new Map<string, number>();
  #notDeletedLoggedAtMs = Number.NEGATIVE_INFINITY;
  #notDeleted = 0;
  #recovered = new AbortController();

  constructor(queue: string, clock: Clock, log: Log) {
    this.#queue = queue;
    this.#clock = clock;
    this.#log = log;
    this.#lastActivityMs = clock.monotonicMs();
  }

  /** Aborts when SQS answers any poller again: nobody need wait any longer. */
  get recovery(): AbortSignal {
    return this.#recovered.signal;
  }

  /**
   * True when there has been no message for `idleTimeoutMs` although SQS was asked. A long poll that is still
   * waiting says that the queue is empty; a poller that fails, or none that asks, says nothing.
   */
  isQuiet(idleTimeoutMs: number): boolean {
    const quietMs = this.#clock.monotonicMs() - this.#lastActivityMs;
    return this.#failing.size === 0 && this.#waiting > 0 && quietMs >= idleTimeoutMs;
  }

  get isFailing(): boolean {
    return this.#failing.size > 0;
  }

  /** A poller asks for messages. */
  began(): void {
    this.#waiting += 1;
  }

  /** The poller was answered, or gave up because it was told to stop. */
  ended(poller: object, messages: number): void {
    this.#waiting -= 1;
    if (messages > 0) this.#lastActivityMs = this.#clock.monotonicMs();
    if (this.#failing.delete(poller)) this.#recover();
  }

  /** The poller asks no more: what it last met no longer counts. */
  left(poller: object): void {
    this.#failing.delete(poller);
  }

  /** A receive of the poller failed. */
  failed(poller: object, error: unknown): void {
    this.#waiting -= 1;
    this.troubled(poller, error, 'sqs:ReceiveMessage');
  }

  /** A call of the poller failed; it counts as failing until it is answered with messages, or with none. */
  troubled(poller: object, error: unknown, operation: string): void {
    this.#failing.add(poller);
    this.#failures += 1;
    const nowMs = this.#clock.monotonicMs();
    this.#lastActivityMs = nowMs;
    // By its kind, since the same fault may come in different words.
    const kind = faultKind(error);
    if (nowMs - (this.#loggedAtMs.get(kind) ?? Number.NEGATIVE_INFINITY) < REPEATED_LOG_INTERVAL_MS) return;
    this.#loggedAtMs.set(kind, nowMs);
    const fault = explainSqsFault(error, this.#queue, operation);
    this.#log.error(`${fault} Trying again until it works; nothing is lost.`, { failures: this.#failures });
  }

  /** Some messages could not be deleted or extended. It is logged at most once a minute, however many there are. */
  notDeleted(reason: string): void {
    this.#notDeleted += 1;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#notDeletedLoggedAtMs < REPEATED_LOG_INTERVAL_MS) return;
    this.#notDeletedLoggedAtMs = nowMs;
    const text =
      'Some messages were not deleted or extended; they will be delivered again, and known as duplicates';
    this.#log.warn(`${text}: ${reason}`, { batches: this.#notDeleted });
  }

  #recover(): void {
    this.#recovered.abort();
    this.#recovered = new AbortController();
    if (this.#failing.size > 0) return;
    this.#log.info('SQS answers again.', { failures: this.#failures });
    this.#failures = 0;
    this.#loggedAtMs.clear();
  }
}

function faultKind(error: unknown): string {
  const { name, code } = error as { name?: string; code?: string };
  return code ?? name ?? String(error);
}
