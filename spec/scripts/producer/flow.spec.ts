import { expect } from 'chai';
import { systemClock } from '../../../lib/clock.ts';
import { grouped, limited, paced } from '../../../scripts/producer/flow.ts';
import { leapingClock } from '../ingredients.ts';

async function* numbers(end = Infinity, fault?: Error): AsyncGenerator<number> {
  for (let i = 0; i < end; i++) yield i;
  if (fault) throw fault;
}

const forever = new AbortController().signal;

describe('limited', () => {
  it('ends after that many items, without asking for one more', async () => {
    let asked = 0;
    function* source() {
      for (;;) yield asked++;
    }
    expect(await Array.fromAsync(limited(source(), 3))).to.deep.equal([0, 1, 2]);
    expect(asked).to.equal(3);
  });
});

describe('grouped', () => {
  it('keeps the order and leaves nothing out', async () => {
    expect(await Array.fromAsync(grouped(numbers(5), 2))).to.deep.equal([[0, 1], [2, 3], [4]]);
  });

  it('gives what came before a fault, then the fault', async () => {
    const groups: number[][] = [];
    const fault = await (async () => {
      for await (const group of grouped(numbers(3, new Error('broken')), 2)) groups.push(group);
    })().catch((error: unknown) => error);
    expect(groups).to.deep.equal([[0, 1], [2]]);
    expect(fault).to.be.an('error').with.property('message', 'broken');
  });
});

describe('paced', () => {
  for (const perSecond of [0.5, 7, 50, 2_000])
    it(`gives ${perSecond} a second on average`, async () => {
      const clock = leapingClock();
      const startMs = clock.nowMs();
      let given = 0;
      for await (const group of paced(numbers(), perSecond, clock, forever)) {
        given += group.length;
        if (clock.nowMs() - startMs >= 60_000) break;
      }
      expect(given / ((clock.nowMs() - startMs) / 1000)).to.be.closeTo(perSecond, perSecond * 0.05);
    });

  it('gives a second’s worth at most after a pause, and nothing extra when the clock goes back', async () => {
    let nowMs = 1_000_000;
    const clock = { ...leapingClock(), nowMs: () => nowMs };
    const groups = paced(numbers(), 10, clock, forever);
    expect((await groups.next()).value).to.deep.equal([0]);
    nowMs += 3_600_000;
    expect((await groups.next()).value).to.have.length(10);
    nowMs -= 3_600_000;
    const next = groups.next();
    await new Promise((resolve) => setTimeout(resolve, 5));
    nowMs += 100;
    expect((await next).value).to.deep.equal([11]);
  });

  it('ends with its items, and at once with the signal even while it waits', async () => {
    expect((await Array.fromAsync(paced(numbers(3), 100, leapingClock(), forever))).flat()).to.deep.equal([
      0, 1, 2,
    ]);
    const stop = new AbortController();
    const groups = paced(numbers(), 0.001, systemClock, stop.signal);
    await groups.next();
    const end = groups.next();
    stop.abort();
    expect(await end).to.deep.equal({ done: true, value: undefined });
  });
});
