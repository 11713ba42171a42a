import { expect } from 'chai';
import { RetryLater } from '../lib/errors.ts';
import { rideOut } from '../lib/retry.ts';
import { ManualClock, settle } from './support/manual-clock.ts';
import { MemoryLog } from './support/memory-log.ts';

describe('rideOut', () => {
  let clock: ManualClock;
  let logged: MemoryLog;
  let stop: AbortController;
  /** When work was tried, in milliseconds from the start. */
  let triesMs: number[];

  beforeEach(() => {
    clock = new ManualClock(0);
    logged = new MemoryLog();
    stop = new AbortController();
    triesMs = [];
  });

  /** Fails with each of the faults, then succeeds. */
  function ride(...faults: Error[]): Promise<string> {
    const work = async () => {
      triesMs.push(clock.nowMs());
      const fault = faults.shift();
      if (fault) throw fault;
      return 'done';
    };
    const riding = rideOut(work, { clock, log: logged.log, signal: stop.signal });
    riding.catch(() => {});
    return riding;
  }

  const faults = (count: number) => Array.from({ length: count }, () => new RetryLater('The disk is full.'));
  const thrown = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

  it('gives back what the work gives, and says nothing when that works at once', async () => {
    expect(await ride()).to.equal('done');
    expect(logged.lines).to.deep.equal([]);
  });

  it('tries again, with growing pauses of 10 s at most, until it works', async () => {
    const riding = ride(...faults(12));
    await clock.advance(100_000);
    expect(await riding).to.equal('done');
    const pausesMs = triesMs.slice(1).map((atMs, index) => atMs - triesMs[index]!);
    expect(pausesMs).to.have.length(12);
    expect(pausesMs[0]).to.be.within(100, 200);
    expect(pausesMs[3]).to.be.within(800, 1_600);
    for (const pauseMs of pausesMs.slice(7)) expect(pauseMs).to.be.within(5_000, 10_000);
  });

  it('logs the beginning and the end of a fault, and nothing in between', async () => {
    const riding = ride(...faults(5));
    await clock.advance(100_000);
    await riding;
    expect(logged.lines.map(({ level }) => level)).to.deep.equal(['error', 'info']);
    expect(logged.lines[0]!.message).to.match(/^The disk is full\./);
    expect(logged.lines[1]!.details).to.deep.equal({ failures: 5 });
  });

  it('throws any other error on, at once', async () => {
    const fault = new TypeError('a bug');
    expect(await thrown(ride(fault))).to.equal(fault);
    expect(triesMs).to.have.length(1);
  });

  it('throws any other error on after having ridden out some faults', async () => {
    const fault = new TypeError('a bug');
    const riding = ride(...faults(2), fault);
    await clock.advance(10_000);
    expect(await thrown(riding)).to.equal(fault);
  });

  it('tries once more when it is told to stop while it waits, and then gives up', async () => {
    const riding = ride(...faults(5));
    await settle();
    stop.abort();
    expect(await thrown(riding)).to.be.instanceOf(RetryLater);
    expect(triesMs).to.deep.equal([0, 0]);
    expect(clock.pending).to.equal(0);
  });

  it('does not wait at all when it was told to stop before', async () => {
    stop.abort();
    expect(await thrown(ride(...faults(5)))).to.be.instanceOf(RetryLater);
    expect(triesMs).to.have.length(1);
    stop = new AbortController();
    expect(await ride()).to.equal('done');
  });
});
