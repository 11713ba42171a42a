/**
 * The only place that knows the real time. Everything else is given a {@link Clock}, so that tests, and a
 * simulation, decide what time it is.
 */
export interface Clock {
  /** The wall clock, in milliseconds since the Unix epoch. It may be set forward or back at any moment. */
  nowMs(): number;
  /**
   * Milliseconds since some moment of the past. It never goes back, whatever becomes of the wall clock, so what
   * lasts within a process is measured with it; it may stand still while the machine sleeps.
   */
  monotonicMs(): number;
  /** Calls `callback` once, `delayMs` from now; the function returned cancels that. */
  schedule(callback: () => void, delayMs: number): () => void;
}

/** The longest that a timer of Node.js can wait; a longer delay would end at once. */
const DELAY_MAX_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  schedule(callback, delayMs) {
    const timer = setTimeout(callback, Math.min(delayMs, DELAY_MAX_MS));
    return () => clearTimeout(timer);
  },
};

/** Like {@link Clock.schedule}, but the process does not stay alive for it: for what ends a process that hangs. */
export function scheduleDeadline(callback: () => void, delayMs: number): void {
  setTimeout(callback, Math.min(delayMs, DELAY_MAX_MS)).unref();
}

/** Resolves `delayMs` from now, or as soon as `signal` aborts: waking early is not an error here. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = () => {
      cancel();
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.schedule(wake, delayMs);
    signal?.addEventListener('abort', wake, { once: true });
  });
}
