import { expect } from 'chai';
import type { Ledger, StateTransaction } from '../../../lib/state/state-store.ts';
import { settle } from '../../support/manual-clock.ts';
import { faultOf, type Subject } from './subject.ts';

const LETTER = { body: '🛒 "quoted" \u0000', attributes: { reason: 'invalid_json', detail: 'x' } };
const BOUNDS = { startMs: 0, endMs: 60_000 };
const AGGREGATES = new Map([['a', { count: 1, sum: '1.0', revision: 0 }]]);
const ALL = { openEndMs: Number.MAX_SAFE_INTEGER, printedMs: 0 };

/** Writes to everything there is. */
async function touchEverything(tx: StateTransaction): Promise<void> {
  await tx.claimIdentities(['a'], 1_000);
  await tx.writeProgress({ maxEventTimeMs: 5, horizonMs: -5 });
  await tx.writeWindow({ bounds: BOUNDS, types: 1, printedMs: undefined }, AGGREGATES);
  await tx.addToLedger(new Map([['received', { events: 1, messages: 1 }]]));
  await tx.addLines(['a line']);
  await tx.addDeadLetters([LETTER]);
}

export function describeTransactions(subject: Subject): void {
  const readEverything = async () => ({
    isFirst: (await subject.tx((tx) => tx.claimIdentities(['a'], 1_000)))[0],
    progress: await subject.tx((tx) => tx.readProgress()),
    due: (await subject.tx((tx) => tx.readDueLines(ALL, 10))).length,
    ledger: (await subject.store.readLedger()).size,
    lines: (await subject.store.readLines(0, 10)).map(({ line }) => line),
    letters: (await subject.store.readDeadLetters(0, 10)).map(({ seq: _, name: __, ...letter }) => letter),
  });

  describe('progress', () => {
    it('starts behind everything and is what was written last', async () => {
      expect(await subject.tx((tx) => tx.readProgress())).to.deep.equal({
        maxEventTimeMs: undefined,
        horizonMs: Number.MIN_SAFE_INTEGER,
      });
      for (const progress of [
        { maxEventTimeMs: -1, horizonMs: -2 },
        { maxEventTimeMs: 1_601_978_400_000, horizonMs: 1_601_892_000_000 },
      ]) {
        await subject.tx((tx) => tx.writeProgress(progress));
        expect(await subject.tx((tx) => tx.readProgress())).to.deep.equal(progress);
      }
    });
  });

  describe('the ledger', () => {
    it('adds up, entry by entry', async () => {
      const first: Ledger = new Map([
        ['received', { events: 5, messages: 2 }],
        ['counted', { events: 4, messages: 1 }],
      ]);
      await subject.tx((tx) => tx.addToLedger(first));
      await subject.tx((tx) =>
        tx.addToLedger(new Map([['dead_lettered:too_late', { events: 1, messages: 1 }]])),
      );
      await subject.tx((tx) => tx.addToLedger(new Map([['received', { events: 3, messages: 1 }]])));
      expect(await subject.store.readLedger()).to.deep.equal(
        new Map([
          ['received', { events: 8, messages: 3 }],
          ['counted', { events: 4, messages: 1 }],
          ['dead_lettered:too_late', { events: 1, messages: 1 }],
        ]),
      );
    });
  });

  describe('a transaction', () => {
    it('keeps everything that was done in it, and gives back what its work gave', async () => {
      expect(await subject.tx(async (tx) => touchEverything(tx).then(() => 'done'))).to.equal('done');
      expect(await readEverything()).to.deep.equal({
        isFirst: false,
        progress: { maxEventTimeMs: 5, horizonMs: -5 },
        due: 1,
        ledger: 1,
        lines: ['a line'],
        letters: [LETTER],
      });
    });

    it('leaves nothing behind when its work throws, and throws on the very same error', async () => {
      const fault = new Error('half way');
      const thrown = await faultOf(
        subject.tx(async (tx) => {
          await touchEverything(tx);
          throw fault;
        }),
      );
      expect(thrown).to.equal(fault);
      expect(await readEverything()).to.deep.equal({
        isFirst: true,
        progress: { maxEventTimeMs: undefined, horizonMs: Number.MIN_SAFE_INTEGER },
        due: 0,
        ledger: 0,
        lines: [],
        letters: [],
      });
    });

    it('sees its own writes', async () => {
      const seen = await subject.tx(async (tx) => {
        await touchEverything(tx);
        return { due: await tx.readDueLines(ALL, 10), window: await tx.readWindow(BOUNDS) };
      });
      expect(seen.due).to.have.length(1);
      expect(seen.window).to.deep.equal({ bounds: BOUNDS, types: 1, printedMs: undefined });
    });

    it('does not interleave with another one', async () => {
      const addOne = () =>
        subject.tx(async (tx) => {
          const { maxEventTimeMs = 0 } = await tx.readProgress();
          await settle();
          await tx.writeProgress({ maxEventTimeMs: maxEventTimeMs + 1, horizonMs: 0 });
        });
      await Promise.all([addOne(), addOne(), addOne()]);
      expect((await subject.tx((tx) => tx.readProgress())).maxEventTimeMs).to.equal(3);
    });

    it('is not seen from outside before it has succeeded', async () => {
      const failing = subject.tx(async (tx) => {
        await touchEverything(tx);
        await settle();
        throw new Error('no');
      });
      const seen = Promise.all([subject.store.readLines(0, 10), subject.store.countDeadLetters()]);
      expect(await faultOf(failing)).to.be.an('error');
      expect(await seen).to.deep.equal([[], 0]);
    });
  });

  describe('a store that is closed and opened again', () => {
    it('has kept everything', async () => {
      await subject.tx(touchEverything);
      const [line] = await subject.store.readLines(0, 10);
      await subject.reopen();
      expect(await subject.store.readLines(0, 10)).to.deep.equal([line]);
      expect(await readEverything()).to.deep.equal({
        isFirst: false,
        progress: { maxEventTimeMs: 5, horizonMs: -5 },
        due: 1,
        ledger: 1,
        lines: ['a line'],
        letters: [LETTER],
      });
    });

    it('never gives a sequence number twice, though the outbox was empty', async () => {
      const [before] = await subject.tx((tx) => tx.addLines(['before']));
      await subject.store.removeLines(before!.seq);
      await subject.reopen();
      const [after] = await subject.tx((tx) => tx.addLines(['after']));
      expect(after!.seq).to.be.above(before!.seq);
    });
  });
}
