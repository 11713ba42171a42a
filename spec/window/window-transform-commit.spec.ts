import { expect } from 'chai';
import { RetryLater } from '../../lib/errors.ts';
import { settle } from '../support/manual-clock.ts';
import { deliveryOf, eventAt, messageOf } from '../support/window-rules.ts';
import { type StageOptions, WindowStage } from '../support/window-stage.ts';

const someDelivery = (seconds = 5) => deliveryOf(messageOf([eventAt(seconds)]));

describe('the windowing stage', () => {
  let stage: WindowStage;
  afterEach(() => stage.end());

  /** A stage that has made its first commit, which looks what an earlier process left. */
  async function started(options: StageOptions = {}): Promise<WindowStage> {
    stage = new WindowStage(options);
    await settle();
    stage.store.commits = 0;
    return stage;
  }

  const counted = async () => (await stage.store.readLedger()).get('counted')?.events ?? 0;

  it('commits once, and at once, when every poller has brought something', async () => {
    const { transform, store } = await started({ pollers: 3 });
    const deliveries = [someDelivery(), someDelivery(), someDelivery()];
    for (const delivery of deliveries) transform.write(delivery);
    await settle();
    expect(store.commits).to.equal(1);
    expect(await counted()).to.equal(3);
    expect(deliveries.map(({ outcomes }) => outcomes)).to.deep.equal([
      ['acknowledged'],
      ['acknowledged'],
      ['acknowledged'],
    ]);
  });

  it('waits for the other pollers no longer than the linger, from the first delivery on', async () => {
    const { transform, store, clock } = await started({ pollers: 3, lingerMs: 50 });
    transform.write(someDelivery());
    await clock.advance(30);
    transform.write(someDelivery());
    await clock.advance(19);
    expect(store.commits).to.equal(0);
    await clock.advance(1);
    expect(store.commits).to.equal(1);
    expect(await counted()).to.equal(2);
  });

  it('lingers again for what comes afterwards', async () => {
    const { transform, store, clock } = await started({ pollers: 3, lingerMs: 50 });
    for (let round = 1; round <= 3; round += 1) {
      const delivery = someDelivery();
      transform.write(delivery);
      await clock.advance(50);
      expect(store.commits).to.equal(round);
      expect(delivery.outcomes).to.deep.equal(['acknowledged']);
    }
  });

  it('gathers for the next commit what comes while one is under way', async () => {
    const { transform, store } = await started({ pollers: 1 });
    store.hold();
    const first = someDelivery();
    transform.write(first);
    await settle();
    const later = [someDelivery(), someDelivery(), someDelivery()];
    for (const delivery of later) transform.write(delivery);
    await settle();
    expect(first.outcomes).to.deep.equal([]);
    store.release();
    await settle();
    expect(store.commits).to.equal(2);
    expect([first, ...later].flatMap(({ outcomes }) => outcomes)).to.have.length(4);
  });

  it('takes no more in while very many events wait for their commit', async () => {
    const { transform, store } = await started({ pollers: 1 });
    store.hold();
    transform.write(someDelivery());
    await settle();
    const manyEvents = Array.from({ length: 1_000 }, () => eventAt(5));
    let accepted = 0;
    for (let index = 0; index < 100; index += 1)
      transform.write(deliveryOf(messageOf(manyEvents)), () => {
        accepted += 1;
      });
    await settle();
    expect(accepted).to.be.below(100);
    store.release();
    await settle();
    stage.collect();
    transform.end();
    for (let round = 0; round < 20; round += 1) await settle();
    expect(transform.readableEnded).to.equal(true);
    expect(accepted).to.equal(100);
    expect(await counted()).to.equal(100_001);
  });

  it('acknowledges only what is durable', async () => {
    const { transform, store } = await started();
    store.hold();
    const delivery = someDelivery();
    transform.write(delivery);
    await settle();
    expect(delivery.outcomes).to.deep.equal([]);
    store.release();
    await settle();
    expect(delivery.outcomes).to.deep.equal(['acknowledged']);
  });

  it('rides out a store that asks to try later: one log line, then everything is counted once', async () => {
    const { transform, store, clock, logged } = await started();
    store.faults.push(new RetryLater('The disk is full.'), new RetryLater('The disk is full.'));
    const delivery = someDelivery();
    transform.write(delivery);
    await settle();
    expect(delivery.outcomes).to.deep.equal([]);
    expect(logged.at('error')).to.have.length(1);
    expect(logged.at('error')[0]).to.match(/^The disk is full\./);
    await clock.advance(10_000);
    expect(delivery.outcomes).to.deep.equal(['acknowledged']);
    expect(await counted()).to.equal(1);
    expect(logged.at('error')).to.have.length(1);
    expect(logged.at('info')).to.have.length(1);
  });

  it('abandons what it holds and ends with the fault when the store cannot be used any more', async () => {
    const { transform, store } = await started();
    store.hold();
    transform.write(someDelivery());
    await settle();
    const [failing, waiting] = [someDelivery(), someDelivery()];
    const fault = new Error('The state file is damaged.');
    store.faults.push(fault);
    transform.write(failing);
    store.release();
    await settle();
    transform.write(waiting);
    await settle();
    expect(stage.fault).to.equal(fault);
    expect(failing.outcomes).to.deep.equal(['abandoned']);
    expect(waiting.outcomes).to.not.include('acknowledged');
    expect(transform.destroyed).to.equal(true);
  });

  it('abandons, when it is destroyed, what is not committed, also while it waits for the store', async () => {
    const { transform, store, clock } = await started();
    store.faults.push(new RetryLater('full'), new RetryLater('full'));
    const [failing, gathered] = [someDelivery(), someDelivery()];
    transform.write(failing);
    await settle();
    transform.write(gathered);
    await settle();
    transform.destroy(new Error('another stage failed'));
    await clock.advance(60_000);
    expect([failing.outcomes, gathered.outcomes]).to.deep.equal([['abandoned'], ['abandoned']]);
    expect(await counted()).to.equal(0);
    expect(clock.pending).to.equal(0);
  });

  it('gives back what was in hand when identities were forgotten, and acknowledges the rest', async () => {
    const { transform, store, clock } = await started();
    await store.transaction((tx) => tx.writeRetention({ clockMs: 0, fenceMs: 7 }));
    const [old, fresh] = [6, 7].map((requestedMs) => deliveryOf(messageOf([eventAt(5)], { requestedMs })));
    transform.write(old!);
    await settle();
    transform.write(fresh!);
    await clock.advance(100);
    expect(old!.outcomes).to.deep.equal(['abandoned']);
    expect(fresh!.outcomes).to.deep.equal(['acknowledged']);
    expect(await counted()).to.equal(1);
    expect(stage.logged.at('warn')).to.have.length(1);
    expect(stage.logged.at('warn')[0]).to.include('DEDUP_RETENTION');
  });

  it('tells how many dead letters a commit has put into the outbox, when there are any', async () => {
    const { transform, deadLetters, clock } = await started();
    const bad = { reason: 'invalid_json', detail: 'x', index: undefined } as const;
    transform.write(deliveryOf(messageOf([], { rejections: [bad] }), messageOf([], { rejections: [bad] })));
    await settle();
    transform.write(someDelivery());
    await clock.advance(1_000);
    expect(deadLetters).to.deep.equal([2]);
  });

  it('writes confirmed deletions down with the next commit', async () => {
    const { transform, store, clock } = await started();
    const delivery = someDelivery();
    transform.write(delivery);
    await settle();
    transform.confirmDeleted(delivery.messages[0]!.identity);
    transform.write(someDelivery());
    await clock.advance(10_000);
    expect(store.commits).to.equal(2);
    await clock.advance(3_600_000);
    const nowMs = clock.nowMs();
    await store.transaction((tx) => tx.purgeIdentities({ openBeforeMs: nowMs, closedBeforeMs: nowMs }, 10));
    const isFirst = await store.transaction((tx) =>
      tx.claimIdentities([delivery.messages[0]!.identity], clock.nowMs()),
    );
    expect(isFirst).to.deep.equal([true]);
  });

  it('writes confirmed deletions down by themselves when nothing else is committed for a second', async () => {
    const { transform, store, clock } = await started();
    transform.confirmDeleted('some identity');
    await clock.advance(999);
    expect(store.commits).to.equal(0);
    await clock.advance(101);
    expect(store.commits).to.equal(1);
    await clock.advance(10_000);
    expect(store.commits).to.equal(1);
  });

  it('commits nothing while there is nothing to do', async () => {
    const { store, clock } = await started();
    await clock.advance(60_000);
    expect(store.commits).to.equal(0);
  });
});
