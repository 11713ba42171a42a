import type { Clock } from '../clock.ts';
import type { StateClock } from '../state/state-clock.ts';
import { REQUEST_TIMEOUT_MS } from './sqs-client.ts';

export interface ReadingRules {
  /** A pause in reading that is longer than this is a break: one visibility timeout. In milliseconds. */
  readonly breakMs: number;
  /** Messages that were sent longer ago than this belong to a backlog: half of DEDUP_RETENTION. In milliseconds. */
  readonly backlogMs: number;
}

/** A receive that is under way. */
export interface PendingReceive {
  /** When it was sent, by the state's clock: read before, so never too late. */
  readonly sentMs: number;
}

/**
 * Knows whether the queue is being read without a break. What SQS still has to say of a message, such as a copy
 * that it delivers although the message was deleted, can be heard only while somebody listens; so how long an
 * identity has to be kept is counted in time of reading. After a break (downtime, an outage, back-pressure, a process
 * that was frozen, a machine that slept), and while a backlog is read, that count begins anew.
 *
 * A receive that is under way is reading, but for no longer than a receive can last: an answer that is looked at
 * hours later, because the process stood still, tells nothing of these hours.
 */
export class Reading {
  readonly #clock: Clock;
  readonly #stateClock: StateClock;
  readonly #rules: ReadingRules;
  readonly #pending = new Set<PendingReceive>();
  #readMs: number;
  #renewedMs: number;

  constructor(clock: Clock, stateClock: StateClock, rules: ReadingRules) {
    this.#clock = clock;
    this.#stateClock = stateClock;
    this.#rules = rules;
    this.#readMs = stateClock.nowMs();
    this.#renewedMs = this.#readMs;
  }

  /** To be called before a receive is sent. */
  began(): PendingReceive {
    const receive = { sentMs: this.#stateClock.nowMs() };
    this.#pending.add(receive);
    return receive;
  }

  /**
   * SQS has answered the receive.
   *
   * @param sentAtMs when SQS received the oldest message of the answer; undefined when there was none
   */
  answered(receive: PendingReceive, sentAtMs: number | undefined): void {
    const nowMs = this.#stateClock.nowMs();
    const isBreak = receive.sentMs - this.#readUntil(receive.sentMs) > this.#rules.breakMs;
    // SQS' time is compared with the wall clock: the state's would stay ahead for ever once that was wrongly ahead.
    const isBacklog = sentAtMs !== undefined && this.#clock.nowMs() - sentAtMs > this.#rules.backlogMs;
    this.#pending.delete(receive);
    if (isBreak || isBacklog) this.#renewedMs = nowMs;
    this.#readMs = Math.max(this.#readMs, endOf(receive, nowMs));
  }

  /** The receive failed or was given up, so nobody knows whether anything was read. */
  failed(receive: PendingReceive): void {
    this.#pending.delete(receive);
  }

  /**
   * When everything that is kept last began to be kept anew, by the state's clock: with the process, after the last
   * break or backlog; and while a break lasts, which may last on, now.
   */
  renewedMs(): number {
    const nowMs = this.#stateClock.nowMs();
    const isBroken = nowMs - this.#readUntil(nowMs) > this.#rules.breakMs;
    return isBroken ? nowMs : Math.max(this.#renewedMs, this.#stateClock.leaptMs);
  }

  /** Until when, at most until `nowMs`, the queue was read without a break, going by what is under way, too. */
  #readUntil(nowMs: number): number {
    let readMs = this.#readMs;
    // In the order in which they were sent, so that each may go on from where the one before it ends.
    for (const receive of this.#pending)
      if (receive.sentMs - readMs <= this.#rules.breakMs) readMs = Math.max(readMs, endOf(receive, nowMs));
    return readMs;
  }
}

/** Until when a receive has read at most. */
function endOf({ sentMs }: PendingReceive, nowMs: number): number {
  return Math.min(nowMs, sentMs + REQUEST_TIMEOUT_MS);
}
