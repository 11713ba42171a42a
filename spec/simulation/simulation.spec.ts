import { expect } from 'chai';
import { FAULTS, type Fault } from './generation/faults.ts';
import { type SimulationResult, simulate } from './simulation.ts';
import { STEPS } from './steps.ts';

/** Among so many successive seeds there is every kind of scenario. */
const SEEDS = 40;

describe('the simulation', () => {
  async function run(seed: number): Promise<SimulationResult> {
    const result = await simulate({ seed });
    if (result.violation)
      throw new Error(`seed ${seed}: ${result.violation.message}`, { cause: result.violation });
    return result;
  }

  it('plays the same history for the same seed, to the same end', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const { history } = await run(seed);
      expect((await run(seed)).history).to.deep.equal(history);
      expect(history.length).to.be.greaterThan(100);
      expect((await run(seed + 100)).history).not.to.deep.equal(history);
    }
  });

  it('finds every event counted exactly once, wherever a process dies and whatever else goes wrong', async () => {
    const crashed = new Set<string>();
    const hit = new Set<Fault>();
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { steps, faults } = await run(seed);
      for (const [step, { crashed: times }] of steps) if (times > 0) crashed.add(step);
      for (const [fault, { hitWork }] of faults) if (hitWork > 0) hit.add(fault);
    }
    expect([...crashed]).to.have.length.above(0.9 * STEPS.length);
    expect([...hit]).to.have.length.above(0.9 * Object.keys(FAULTS).length);
  });
});
