import { FAULTS, type Fault, type FaultCount } from '../../spec/simulation/generation/faults.ts';
import type { SimulationResult } from '../../spec/simulation/simulation.ts';
import { STEPS, type StepCount } from '../../spec/simulation/steps.ts';

/** What happened in many simulations: how often each kind of fault hit work under way, and where processes died. */
export class Tally {
  readonly #faults = new Map<Fault, FaultCount>(
    (Object.keys(FAULTS) as Fault[]).map((fault) => [fault, { happened: 0, hitWork: 0 }]),
  );
  readonly #steps = new Map<string, StepCount>(
    STEPS.map((step) => [step, { reached: 0, crashed: 0, stalled: 0 }]),
  );
  #schedules = 0;

  add({ faults, steps }: SimulationResult): void {
    this.#schedules += 1;
    for (const [fault, { happened, hitWork }] of faults) {
      const sum = this.#faults.get(fault)!;
      sum.happened += happened;
      sum.hitWork += hitWork;
    }
    for (const [step, { reached, crashed, stalled }] of steps) {
      const sum = this.#steps.get(step);
      if (!sum) throw new Error(`The step "${step}" is not among STEPS.`);
      sum.reached += reached;
      sum.crashed += crashed;
      sum.stalled += stalled;
    }
  }

  /** What has never been hit, so that these simulations prove nothing of it. */
  get missed(): string[] {
    const faults = [...this.#faults].filter(([, { hitWork }]) => hitWork === 0);
    const steps = [...this.#steps].filter(([, { crashed }]) => crashed === 0);
    return [
      ...faults.map(([fault]) => `work under way, when ${FAULTS[fault].what}`),
      ...steps.map(([step]) => `the step "${step}"`),
    ];
  }

  /** @param lastedMs how long all of it took */
  report(lastedMs: number): string {
    const reached = [...this.#steps.values()].reduce((sum, step) => sum + step.reached, 0);
    return [
      `${this.#schedules} schedules, ${reached} steps, 0 violations, ${Math.round(reached / (lastedMs / 1000))} steps/s`,
      '',
      '  happened    hit work  kind of fault',
      ...[...this.#faults].map(([fault, { happened, hitWork }]) =>
        [column(happened, 10), column(hitWork, 10), FAULTS[fault].what].join('  '),
      ),
      '',
      '   reached     crashes      stalls  step',
      ...[...this.#steps].map(([step, { reached, crashed, stalled }]) =>
        [column(reached, 10), column(crashed, 10), column(stalled, 10), step].join('  '),
      ),
    ].join('\n');
  }
}

function column(number: number, width: number): string {
  return String(number).padStart(width);
}
