import type { Clock } from '../clock.ts';

/** The two clocks may drift apart by this before it is held that one was set, or that the machine slept. */
const STEP_MIN_MS = 1_000;

/**
 * The time by which the state measures how long ago something was: when a window was last printed, when SQS
 * confirmed a deletion, since when the queue has been read. It goes on from where the last process left it, passes
 * at least as fast as the monotonic clock, makes up for what that missed while the machine slept or no process ran,
 * and never goes back. So a wall clock that is set back delays nothing and brings nothing back to life; one that is
 * set forward looks like a break in reading, and is treated as one.
 */
export class StateClock {
  readonly #clock: Clock;
  /** What the three clocks showed at one moment. */
  #anchor: { readonly stateMs: number; readonly wallMs: number; readonly monotonicMs: number };

  /** @param storedMs what it showed when the state was last written, in milliseconds */
  constructor(clock: Clock, storedMs: number) {
    this.#clock = clock;
    const wallMs = clock.nowMs();
    this.#anchor = { stateMs: Math.max(storedMs, wallMs), wallMs, monotonicMs: clock.monotonicMs() };
  }

  /** In whole milliseconds; where no clock was ever wrong, since the Unix epoch. */
  nowMs(): number {
    const wallMs = this.#clock.nowMs();
    const monotonicMs = this.#clock.monotonicMs();
    const stateMs = this.#anchor.stateMs + (monotonicMs - this.#anchor.monotonicMs);
    const gainMs = wallMs - this.#anchor.wallMs - (monotonicMs - this.#anchor.monotonicMs);
    if (Math.abs(gainMs) < STEP_MIN_MS) return Math.floor(stateMs);
    this.#anchor = { stateMs: stateMs + Math.max(0, gainMs), wallMs, monotonicMs };
    return Math.floor(this.#anchor.stateMs);
  }
}
