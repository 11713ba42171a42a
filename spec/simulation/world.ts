import { mulberry32 } from '../../scripts/producer/random.ts';
import { SimulatedClock } from './simulated-clock.ts';

/** How likely each fault is, every time it could happen. */
export const CHANCES = {
  duplicateDelivery: 0.03,
  redeliveryAfterDelete: 0.02,
  emptyReceive: 0.1,
  throttled: 0.04,
  lostResponse: 0.04,
  deleteFails: 0.05,
  deleteRefused: 0.02,
  slowResponse: 0.02,
  storeFails: 0.03,
  storeHangs: 0.01,
  commitFails: 0.03,
  deadLetterFails: 0.1,
  stdoutLost: 0.02,
} as const;
export type Fault = keyof typeof CHANCES;

/** How often a step of the protocol was reached, and how often a crash hit it. */
export interface StepCount {
  reached: number;
  crashed: number;
}

/** What all parts of one simulation share: the seed's random numbers, the time, the history. */
export class World {
  readonly random: () => number;
  readonly clock = new SimulatedClock(Date.parse('2020-10-06T10:20:00Z'));
  readonly steps = new Map<string, StepCount>();
  readonly history: string[] = [];
  /** From here on nothing fails any more, and everything has to come to its end. */
  isCalm = false;

  constructor(seed: number) {
    this.random = mulberry32(seed);
  }

  /** A whole number from 0 up to, not including, `bound`. */
  below(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** Whether the fault happens this time. */
  happens(fault: Fault): boolean {
    if (this.isCalm || this.random() >= CHANCES[fault]) return false;
    this.note(`fault: ${fault}`);
    return true;
  }

  note(what: string): void {
    this.history.push(`${new Date(this.clock.nowMs).toISOString().slice(11, 23)} ${what}`);
  }

  step(name: string): StepCount {
    const count = this.steps.get(name) ?? { reached: 0, crashed: 0 };
    this.steps.set(name, count);
    return count;
  }
}

/** Something that must never be was seen. */
export class Violation extends Error {
  override readonly name = 'Violation';
}
