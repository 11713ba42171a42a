import { expect } from 'chai';
import { STEPS } from './incarnation.ts';
import { simulate } from './simulation.ts';

const MESSAGES = 30;

describe('the simulation', () => {
  it('plays the same history for the same seed, to the same end', async () => {
    const first = await simulate({ seed: 7, messages: MESSAGES });
    const second = await simulate({ seed: 7, messages: MESSAGES });
    expect(second.history).to.deep.equal(first.history);
    expect(first.history.length).to.be.greaterThan(100);
    const other = await simulate({ seed: 8, messages: MESSAGES });
    expect(other.history).not.to.deep.equal(first.history);
  });

  it('finds every event counted exactly once, wherever a process dies', async () => {
    const crashed = new Set<string>();
    for (let seed = 1; seed <= 2 * STEPS.length; seed += 1) {
      const { violation, steps } = await simulate({ seed, messages: MESSAGES });
      if (violation) throw new Error(`seed ${seed}: ${violation.message}`, { cause: violation });
      for (const [step, { crashed: times }] of steps) if (times > 0) crashed.add(step);
    }
    expect([...crashed]).to.have.length.above(0.9 * STEPS.length);
  });
});
