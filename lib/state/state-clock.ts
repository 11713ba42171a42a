import type { Clock } from '../clock.ts';

/** The two clocks may drift apart by this before it is held that one was set, or that the machine slept. */
const STEP_MIN_MS = 1_000;

/**
 * The time by which the state measures how long ago something was: when a window was last printed, when SQS
 * confirmed a deletion, since when the queue has been read. It goes on from where the last process left it, passes
 * with the monotonic clock, and never goes back; so a wall clock that is set back delays nothing. It is no time of
 * day.
 *
 * What the monotonic clock has not seen, because the machine slept or no process ran, cannot be told from a wall clock
 * that was set forward. So nothing may expire by such a leap: it takes no time here, but it is a break in reading.
 */
export class StateClock {
  readonly #clock: Clock;
  readonly #leapMinMs: number;
  /** What the three clocks showed at one moment. */
  #anchor: { readonly stateMs: number; readonly wallMs: number; readonly monotonicMs: number };
  #leaptMs: number;

  /**
   * @param storedMs what it showed when the state was last written, in milliseconds; 0 for a state that is new
   * @param leapMinMs what the wall clock gains beyond this is a leap; less than that is time that has passed
   */
  constructor(clock: Clock, storedMs: number, leapMinMs: number) {
    this.#clock = clock;
    this.#leapMinMs = leapMinMs;
    const wallMs = clock.nowMs();
    const stateMs = storedMs === 0 ? wallMs : storedMs;
    this.#anchor = { stateMs, wallMs, monotonicMs: clock.monotonicMs() };
    this.#leaptMs = stateMs;
  }

  /** In whole milliseconds. */
  nowMs(): number {
    const wallMs = this.#clock.nowMs();
    const monotonicMs = this.#clock.monotonicMs();
    const elapsedMs = monotonicMs - this.#anchor.monotonicMs;
    const stateMs = this.#anchor.stateMs + elapsedMs;
    const gainMs = wallMs - this.#anchor.wallMs - elapsedMs;
    if (Math.abs(gainMs) < STEP_MIN_MS) return Math.floor(stateMs);
    const isLeap = gainMs > this.#leapMinMs;
    this.#anchor = { stateMs: stateMs + (isLeap ? 0 : Math.max(0, gainMs)), wallMs, monotonicMs };
    if (isLeap) this.#leaptMs = Math.floor(stateMs);
    return Math.floor(this.#anchor.stateMs);
  }

  /**
   * When the last leap was, by this clock, as far as {@link nowMs} has seen; the time between two processes is one,
   * however short.
   */
  get leaptMs(): number {
    return this.#leaptMs;
  }
}
