import { expect } from 'chai';
import { Reading } from '../../lib/source/reading.ts';
import { StateClock } from '../../lib/state/state-clock.ts';
import { ManualClock, START_MS } from '../support/manual-clock.ts';

const BREAK_MS = 30_000;
const BACKLOG_MS = 1_800_000;
/** Long before anything in the specs. */
const RENEWED_MS = START_MS - 86_400_000;

describe('the reading of the queue', () => {
  let clock: ManualClock;
  let reading: Reading;

  function begin(readMs = START_MS): void {
    clock = new ManualClock();
    const rules = { breakMs: BREAK_MS, backlogMs: BACKLOG_MS };
    reading = new Reading(clock, new StateClock(clock, 0), rules, { readMs, renewedMs: RENEWED_MS });
  }
  beforeEach(() => begin());

  /** One receive that takes so long; its oldest message was sent so long ago. */
  async function receive(tookMs: number, sentAgoMs?: number): Promise<void> {
    const pending = reading.began();
    await clock.advance(tookMs);
    reading.answered(pending, sentAgoMs === undefined ? undefined : clock.nowMs() - sentAgoMs);
  }

  const sinceStart = () => {
    const { readMs, renewedMs } = reading.progress;
    return {
      readMs: readMs - START_MS,
      renewedMs: renewedMs === RENEWED_MS ? 'long ago' : renewedMs - START_MS,
    };
  };

  it('goes on unbroken while receives follow each other, empty or not', async () => {
    for (let round = 0; round < 10; round += 1) await receive(20_000, round % 2 === 0 ? 5_000 : undefined);
    expect(sinceStart()).to.deep.equal({ readMs: 200_000, renewedMs: 'long ago' });
  });

  it('goes on while a receive is under way', async () => {
    const first = reading.began();
    await clock.advance(20_000);
    expect(sinceStart()).to.deep.equal({ readMs: 20_000, renewedMs: 'long ago' });
    reading.answered(first, undefined);
    expect(sinceStart()).to.deep.equal({ readMs: 20_000, renewedMs: 'long ago' });
  });

  it('is not broken by a pause of up to the visibility timeout', async () => {
    await receive(1_000);
    await clock.advance(BREAK_MS);
    await receive(1_000);
    expect(sinceStart()).to.deep.equal({ readMs: 32_000, renewedMs: 'long ago' });
  });

  it('begins anew after a longer pause, from the answer on that ends it', async () => {
    await receive(1_000);
    await clock.advance(BREAK_MS + 1);
    await receive(1_000);
    expect(sinceStart()).to.deep.equal({ readMs: 32_001, renewedMs: 32_001 });
    await receive(1_000);
    expect(sinceStart()).to.deep.equal({ readMs: 33_001, renewedMs: 32_001 });
  });

  it('begins anew again and again for as long as a break lasts', async () => {
    await receive(1_000);
    await clock.advance(BREAK_MS + 1);
    expect(sinceStart()).to.deep.equal({ readMs: 1_000, renewedMs: 31_001 });
    await clock.advance(50_000);
    expect(sinceStart()).to.deep.equal({ readMs: 1_000, renewedMs: 81_001 });
  });

  it('is not what fails: an outage is a break', async () => {
    for (let round = 0; round < 5; round += 1) {
      const pending = reading.began();
      await clock.advance(10_000);
      reading.failed(pending);
    }
    expect(sinceStart()).to.deep.equal({ readMs: 0, renewedMs: 50_000 });
    // A receive that follows a break says nothing before it is answered.
    const pending = reading.began();
    await clock.advance(10_000);
    expect(sinceStart()).to.deep.equal({ readMs: 0, renewedMs: 60_000 });
    reading.answered(pending, undefined);
    expect(sinceStart()).to.deep.equal({ readMs: 60_000, renewedMs: 60_000 });
  });

  it('is not what a frozen process slept through, though a receive was under way and is answered', async () => {
    const pending = reading.began();
    clock.step(7_200_000);
    expect(sinceStart()).to.deep.equal({ readMs: 30_000, renewedMs: 7_200_000 });
    reading.answered(pending, undefined);
    await clock.advance(1);
    expect(sinceStart()).to.deep.equal({ readMs: 30_000, renewedMs: 7_200_001 });
    await receive(1_000);
    expect(sinceStart()).to.deep.equal({ readMs: 7_201_001, renewedMs: 7_201_001 });
  });

  it('goes on while one of several pollers waits, though the others pause', async () => {
    const longPoll = reading.began();
    await clock.advance(20_000);
    const other = reading.began();
    reading.answered(longPoll, undefined);
    await clock.advance(20_000);
    reading.answered(other, undefined);
    expect(sinceStart()).to.deep.equal({ readMs: 40_000, renewedMs: 'long ago' });
  });

  it('begins anew for as long as a backlog is read', async () => {
    await receive(1_000, BACKLOG_MS);
    expect(sinceStart().renewedMs).to.equal('long ago');
    await receive(1_000, BACKLOG_MS + 1);
    expect(sinceStart().renewedMs).to.equal(2_000);
    await receive(1_000, BACKLOG_MS + 1);
    expect(sinceStart().renewedMs).to.equal(3_000);
    await receive(1_000, 1_000);
    expect(sinceStart().renewedMs).to.equal(3_000);
  });

  it('takes nothing for a backlog only because the wall clock was ahead once, and was put right', async () => {
    clock.step(86_400_000);
    await receive(1_000);
    clock.step(-86_400_000);
    await receive(1_000);
    const before = sinceStart();
    await receive(1_000, 1_000);
    expect(sinceStart().renewedMs).to.equal(before.renewedMs);
  });

  it('was broken by the time in which no process ran', async () => {
    begin(START_MS - BREAK_MS - 1);
    await receive(1_000);
    expect(sinceStart()).to.deep.equal({ readMs: 1_000, renewedMs: 1_000 });
  });

  it('goes on after a restart that took no longer than the visibility timeout', async () => {
    begin(START_MS - BREAK_MS);
    await receive(1_000);
    expect(sinceStart()).to.deep.equal({ readMs: 1_000, renewedMs: 'long ago' });
  });
});
