import type { Clock } from '../../lib/clock.ts';

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly owner: object;
  readonly callback: () => void;
}

/** Waits for every promise and tick that is ready; the simulation has no other input than its timers. */
const settled = (() => {
  const { setImmediate } = globalThis;
  return () => new Promise<void>((resolve) => setImmediate(resolve));
})();

/**
 * Time that moves from one timer to the next. Timers have an owner, so that those of a process vanish with it.
 */
export class SimulatedClock {
  #nowMs: number;
  #order = 0;
  #timers: Timer[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  schedule(owner: object, callback: () => void, delayMs: number): () => void {
    this.#order += 1;
    const timer = {
      dueMs: this.#nowMs + Math.max(0, Math.ceil(delayMs)),
      order: this.#order,
      owner,
      callback,
    };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  drop(owner: object): void {
    this.#timers = this.#timers.filter((timer) => timer.owner !== owner);
  }

  /** The clock as the program knows it. */
  of(owner: object): Clock {
    return {
      nowMs: () => this.#nowMs,
      monotonicMs: () => this.#nowMs,
      schedule: (callback, delayMs) => this.schedule(owner, callback, delayMs),
    };
  }

  /** Resolves `delayMs` from now, for the world itself. */
  wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.schedule(this, resolve, delayMs));
  }

  /**
   * Runs the next timer and everything that follows from it at once.
   * @returns false when there is none, so that nothing will ever happen again
   */
  async advance(): Promise<boolean> {
    // A process that has only just been started has not come to its first timer yet.
    if (this.#timers.length === 0) await settled();
    let next = this.#timers[0];
    if (!next) return false;
    for (const timer of this.#timers)
      if (timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.order < next.order)) next = timer;
    this.#timers = this.#timers.filter((timer) => timer !== next);
    this.#nowMs = next.dueMs;
    next.callback();
    await settled();
    return true;
  }

  /**
   * Lets libraries that use the global timers and `Math.random` live in the simulation, too.
   * @returns what puts the real ones back
   */
  takeOverGlobals(owner: () => object, random: () => number): () => void {
    const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
    const { random: mathRandom } = Math;
    const once = (callback: () => void, delayMs = 0) => this.schedule(owner(), callback, delayMs);
    const repeatedly = (callback: () => void, intervalMs: number) => {
      let cancel = () => {};
      const again = () => {
        cancel = once(() => {
          again();
          callback();
        }, intervalMs);
      };
      again();
      return () => cancel();
    };
    const cancel = (cancelTimer?: () => void) => cancelTimer?.();
    Object.assign(globalThis, {
      setTimeout: once,
      clearTimeout: cancel,
      setInterval: repeatedly,
      clearInterval: cancel,
    });
    Math.random = random;
    return () => {
      Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval });
      Math.random = mathRandom;
    };
  }
}
