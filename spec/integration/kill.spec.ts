import { expect } from 'chai';
import { runKills } from '../../scripts/crash/kill-run.ts';

const EVENTS = 5_000;
const MALFORMED = 40;
const KILLS = 10;

describe('the pipeline, killed', () => {
  it(`counts ${EVENTS} events and ${MALFORMED} malformed ones exactly, through ${KILLS} kills in mid-work`, async () => {
    const report = await runKills({
      kills: KILLS,
      seed: 20_201_006,
      first: { events: EVENTS, malformed: MALFORMED },
    });
    // Among them: a line identity with two contents, and any window whose count or sum is not the oracle's.
    expect(report.differences).to.deep.equal([]);
    expect(report.landed).to.be.at.least(KILLS);
    expect(report).to.include({ events: EVENTS, malformed: MALFORMED, deadLettersDistinct: MALFORMED });
  }).timeout(180_000);
});
