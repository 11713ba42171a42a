import { expect } from 'chai';
import { RetryLater } from '../../lib/errors.ts';
import { WatchedOutlet } from '../../lib/sink/watched-outlet.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { ManualOutlet } from '../support/manual-outlet.ts';
import { MemoryLog } from '../support/memory-log.ts';

describe('a stdout that is watched', () => {
  let stdout: ManualOutlet;
  let clock: ManualClock;
  let logged: MemoryLog;
  let told: string[];
  let faults: Error[];
  let countLines: () => Promise<number>;
  let outlet: WatchedOutlet;
  beforeEach(() => {
    stdout = new ManualOutlet();
    clock = new ManualClock();
    logged = new MemoryLog();
    told = [];
    faults = [];
    countLines = async () => 7;
    outlet = new WatchedOutlet(stdout, {
      countLines: () => countLines(),
      clock,
      log: logged.log,
      observer: {
        stdoutBlocked: (lines) => told.push(`blocked ${lines}`),
        stdoutUnblocked: () => told.push('unblocked'),
      },
      onFault: (error) => faults.push(error),
    });
  });
  afterEach(() => outlet.close());

  /** A write of ten bytes, and what became of it. */
  function write(): Promise<number | Error> {
    return outlet.write(Buffer.alloc(10)).catch((error: Error) => error);
  }

  it('hands on what is written, and what is answered', async () => {
    const writing = write();
    await stdout.take(4);
    expect(await writing).to.equal(4);
    stdout.isCut = true;
    expect(await outlet.endsInHalfLine()).to.equal(true);
    const fault = new Error('gone');
    const failing = write();
    await stdout.refuse(fault);
    expect(await failing).to.equal(fault);
  });

  it('is said to be blocked also when the state cannot tell at the moment how much waits', async () => {
    countLines = () => Promise.reject(new RetryLater('disk I/O error'));
    write();
    await clock.advance(10_000);
    expect(logged.at('error')).to.have.length(1);
    expect(logged.at('error')[0]).to.include('not known now');
    expect(faults).to.deep.equal([]);
    expect(told).to.have.length(1);
  });

  it('is said to be blocked, once, after 10 s without a byte taken, with how much waits', async () => {
    write();
    await clock.advance(9_999);
    expect(told).to.deep.equal([]);
    await clock.advance(1);
    expect(told).to.deep.equal(['blocked 7']);
    await clock.advance(3_600_000);
    expect(told).to.deep.equal(['blocked 7']);
    expect(logged.lines).to.deep.equal([
      {
        level: 'error',
        message:
          'stdout has taken nothing for 10 s. Lines that wait for it: 7. Counting waits with them; nothing is lost.',
        details: { lines: 7 },
      },
    ]);
  });

  it('is said to go on with the first byte that it takes, once', async () => {
    write();
    await clock.advance(25_000);
    await stdout.take(1);
    write();
    await stdout.take(1);
    expect(told).to.deep.equal(['blocked 7', 'unblocked']);
    expect(logged.at('info')).to.deep.equal(['stdout takes lines again.']);
    expect(logged.lines.at(-1)!.details).to.deep.equal({ seconds: 25 });
  });

  it('is not blocked while nothing waits for it, nor while it takes a little now and then', async () => {
    await clock.advance(60_000);
    for (let times = 0; times < 10; times += 1) {
      write();
      await clock.advance(9_000);
      await stdout.take(1);
    }
    await clock.advance(60_000);
    expect(logged.lines).to.deep.equal([]);
    expect(clock.pending).to.equal(0);
  });

  it('is blocked by refusals, too, and by a sync that does not end', async () => {
    for (let tries = 0; tries < 3; tries += 1) {
      write();
      await stdout.refuse(new RetryLater('full.'));
      await clock.advance(4_000);
    }
    expect(told).to.deep.equal(['blocked 7']);
    write();
    await stdout.take();
    await clock.advance(60_000);
    stdout.holdSync();
    const syncing = outlet.sync();
    await clock.advance(10_000);
    await stdout.endSync();
    await syncing;
    expect(told).to.deep.equal(['blocked 7', 'unblocked', 'blocked 7', 'unblocked']);
  });

  it('does not flap: for a minute after it went on it is not called blocked again', async () => {
    for (let at = 0; at < 3_600_000; at += 15_000) {
      write();
      await clock.advance(15_000);
      await stdout.take(1);
    }
    expect(logged.at('error')).to.have.length.within(40, 60);
    expect(logged.at('info')).to.have.length.within(40, 60);
  });

  it('takes no notice of a wall clock that is set', async () => {
    write();
    clock.step(3_600_000);
    await clock.advance(9_000);
    expect(told).to.deep.equal([]);
    clock.step(-7_200_000);
    await clock.advance(1_000);
    expect(told).to.deep.equal(['blocked 7']);
  });

  it('says nothing when it took something while the lines were counted', async () => {
    const counted = Promise.withResolvers<number>();
    countLines = () => counted.promise;
    write();
    await clock.advance(10_000);
    await stdout.take(1);
    write();
    counted.resolve(7);
    await settle();
    expect(told).to.deep.equal([]);
    expect(logged.lines).to.deep.equal([]);
  });

  it('tells when the lines cannot be counted', async () => {
    const fault = new Error('The state is damaged.');
    countLines = () => Promise.reject(fault);
    write();
    await clock.advance(10_000);
    expect(faults).to.deep.equal([fault]);
  });

  it('is not blocked once it is lost or closed', async () => {
    write();
    await stdout.refuse(new Error('Nobody reads it.'));
    await clock.advance(60_000);
    write();
    outlet.close();
    await clock.advance(60_000);
    expect(told).to.deep.equal([]);
  });
});
