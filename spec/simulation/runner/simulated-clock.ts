import type { Clock } from '../../../lib/clock.ts';

interface Timer {
  readonly order: number;
  readonly owner: object;
  readonly callback: () => void;
  dueMs: number;
}

/** An owner of timers that stands still. */
interface Standstill {
  readonly owner: object;
  readonly untilMs: number;
  /** The machine sleeps, so that its monotonic clock stands still, too. */
  readonly isSleep: boolean;
  readonly lastsMs: number;
}

/** Waits for every promise and tick that is ready; the simulation has no other input than its timers. */
const settled = (() => {
  const { setImmediate } = globalThis;
  return () => new Promise<void>((resolve) => setImmediate(resolve));
})();

/**
 * The true time, by which SQS goes, moves from one timer to the next; the clocks of the machine that the program
 * runs on follow it more or less. Timers have an owner, so that those of a process can stand still, and vanish with it.
 */
export class SimulatedClock {
  #nowMs: number;
  #order = 0;
  #timers: Timer[] = [];
  #standstill: Standstill | undefined;
  #sleptMs = 0;
  #wallAheadMs = 0;
  /** Told when the wall clock gains on the monotonic one: it was set forward, or the machine has slept. */
  onLeap: () => void = () => {};

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** What the wall clock of the machine is ahead of the true time. */
  get wallAheadMs(): number {
    return this.#wallAheadMs;
  }

  set wallAheadMs(aheadMs: number) {
    const isForward = aheadMs > this.#wallAheadMs;
    this.#wallAheadMs = aheadMs;
    if (isForward) this.onLeap();
  }

  /** What the program takes for the time. */
  get wallMs(): number {
    return this.#nowMs + this.wallAheadMs;
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
    if (this.#standstill?.owner === owner) this.#standstill = undefined;
  }

  /** From now on no timer of the owner fires for so long; those that are due by then fire late. */
  standStill(owner: object, lastsMs: number, isSleep: boolean): void {
    this.#standstill = { owner, untilMs: this.#nowMs + lastsMs, isSleep, lastsMs };
    // Timers go by the monotonic clock.
    if (isSleep) for (const timer of this.#timers) if (timer.owner === owner) timer.dueMs += lastsMs;
  }

  isStandingStill(owner: object): boolean {
    return this.#standstill?.owner === owner;
  }

  /** How long whoever stands still goes on doing so. */
  get standstillLeftMs(): number {
    return Math.max(0, (this.#standstill?.untilMs ?? 0) - this.#nowMs);
  }

  /** The clock as the program knows it. */
  of(owner: object): Clock {
    return {
      nowMs: () => this.wallMs,
      monotonicMs: () => this.#nowMs - this.#sleptMs,
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
    const next = this.#next();
    if (!next) return false;
    this.#timers.splice(this.#timers.indexOf(next), 1);
    this.#nowMs = Math.max(this.#nowMs, this.#firesMs(next));
    const standstill = this.#standstill;
    if (standstill && this.#nowMs >= standstill.untilMs) {
      this.#standstill = undefined;
      if (standstill.isSleep) {
        this.#sleptMs += standstill.lastsMs;
        this.onLeap();
      }
    }
    next.callback();
    await settled();
    return true;
  }

  #next(): Timer | undefined {
    let next = this.#timers[0];
    if (!next) return undefined;
    let firesMs = this.#firesMs(next);
    for (const timer of this.#timers) {
      const otherMs = this.#firesMs(timer);
      const isEarlier = otherMs - firesMs || timer.dueMs - next.dueMs || timer.order - next.order;
      if (isEarlier >= 0) continue;
      next = timer;
      firesMs = otherMs;
    }
    return next;
  }

  #firesMs({ owner, dueMs }: Timer): number {
    return this.#standstill?.owner === owner ? Math.max(dueMs, this.#standstill.untilMs) : dueMs;
  }

  /**
   * Lets libraries that use the globals for timers, time and `Math.random` live in the simulation, too.
   * @returns what puts the real ones back
   */
  takeOverGlobals(owner: () => object, random: () => number): () => void {
    const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
    const { random: mathRandom } = Math;
    const { now } = Date;
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
    Date.now = () => this.wallMs;
    return () => {
      Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval });
      Math.random = mathRandom;
      Date.now = now;
    };
  }
}
