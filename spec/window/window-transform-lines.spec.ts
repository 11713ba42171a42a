import { once } from 'node:events';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { RetryLater } from '../../lib/errors.ts';
import type { OutboxLine } from '../../lib/state/state-store.ts';
import { createWindowAssigner } from '../../lib/window/window-assigner.ts';
import { START_MS, settle } from '../support/manual-clock.ts';
import { deliveryOf, eventAt, messageOf, rulesWith } from '../support/window-rules.ts';
import { type StageOptions, WatchedStore, WindowStage } from '../support/window-stage.ts';

const deliveryAt = (...seconds: number[]) => deliveryOf(messageOf(seconds.map((second) => eventAt(second))));
/** `type×count #revision` of lines. */
const summaryOf = (lines: readonly string[]) =>
  lines.map((line) => {
    const { window_start, count, revision } = JSON.parse(line);
    return `${window_start.slice(11, 19)} ×${count} #${revision}`;
  });

describe('the lines of the windowing stage', () => {
  let stage: WindowStage;
  afterEach(() => stage.end());

  function open(options: StageOptions = {}): WindowStage {
    stage = new WindowStage(options);
    return stage;
  }

  it('come out when the watermark closes a window', async () => {
    const { transform } = open();
    const deliveries = [deliveryAt(5), deliveryAt(6), deliveryAt(70), deliveryAt(130)];
    const batches: OutboxLine[][] = await Readable.from(deliveries).compose(transform).toArray();
    expect(summaryOf(batches.flat().map(({ line }) => line))).to.deep.equal([
      '10:00:00 ×2 #0',
      '10:01:00 ×1 #0',
    ]);
    expect(deliveries.flatMap(({ outcomes }) => outcomes)).to.have.length(4);
  });

  it('come out when the queue is quiet and the clock has passed the window', async () => {
    const { transform, clock } = open();
    const lines = stage.collect();
    transform.write(deliveryAt(5));
    await clock.advance(120_000);
    expect(lines).to.deep.equal([]);
    stage.isQuiet = true;
    await clock.advance(200);
    expect(summaryOf(lines)).to.deep.equal(['10:00:00 ×1 #0']);
  });

  it('close by quiet exactly as late as the out-of-orderness behind the window’s end', async () => {
    const { transform, clock } = open();
    const lines = stage.collect();
    stage.isQuiet = true;
    transform.write(deliveryAt(5));
    await clock.advance(69_900);
    expect(lines).to.deep.equal([]);
    await clock.advance(200);
    expect(lines).to.have.length(1);
  });

  it('come out of an earlier process’s window, without any message', async () => {
    const store = new WatchedStore();
    await store.transaction((tx) =>
      tx.writeWindow(
        { bounds: { startMs: START_MS, endMs: START_MS + 60_000 }, types: 1, printedMs: undefined },
        new Map([['a', { count: 3, sum: '3.0', revision: 0 }]]),
      ),
    );
    const { clock } = open({ store });
    const lines = stage.collect();
    stage.isQuiet = true;
    await clock.advance(71_000);
    expect(summaryOf(lines)).to.deep.equal(['10:00:00 ×3 #0']);
  });

  it('are revised at most every REVISION_INTERVAL, and without any further message', async () => {
    const { transform, clock } = open();
    const lines = stage.collect();
    transform.write(deliveryAt(5, 70));
    await settle();
    for (let second = 1; second <= 9; second += 1) {
      transform.write(deliveryAt(6));
      await clock.advance(1_000);
    }
    expect(lines).to.have.length(1);
    await clock.advance(1_100);
    expect(summaryOf(lines)).to.deep.equal(['10:00:00 ×1 #0', '10:00:00 ×10 #1']);
    await clock.advance(60_000);
    expect(lines).to.have.length(2);
  });

  for (const stepMs of [-86_400_000, 86_400_000])
    it(`are revised no later, and close by quiet no later, when the wall clock is set by ${stepMs} ms`, async () => {
      // The events are of the right time, so for a clock that is a day behind they are in the future.
      const { transform, clock } = open({ rules: rulesWith({ maxFutureSkewMs: 2 * 86_400_000 }) });
      const lines = stage.collect();
      transform.write(deliveryAt(5, 70));
      await settle();
      clock.step(stepMs);
      transform.write(deliveryAt(6));
      await clock.advance(10_100);
      expect(summaryOf(lines)).to.deep.equal(['10:00:00 ×1 #0', '10:00:00 ×2 #1']);
      // The last message came before the step.
      const lasted = { sinceMs: START_MS, lastedMs: 0 };
      stage.quiet = Object.defineProperty(lasted, 'lastedMs', { get: () => clock.monotonicMs() });
      stage.isQuiet = true;
      await clock.advance(stepMs < 0 ? 119_700 : 0);
      expect(lines).to.have.length(2);
      await clock.advance(300);
      expect(summaryOf(lines).slice(2)).to.deep.equal(['10:01:00 ×1 #0']);
    });

  it('of running totals are revised no later when the clock was set back before the start', async () => {
    const store = new WatchedStore();
    const total = createWindowAssigner({ kind: 'total' });
    const dayAhead = { clockMs: START_MS + 86_400_000, fenceMs: 0 };
    await store.transaction(async (tx) => {
      await tx.writeWindow(
        { bounds: total(0)[0]!, types: 1, printedMs: dayAhead.clockMs },
        new Map([['a', { count: 3, sum: '3.0', revision: 1 }]]),
      );
      await tx.writeRetention(dayAhead);
    });
    const stateClockMs = (await store.readRetention()).clockMs;
    const { clock } = open({ store, stateClockMs, rules: rulesWith({ assign: total }) });
    const lines = stage.collect();
    await clock.advance(10_100);
    expect(lines.map((line) => JSON.parse(line).revision)).to.deep.equal([1]);
  });

  it('left undelivered by an earlier process come first, in order, byte for byte, all of them', async () => {
    const store = new WatchedStore();
    const texts = Array.from({ length: 2_500 }, (_, index) => `left over ${index}`);
    await store.transaction((tx) => tx.addLines(texts));
    const { transform } = open({ store });
    const lines = stage.collect();
    transform.end(deliveryAt(5, 70));
    await once(transform, 'end');
    expect(lines.slice(0, 2_500)).to.deep.equal(texts);
    expect(summaryOf(lines.slice(2_500))).to.deep.equal(['10:00:00 ×1 #0']);
  });

  it('come out completely when more are due than one commit may print', async () => {
    const { transform } = open({ rules: rulesWith({ maxTypesPerWindow: 20_000 }) });
    const lines = stage.collect();
    const types = Array.from({ length: 12_000 }, (_, index) => eventAt(5, { type: `type ${index}` }));
    transform.write(deliveryOf(messageOf([...types, eventAt(100)])));
    // Long work gives the event loop a turn now and then, so it is not known how many turns this takes.
    while (lines.length < 12_000) await settle();
    await settle();
    expect(new Set(lines).size).to.equal(12_000);
    expect(lines).to.have.length(12_000);
  });

  it('hold up the commits while nobody reads them, and lose nothing', async () => {
    const { transform, store } = open({ rules: rulesWith({ maxFutureSkewMs: 86_400_000 }) });
    await settle();
    const deliveries = Array.from({ length: 50 }, (_, index) => deliveryAt(index * 60, index * 60 + 75));
    for (const delivery of deliveries) {
      transform.write(delivery);
      await settle();
    }
    const commitsUnread = store.commits;
    expect(commitsUnread).to.be.below(10);
    const unread = deliveries.filter(({ outcomes }) => outcomes.length === 0).length;
    expect(unread).to.be.above(40);

    const lines = stage.collect();
    transform.end();
    await once(transform, 'end');
    expect(store.commits).to.be.above(commitsUnread);
    expect(deliveries.flatMap(({ outcomes }) => outcomes)).to.have.length(50);
    expect(lines).to.deep.equal((await store.readLines(0, 1_000)).map(({ line }) => line));
    expect(lines.length).to.be.above(40);
  });

  it('end only when everything is committed, though the store fails while the input ends', async () => {
    const store = new WatchedStore();
    store.hold();
    const { transform, clock } = open({ store });
    const lines = stage.collect();
    await settle();
    // The stage's first commit is under way; these wait for the next one, which fails.
    const deliveries = [deliveryAt(5), deliveryAt(6), deliveryAt(70)];
    for (const delivery of deliveries) transform.write(delivery);
    transform.end();
    store.faults.push(new RetryLater('full'));
    store.release();
    await settle();
    expect(transform.readableEnded).to.equal(false);
    await clock.advance(1_000);
    expect(deliveries.flatMap(({ outcomes }) => outcomes)).to.deep.equal([
      'acknowledged',
      'acknowledged',
      'acknowledged',
    ]);
    expect(transform.readableEnded).to.equal(true);
    expect(summaryOf(lines)).to.deep.equal(['10:00:00 ×2 #0']);
    expect(stage.fault).to.equal(undefined);
  });

  it('end when the input ends: what was still lingering is committed, with the last confirmations', async () => {
    const { transform, store, clock } = open({ pollers: 3 });
    await settle();
    store.commits = 0;
    const lines = stage.collect();
    const delivery = deliveryAt(5, 70);
    transform.write(delivery);
    await settle();
    expect(store.commits).to.equal(0);
    transform.end();
    await once(transform, 'end');
    expect(delivery.outcomes).to.deep.equal(['acknowledged']);
    expect(lines).to.have.length(1);
    await settle();
    expect(clock.pending).to.equal(0);
  });
});
