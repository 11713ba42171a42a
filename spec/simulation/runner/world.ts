import { mulberry32 } from '../../../scripts/producer/random.ts';
import { FAULTS, type Fault, type FaultCount, type RandomFault } from '../generation/faults.ts';
import type { StepCount } from '../steps.ts';
import { SimulatedClock } from './simulated-clock.ts';

/** When every simulation begins, by the true time. */
export const START_MS = Date.parse('2020-10-06T10:20:00Z');

/** What all parts of one simulation share: the seed's random numbers, the time, the history. */
export class World {
  readonly random: () => number;
  readonly clock = new SimulatedClock(START_MS);
  readonly steps = new Map<string, StepCount>();
  readonly faults = new Map<Fault, FaultCount>();
  readonly history: string[] = [];
  /** Whether messages are in flight, or lines or dead letters wait in the outbox. */
  isWorkUnderWay: () => boolean = () => false;
  /** From here on nothing fails any more, and everything has to come to its end. */
  isCalm = false;
  /** Multiplies the chance of every fault. */
  faultiness = 1;
  /** The first thing that must never be and was seen. */
  problem: Violation | undefined;

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

  /**
   * Whether the fault happens this time.
   *
   * @param likelihood by how much likelier than usual it is
   */
  happens(fault: RandomFault, likelihood = 1): boolean {
    if (this.isCalm || this.random() >= FAULTS[fault].chance * this.faultiness * likelihood) return false;
    this.happened(fault);
    return true;
  }

  /** Takes note of a fault. */
  happened(fault: Fault, details = ''): void {
    const count = this.faults.get(fault) ?? { happened: 0, hitWork: 0 };
    this.faults.set(fault, count);
    count.happened += 1;
    if (this.isWorkUnderWay()) count.hitWork += 1;
    this.note(`fault: ${fault} ${details}`.trimEnd());
  }

  note(what: string): void {
    this.history.push(`${new Date(this.clock.nowMs).toISOString().slice(5, 23)} ${what}`);
  }

  /** Ends the simulation, whoever catches what is to be thrown. */
  violated(what: string, cause?: unknown): Violation {
    this.problem ??= new Violation(what, { cause });
    return this.problem;
  }

  step(name: string): StepCount {
    const count = this.steps.get(name) ?? { reached: 0, crashed: 0, stalled: 0 };
    this.steps.set(name, count);
    return count;
  }
}

/** Something that must never be was seen. */
export class Violation extends Error {
  override readonly name = 'Violation';
}
