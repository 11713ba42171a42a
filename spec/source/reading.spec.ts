import { expect } from 'chai';
import { Reading } from '../../lib/source/reading.ts';
import { StateClock } from '../../lib/state/state-clock.ts';
import { ManualClock, START_MS } from '../support/manual-clock.ts';

const BREAK_MS = 30_000;
const BACKLOG_MS = 1_800_000;

describe('the reading of the queue', () => {
  let clock: ManualClock;
  let reading: Reading;

  beforeEach(() => {
    clock = new ManualClock();
    const rules = { breakMs: BREAK_MS, backlogMs: BACKLOG_MS };
    reading = new Reading(clock, new StateClock(clock, 0, BREAK_MS), rules);
  });

  /** One receive that takes so long; its oldest message was sent so long ago. */
  async function receive(tookMs: number, sentAgoMs?: number): Promise<void> {
    const pending = reading.began();
    await clock.advance(tookMs);
    reading.answered(pending, sentAgoMs === undefined ? undefined : clock.nowMs() - sentAgoMs);
  }

  /** When everything last began to be kept anew, since the process began. */
  const renewedMs = () => reading.renewedMs() - START_MS;

  it('begins with the process, and goes on unbroken while receives follow each other, empty or not', async () => {
    for (let round = 0; round < 10; round += 1) await receive(20_000, round % 2 === 0 ? 5_000 : undefined);
    expect(renewedMs()).to.equal(0);
  });

  it('goes on while a receive is under way, for as long as one can last', async () => {
    reading.began();
    await clock.advance(30_000 + BREAK_MS);
    expect(renewedMs()).to.equal(0);
    await clock.advance(1);
    expect(renewedMs()).to.equal(30_001 + BREAK_MS);
  });

  it('is not broken by a pause of up to the visibility timeout', async () => {
    await receive(1_000);
    await clock.advance(BREAK_MS);
    await receive(1_000);
    expect(renewedMs()).to.equal(0);
  });

  it('begins anew after a longer pause, from the answer on that ends it', async () => {
    await receive(1_000);
    await clock.advance(BREAK_MS + 1);
    await receive(1_000);
    expect(renewedMs()).to.equal(32_001);
    await receive(1_000);
    expect(renewedMs()).to.equal(32_001);
  });

  it('begins anew again and again for as long as a break lasts', async () => {
    await receive(1_000);
    await clock.advance(BREAK_MS + 1);
    expect(renewedMs()).to.equal(31_001);
    await clock.advance(50_000);
    expect(renewedMs()).to.equal(81_001);
  });

  it('is not what fails: an outage is a break', async () => {
    for (let round = 0; round < 5; round += 1) {
      const pending = reading.began();
      await clock.advance(10_000);
      reading.failed(pending);
    }
    expect(renewedMs()).to.equal(50_000);
    // A receive that follows a break says nothing before it is answered.
    const pending = reading.began();
    await clock.advance(10_000);
    expect(renewedMs()).to.equal(60_000);
    reading.answered(pending, undefined);
    await clock.advance(1_000);
    expect(renewedMs()).to.equal(60_000);
  });

  it('is not what a frozen process stood through, though a receive was under way and is answered', async () => {
    const pending = reading.began();
    await clock.advance(7_200_000);
    expect(renewedMs()).to.equal(7_200_000);
    reading.answered(pending, undefined);
    await clock.advance(1);
    expect(renewedMs()).to.equal(7_200_001);
    await receive(1_000);
    await receive(1_000);
    expect(renewedMs()).to.equal(7_201_001);
  });

  it('is not what a machine slept through, which no clock but the one on the wall has seen', async () => {
    await receive(5_000);
    const pending = reading.began();
    clock.step(BREAK_MS + 1);
    expect(renewedMs()).to.equal(5_000);
    reading.answered(pending, undefined);
    await receive(1_000);
    expect(renewedMs()).to.equal(5_000);
  });

  it('goes on while one of several pollers waits, though the others pause', async () => {
    const longPoll = reading.began();
    await clock.advance(20_000);
    const other = reading.began();
    reading.answered(longPoll, undefined);
    await clock.advance(20_000);
    reading.answered(other, undefined);
    expect(renewedMs()).to.equal(0);
  });

  it('begins anew for as long as a backlog is read', async () => {
    await receive(1_000, BACKLOG_MS);
    expect(renewedMs()).to.equal(0);
    await receive(1_000, BACKLOG_MS + 1);
    expect(renewedMs()).to.equal(2_000);
    await receive(1_000, BACKLOG_MS + 1);
    expect(renewedMs()).to.equal(3_000);
    await receive(1_000, 1_000);
    expect(renewedMs()).to.equal(3_000);
  });

  it('takes nothing for a backlog only because the wall clock was ahead once, and was put right', async () => {
    clock.step(86_400_000);
    await receive(1_000);
    clock.step(-86_400_000);
    await receive(1_000);
    const before = renewedMs();
    await receive(1_000, 1_000);
    expect(renewedMs()).to.equal(before);
  });
});
