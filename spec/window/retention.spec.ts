import { expect } from 'chai';
import { Counting } from '../support/counting.ts';
import { eventAt, MINUTE_MS, messageOf, rulesWith } from '../support/window-rules.ts';

const DEDUP_RETENTION_MS = 60 * MINUTE_MS;
const QUEUE_RETENTION_MS = 4 * 24 * 60 * MINUTE_MS;

describe('how long an identity is kept', () => {
  let counting: Counting;
  beforeEach(() => {
    counting = new Counting(rulesWith());
  });
  afterEach(() => counting.store.close());

  /** A message that was counted and whose deletion is confirmed. */
  async function countedAndDeleted() {
    const message = messageOf([eventAt(5)]);
    await counting.commit([message]);
    await counting.commit([], { confirmed: [message.identity] });
    return message;
  }

  /** Lets a purge come around, later, and tells whether the message is still known. */
  async function isKnown(message: ReturnType<typeof messageOf>, renewedMs = 0): Promise<boolean> {
    await counting.commit([], { renewedMs });
    const { counted } = await counting.ledger();
    await counting.commit([message], { renewedMs });
    return (await counting.ledger()).counted![0] === counted![0];
  }

  it('is DEDUP_RETENTION of unbroken reading after its deletion was confirmed', async () => {
    const message = await countedAndDeleted();
    counting.nowMs += DEDUP_RETENTION_MS + 1;
    expect(await isKnown(message)).to.equal(false);
  });

  it('begins anew after a break in reading, for everything that is kept', async () => {
    const message = await countedAndDeleted();
    const renewedMs = counting.nowMs + DEDUP_RETENTION_MS;
    counting.nowMs += DEDUP_RETENTION_MS + 1;
    expect(await isKnown(message, renewedMs)).to.equal(true);
    await counting.commit([], { confirmed: [message.identity] });
    counting.nowMs = renewedMs + 2 * DEDUP_RETENTION_MS;
    expect(await isKnown(message, renewedMs)).to.equal(false);
  });

  it('is no longer than without any confirmation, however often reading is interrupted', async () => {
    const message = await countedAndDeleted();
    counting.nowMs += QUEUE_RETENTION_MS + DEDUP_RETENTION_MS;
    expect(await isKnown(message, counting.nowMs)).to.equal(true);
    await counting.commit([], { confirmed: [message.identity] });
    counting.nowMs += QUEUE_RETENTION_MS + DEDUP_RETENTION_MS + 1;
    expect(await isKnown(message, counting.nowMs)).to.equal(false);
  });

  it('goes by the state’s clock, whatever the wall clock says', async () => {
    const message = await countedAndDeleted();
    const stateMs = counting.nowMs;
    await counting.commit([], { nowMs: counting.nowMs + 10 * QUEUE_RETENTION_MS, stateMs });
    await counting.commit([message], { nowMs: counting.nowMs + 10 * QUEUE_RETENTION_MS, stateMs });
    expect((await counting.ledger()).duplicate).to.deep.equal([1, 1]);
  });

  it('is bounded for every identity: a purge goes on where the last one ended, and keeps up with what comes', async () => {
    // Those that are kept stand in front of the others, and are more than one purge looks at.
    const kept = Array.from({ length: 600 }, (_, index) =>
      messageOf([eventAt(5)], { identity: `a${index}` }),
    );
    const messages = Array.from({ length: 2_000 }, () => messageOf([eventAt(5)]));
    await counting.commit(kept);
    await counting.commit(messages);
    const identities = messages.map(({ identity }) => identity);
    await counting.commit([], { confirmed: identities });
    counting.nowMs += DEDUP_RETENTION_MS + 1;
    // Each commit looks at several identities for each that it claims: the rest of a turn, and another whole one.
    for (let commits = 0; commits < 12; commits += 1)
      await counting.commit(Array.from({ length: 100 }, () => messageOf([eventAt(5)])));
    const isFirst = await counting.store.transaction((tx) => tx.claimIdentities(identities, 0));
    expect(isFirst.filter((first) => !first)).to.have.length(0);
  });
});

describe('the fence', () => {
  let counting: Counting;
  beforeEach(() => {
    counting = new Counting(rulesWith());
  });
  afterEach(() => counting.store.close());

  /** Something expired and was forgotten. */
  async function forgetSomething(): Promise<void> {
    const message = messageOf([eventAt(5)]);
    await counting.commit([message]);
    await counting.commit([], { confirmed: [message.identity] });
    counting.nowMs += DEDUP_RETENTION_MS + 1;
    await counting.commit([]);
  }

  it('keeps a commit from taking a duplicate that was in hand when its identity was forgotten', async () => {
    const requestedMs = counting.nowMs;
    const message = messageOf([eventAt(5)], { requestedMs });
    await counting.commit([message]);
    await counting.commit([], { confirmed: [message.identity] });
    // The process stands still, with a second delivery of the message in hand, and then commits something else first.
    counting.nowMs += DEDUP_RETENTION_MS + 1;
    await counting.commit([eventAt(6)]);
    const { fenceMs } = await counting.commit([message]);
    expect(fenceMs).to.equal(counting.nowMs - DEDUP_RETENTION_MS / 2);
    expect(await counting.ledger()).to.deep.equal({ received: [2, 2], counted: [2, 2] });
  });

  it('lets pass what was asked for at the fence or later, and only that', async () => {
    await forgetSomething();
    const fenceMs = counting.nowMs - DEDUP_RETENTION_MS / 2;
    await counting.commit([messageOf([eventAt(5)], { requestedMs: fenceMs - 1 })]);
    expect((await counting.ledger()).counted).to.deep.equal([1, 1]);
    await counting.commit([messageOf([eventAt(5)], { requestedMs: fenceMs })]);
    expect((await counting.ledger()).counted).to.deep.equal([2, 2]);
  });

  it('stays down while nothing is forgotten, however old a delivery is', async () => {
    const requestedMs = counting.nowMs;
    counting.nowMs += 10 * DEDUP_RETENTION_MS;
    await counting.commit([]);
    await counting.commit([messageOf([eventAt(5)], { requestedMs })]);
    expect((await counting.ledger()).counted).to.deep.equal([1, 1]);
  });

  it('is durable, and is a whole number whatever the settings', async () => {
    counting.rules = rulesWith({ dedupRetentionMs: 60_001 });
    const message = messageOf([eventAt(5)]);
    await counting.commit([message]);
    await counting.commit([], { confirmed: [message.identity] });
    counting.nowMs += 60_002;
    await counting.commit([]);
    const { fenceMs, clockMs } = await counting.store.readRetention();
    expect(clockMs - fenceMs).to.equal(30_001);
  });
});
