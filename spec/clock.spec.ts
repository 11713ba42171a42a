import { expect } from 'chai';
import { sleep, systemClock } from '../lib/clock.ts';
import { ManualClock, START_MS, settle } from './support/manual-clock.ts';

/** Whether the promise is settled by now. */
async function isDone(promise: Promise<void>): Promise<boolean> {
  let done = false;
  promise.then(() => {
    done = true;
  });
  await settle();
  return done;
}

describe('sleep', () => {
  it('ends when its time has passed, and not earlier', async () => {
    const clock = new ManualClock();
    const sleeping = sleep(clock, 1_000);
    await clock.advance(999);
    expect(await isDone(sleeping)).to.equal(false);
    await clock.advance(1);
    expect(await isDone(sleeping)).to.equal(true);
  });

  it('ends at once with its signal, and leaves no timer behind', async () => {
    const clock = new ManualClock();
    const wakeUp = new AbortController();
    const sleeping = sleep(clock, 1_000, wakeUp.signal);
    expect(clock.pending).to.equal(1);
    wakeUp.abort();
    expect(await isDone(sleeping)).to.equal(true);
    expect(clock.pending).to.equal(0);
  });

  it('does not begin when its signal has aborted before', async () => {
    const clock = new ManualClock();
    expect(await isDone(sleep(clock, 1_000, AbortSignal.abort()))).to.equal(true);
    expect(clock.pending).to.equal(0);
  });
});

describe('the system clock', () => {
  it('tells milliseconds since the Unix epoch', () => {
    const before = Date.now();
    expect(systemClock.nowMs()).to.be.within(before, Date.now());
  });

  it('calls back once, and not at all when that was cancelled', async () => {
    const calls: string[] = [];
    const cancel = systemClock.schedule(() => calls.push('cancelled'), 1);
    await new Promise<void>((resolve) => {
      systemClock.schedule(() => calls.push('kept'), 1);
      systemClock.schedule(resolve, 20);
      cancel();
    });
    expect(calls).to.deep.equal(['kept']);
  });
});

describe('the manual clock of the specs', () => {
  it('calls what falls due in order of time, then of making, at the right times', async () => {
    const clock = new ManualClock();
    const calls: [string, number][] = [];
    const at = (name: string, delayMs: number) =>
      clock.schedule(() => calls.push([name, clock.nowMs() - START_MS]), delayMs);
    at('c', 30);
    at('a', 10);
    at('b', 10);
    clock.schedule(() => at('nested', 5), 10);
    at('never', 1_000);
    await clock.advance(30);
    expect(calls).to.deep.equal([
      ['a', 10],
      ['b', 10],
      ['nested', 15],
      ['c', 30],
    ]);
    expect(clock.nowMs()).to.equal(START_MS + 30);
  });
});
