import { expect } from 'chai';
import { cached, politely } from '../../lib/ops/polite-reader.ts';
import type { StateReader } from '../../lib/state/state-reader.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';

describe('reading the state politely', () => {
  const clock = new ManualClock();
  /** A read that takes 10 ms. */
  const slow = { readLedger: () => clock.advance(10) } as unknown as StateReader;

  it('leaves four times as long as a read took to the commits', async () => {
    const reader = politely(slow, clock);
    const startMs = clock.nowMs();
    let isDone = false;
    await reader.readLedger();
    const second = reader.readLedger().then(() => {
      isDone = true;
    });
    await clock.advance(39);
    expect(isDone).to.equal(false);
    await clock.advance(1);
    await second;
    expect(clock.nowMs() - startMs).to.be.least(60);
  });

  it('refuses when too many wait, and answers again afterwards', async () => {
    const held = Promise.withResolvers<void>();
    const reader = politely({ readLedger: () => held.promise } as unknown as StateReader, clock);
    const waiting = Array.from({ length: 100 }, () => reader.readLedger());
    const refused = await reader.readLedger().catch((error: { statusCode: number }) => error.statusCode);
    expect(refused).to.equal(503);
    held.resolve();
    await Promise.all(waiting);
    await reader.readLedger();
  });

  it('looks up before it searches, and refuses no lookup because many search', async () => {
    const read: string[] = [];
    const held = Promise.withResolvers<void>();
    const reader = politely(
      {
        readWindows: async () => {
          read.push('search');
          await held.promise;
        },
        readLedger: async () => void read.push('ledger'),
        readSizes: async () => void read.push('sizes'),
      } as unknown as StateReader,
      clock,
    );
    const searches = Array.from({ length: 100 }, () => reader.readWindows({} as never));
    const refused = await reader.readWindows({} as never).catch((error: Error) => error.name);
    expect(refused).to.equal('TooBusy');
    const lookups = [reader.readLedger(), reader.readSizes()];
    held.resolve();
    await Promise.all([...lookups, ...searches]);
    expect(read.slice(0, 3)).to.deep.equal(['search', 'ledger', 'sizes']);
    expect(read).to.have.length(102);
  });

  it('goes on after a read that failed', async () => {
    let reads = 0;
    const failing = {
      readLedger: async () => {
        reads += 1;
        if (reads === 1) throw new Error('no');
        return new Map();
      },
    };
    const reader = politely(failing as unknown as StateReader, clock);
    expect(await reader.readLedger().catch((error: Error) => error.message)).to.equal('no');
    expect(await reader.readLedger()).to.deep.equal(new Map());
  });
});

describe('an answer that is kept for a while', () => {
  it('is loaded once for all who ask, and anew when it is too old, whatever the wall clock says', async () => {
    const clock = new ManualClock();
    let loads = 0;
    const load = cached(async () => ++loads, 500, clock);
    expect(await Promise.all([load(), load(), load()])).to.deep.equal([1, 1, 1]);
    clock.step(-86_400_000);
    await clock.advance(499);
    expect(await load()).to.equal(1);
    await clock.advance(1);
    expect(await load()).to.equal(2);
  });

  it('is not kept when it failed', async () => {
    let loads = 0;
    const load = cached(
      async () => {
        loads += 1;
        if (loads === 1) throw new Error('no');
        return loads;
      },
      500,
      new ManualClock(),
    );
    expect(await load().catch((error: Error) => error.message)).to.equal('no');
    await settle();
    expect(await load()).to.equal(2);
  });
});
