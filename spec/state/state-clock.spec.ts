import { expect } from 'chai';
import { StateClock } from '../../lib/state/state-clock.ts';
import { ManualClock, START_MS } from '../support/manual-clock.ts';

const DAY_MS = 86_400_000;

describe('the clock of the state', () => {
  let clock: ManualClock;
  beforeEach(() => {
    clock = new ManualClock();
  });

  it('begins with the wall clock, and passes with the monotonic one, in whole milliseconds', async () => {
    const stateClock = new StateClock(clock, 0);
    expect(stateClock.nowMs()).to.equal(START_MS);
    await clock.advance(1_500.7);
    expect(stateClock.nowMs()).to.equal(START_MS + 1_500);
  });

  it('goes on from what the process before has stored, where the wall clock was set back since', async () => {
    const stateClock = new StateClock(clock, START_MS + DAY_MS);
    expect(stateClock.nowMs()).to.equal(START_MS + DAY_MS);
    await clock.advance(10);
    expect(stateClock.nowMs()).to.equal(START_MS + DAY_MS + 10);
  });

  it('makes up for the time in which no process ran', () => {
    expect(new StateClock(clock, START_MS - DAY_MS).nowMs()).to.equal(START_MS);
  });

  it('neither goes back nor stands still when the wall clock is set back', async () => {
    const stateClock = new StateClock(clock, 0);
    await clock.advance(5_000);
    clock.step(-DAY_MS);
    expect(stateClock.nowMs()).to.equal(START_MS + 5_000);
    await clock.advance(1);
    expect(stateClock.nowMs()).to.equal(START_MS + 5_001);
  });

  it('makes up for the time in which the machine slept, and the monotonic clock with it', async () => {
    const stateClock = new StateClock(clock, 0);
    await clock.advance(5_000);
    clock.step(3_600_000);
    expect(stateClock.nowMs()).to.equal(START_MS + 3_605_000);
  });

  it('does not take back what it made up for, nor make it up twice', async () => {
    const stateClock = new StateClock(clock, 0);
    for (const stepMs of [3_600_000, -3_600_000, 3_600_000]) {
      clock.step(stepMs);
      stateClock.nowMs();
    }
    expect(stateClock.nowMs()).to.equal(START_MS + 7_200_000);
    await clock.advance(10);
    expect(stateClock.nowMs()).to.equal(START_MS + 7_200_010);
  });

  it('does not run ahead by being asked often while the wall clock jitters', async () => {
    const stateClock = new StateClock(clock, 0);
    for (let turn = 0; turn < 1_000; turn += 1) {
      clock.step(turn % 2 === 0 ? 900 : -900);
      stateClock.nowMs();
    }
    await clock.advance(1);
    expect(stateClock.nowMs()).to.equal(START_MS + 1);
  });
});
