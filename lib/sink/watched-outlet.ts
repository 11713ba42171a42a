import type { Clock } from '../clock.ts';
import { RetryLater } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Observer } from '../ops/observer.ts';
import type { Outlet } from './outlet.ts';

/** After so long without a byte taken stdout is blocked. */
const BLOCKED_AFTER_MS = 10_000;
/** For so long after it went on it is not called blocked again, so that a reader who halts often fills no log. */
const UNBLOCKED_MIN_MS = 60_000;

export interface WatchedOutletOptions {
  /** How many lines are in the outbox; asked when stdout is blocked. May throw {@link RetryLater}. */
  readonly countLines: () => Promise<number>;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer?: Pick<Observer, 'stdoutBlocked' | 'stdoutUnblocked'> | undefined;
  /** Called when the lines cannot be counted. */
  readonly onFault: (error: Error) => void;
}

/**
 * Says when stdout takes nothing although lines wait for it, and when it goes on. Lines wait from a call on until one
 * succeeds: one that is refused for now is going to be repeated.
 */
export class WatchedOutlet implements Outlet {
  readonly #outlet: Outlet;
  readonly #options: WatchedOutletOptions;
  #waitingSinceMs = 0;
  /** Set while lines wait, also after the alarm. */
  #cancelAlarm: (() => void) | undefined;
  #isBlocked = false;
  #unblockedMs = Number.NEGATIVE_INFINITY;

  constructor(outlet: Outlet, options: WatchedOutletOptions) {
    this.#outlet = outlet;
    this.#options = options;
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#watch(this.#outlet.write(bytes));
  }

  sync(): Promise<void> {
    return this.#watch(this.#outlet.sync());
  }

  endsInHalfLine(): Promise<boolean> {
    return this.#outlet.endsInHalfLine();
  }

  /** Nothing is waited for any more. */
  close(): void {
    this.#endWait();
  }

  async #watch<T>(call: Promise<T>): Promise<T> {
    if (!this.#cancelAlarm) this.#setAlarm();
    try {
      const result = await call;
      this.#endWait();
      if (this.#isBlocked) this.#unblock();
      return result;
    } catch (error) {
      if (!(error instanceof RetryLater)) this.#endWait();
      throw error;
    }
  }

  #endWait(): void {
    this.#cancelAlarm?.();
    this.#cancelAlarm = undefined;
  }

  #setAlarm(): void {
    const { clock, onFault } = this.#options;
    const nowMs = clock.monotonicMs();
    this.#waitingSinceMs = nowMs;
    const delayMs = Math.max(BLOCKED_AFTER_MS, this.#unblockedMs + UNBLOCKED_MIN_MS - nowMs);
    this.#cancelAlarm = clock.schedule(() => this.#block().catch(onFault), delayMs);
  }

  async #block(): Promise<void> {
    const { countLines, log, observer } = this.#options;
    const alarm = this.#cancelAlarm;
    const lines = await countLines().catch((error: unknown) => {
      // That stdout is blocked is said all the same; a state out of reach for now is nothing to end over.
      if (error instanceof RetryLater) return undefined;
      throw error;
    });
    if (this.#cancelAlarm !== alarm) return; // it has taken something meanwhile
    this.#isBlocked = true;
    log.error(
      `stdout has taken nothing for ${this.#waitedSeconds()} s. Lines that wait for it: ${lines ?? 'not known now'}. Counting waits with them; nothing is lost.`,
      { lines },
    );
    observer?.stdoutBlocked(lines ?? 0);
  }

  #unblock(): void {
    const { clock, log, observer } = this.#options;
    this.#isBlocked = false;
    this.#unblockedMs = clock.monotonicMs();
    log.info('stdout takes lines again.', { seconds: this.#waitedSeconds() });
    observer?.stdoutUnblocked();
  }

  /** In whole seconds. */
  #waitedSeconds(): number {
    return Math.round((this.#options.clock.monotonicMs() - this.#waitingSinceMs) / 1000);
  }
}
