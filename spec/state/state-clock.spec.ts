import { expect } from 'chai';
import { StateClock } from '../../lib/state/state-clock.ts';
import { ManualClock, START_MS } from '../support/manual-clock.ts';

const DAY_MS = 86_400_000;
/** What the wall clock may gain without that being a leap. */
const LEAP_MIN_MS = 30_000;

describe('the clock of the state', () => {
  let clock: ManualClock;
  beforeEach(() => {
    clock = new ManualClock();
  });

  it('begins with the wall clock, and passes with the monotonic one, in whole milliseconds', async () => {
    const stateClock = new StateClock(clock, 0, LEAP_MIN_MS);
    expect(stateClock.nowMs()).to.equal(START_MS);
    await clock.advance(1_500.7);
    expect(stateClock.nowMs()).to.equal(START_MS + 1_500);
  });

  it('goes on from what the process before has stored, whatever became of the wall clock since', async () => {
    for (const storedMs of [START_MS + DAY_MS, START_MS - DAY_MS]) {
      const stateClock = new StateClock(clock, storedMs, LEAP_MIN_MS);
      expect(stateClock.nowMs()).to.equal(storedMs);
      // For all that anybody knows, there was a pause.
      expect(stateClock.leaptMs).to.equal(storedMs);
      await clock.advance(10);
      expect(stateClock.nowMs()).to.equal(storedMs + 10);
      expect(stateClock.leaptMs).to.equal(storedMs);
    }
  });

  it('neither goes back nor stands still when the wall clock is set back', async () => {
    const stateClock = new StateClock(clock, 0, LEAP_MIN_MS);
    await clock.advance(5_000);
    clock.step(-DAY_MS);
    expect(stateClock.nowMs()).to.equal(START_MS + 5_000);
    await clock.advance(1);
    expect(stateClock.nowMs()).to.equal(START_MS + 5_001);
  });

  it('makes up for a short time that the monotonic clock has not seen', async () => {
    const stateClock = new StateClock(clock, 0, LEAP_MIN_MS);
    await clock.advance(5_000);
    clock.step(LEAP_MIN_MS);
    expect(stateClock.nowMs()).to.equal(START_MS + 5_000 + LEAP_MIN_MS);
    expect(stateClock.leaptMs).to.equal(START_MS);
  });

  it('lets no time pass by a leap of the wall clock, however long, and tells when it was', async () => {
    const stateClock = new StateClock(clock, 0, LEAP_MIN_MS);
    await clock.advance(5_000);
    for (const stepMs of [LEAP_MIN_MS + 1, 5 * DAY_MS]) {
      clock.step(stepMs);
      const nowMs = stateClock.nowMs();
      expect(stateClock.leaptMs).to.equal(nowMs);
      await clock.advance(10);
    }
    expect(stateClock.nowMs()).to.equal(START_MS + 5_020);
    expect(stateClock.leaptMs).to.equal(START_MS + 5_010);
    clock.step(-5 * DAY_MS);
    stateClock.nowMs();
    expect(stateClock.leaptMs).to.equal(START_MS + 5_010);
  });

  it('does not run ahead by being asked often while the wall clock jitters', async () => {
    const stateClock = new StateClock(clock, 0, LEAP_MIN_MS);
    for (let turn = 0; turn < 1_000; turn += 1) {
      clock.step(turn % 2 === 0 ? 900 : -900);
      stateClock.nowMs();
    }
    await clock.advance(1);
    expect(stateClock.nowMs()).to.equal(START_MS + 1);
  });
});
