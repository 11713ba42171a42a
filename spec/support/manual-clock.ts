import type { Clock } from '../../lib/clock.ts';

/** 2020-10-06T10:00:00Z, at which the specs begin where nothing else matters. */
export const START_MS = Date.UTC(2020, 9, 6, 10);

interface Appointment {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A clock that moves only when it is told to. */
export class ManualClock implements Clock {
  /** What timers go by: it moves on, and is never set. */
  #elapsedMs = 0;
  /** The wall clock when nothing had elapsed; setting the wall clock moves it. */
  #wallMs: number;
  #appointments: Appointment[] = [];

  constructor(startMs = START_MS) {
    this.#wallMs = startMs;
  }

  nowMs(): number {
    return this.#wallMs + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  /** Sets the wall clock forward, or back where `byMs` is negative; no timer notices. */
  step(byMs: number): void {
    this.#wallMs += byMs;
  }

  schedule(callback: () => void, delayMs: number): () => void {
    // Whole milliseconds, as in the real one, and never before the delay has passed.
    const appointment = { dueMs: this.#elapsedMs + Math.max(0, Math.ceil(delayMs)), callback };
    this.#appointments.push(appointment);
    return () => {
      this.#appointments = this.#appointments.filter((other) => other !== appointment);
    };
  }

  /** How many callbacks are still to come. */
  get pending(): number {
    return this.#appointments.length;
  }

  /** How far away the next callback is, in milliseconds; undefined when none is to come. */
  get nextMs(): number | undefined {
    const next = this.#next();
    return next && next.dueMs - this.#elapsedMs;
  }

  /** Moves on by `ms`; what falls due meanwhile is called at its time, and everything may settle in between. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms;
    await settle();
    for (let next = this.#next(); next && next.dueMs <= untilMs; next = this.#next()) {
      this.#appointments = this.#appointments.filter((other) => other !== next);
      this.#elapsedMs = next.dueMs;
      next.callback();
      await settle();
    }
    this.#elapsedMs = untilMs;
    await settle();
  }

  /** The earliest one; of several at the same time, the one made first. */
  #next(): Appointment | undefined {
    return this.#appointments.reduce<Appointment | undefined>(
      (earliest, other) => (earliest && earliest.dueMs <= other.dueMs ? earliest : other),
      undefined,
    );
  }
}

/** Lets promises, ticks and streams go as far as they can without time or input. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
