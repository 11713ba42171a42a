import { expect } from 'chai';
import { OpsStage } from '../support/ops-stage.ts';
import { type Family, parsePrometheusText, sampleOf } from '../support/prometheus-text.ts';
import { eventAt, messageOf } from '../support/window-rules.ts';

const BAD = messageOf([], { rejections: [{ reason: 'invalid_json', detail: 'not JSON', index: undefined }] });

describe('GET /metrics', () => {
  let stage: OpsStage;
  beforeEach(async () => {
    stage = await OpsStage.open();
    stage.run();
  });
  afterEach(() => stage.close());

  const scrape = async () => {
    const answer = await stage.get('/metrics');
    expect(answer.headers['content-type']).to.match(/^text\/plain; version=0\.0\.4/);
    return parsePrometheusText(answer.body);
  };
  const ours = (families: ReadonlyMap<string, Family>) =>
    [...families].filter(([name]) => name.startsWith('nps_kata_'));

  it('names units and types by Prometheus’ conventions, each with a help text', async () => {
    for (const [name, { type, help }] of ours(await scrape())) {
      expect(help, name).to.have.length.above(10);
      expect(name.endsWith('_total'), name).to.equal(type === 'counter');
      expect(name).not.to.match(/_(ms|millis|minutes|kb)(_|$)/);
    }
  });

  it('counts what the ledger counts', async () => {
    const again = messageOf([eventAt(5)]);
    await stage.commit([messageOf([eventAt(5), eventAt(6)]), again, BAD]);
    await stage.commit([again]);
    const families = await scrape();
    const value = (name: string) => sampleOf(families, `nps_kata_${name}`);
    expect(value('received_events_total')).to.equal(5);
    expect(value('received_messages_total')).to.equal(4);
    expect(value('counted_events_total')).to.equal(3);
    expect(value('duplicate_messages_total')).to.equal(1);
    expect(value('ledger_balanced')).to.equal(1);
    const letters = (reason: string) => sampleOf(families, 'nps_kata_dead_lettered_events_total', { reason });
    expect([letters('invalid_json'), letters('too_late')]).to.deep.equal([1, 0]);
  });

  it('counts the same again at the next scrape, not twice', async () => {
    await stage.commit([eventAt(5)]);
    await scrape();
    await stage.clock.advance(1_000);
    expect(sampleOf(await scrape(), 'nps_kata_received_events_total')).to.equal(1);
  });

  it('tells how long and how large commits are, how many failed, and how long messages waited', async () => {
    const { observer } = stage.ops;
    observer.commitBegan();
    observer.commitFailed();
    await stage.commit([eventAt(5), eventAt(6)]);
    observer.acknowledged(10, 250);
    const families = await scrape();
    const value = (name: string) => sampleOf(families, `nps_kata_${name}`);
    expect(value('commit_seconds_count')).to.equal(1);
    expect(value('commit_seconds_sum')).to.be.within(0, 5);
    expect(value('commit_messages_sum')).to.equal(2);
    expect(value('commit_failures_total')).to.equal(1);
    expect(value('receive_to_commit_seconds_sum')).to.equal(0.25);
  });

  it('counts dead letters by reason, in events and in messages', async () => {
    const rejections = [0, 1].map((index) => ({ reason: 'schema_violation' as const, detail: 'no', index }));
    await stage.commit([messageOf([eventAt(5)], { body: '[1,2,{}]', rejections }), BAD]);
    const families = await scrape();
    const of = (unit: string, reason: string) =>
      sampleOf(families, `nps_kata_dead_lettered_${unit}_total`, { reason });
    expect([of('events', 'schema_violation'), of('messages', 'schema_violation')]).to.deep.equal([2, 0]);
    expect([of('events', 'invalid_json'), of('messages', 'invalid_json')]).to.deep.equal([1, 1]);
  });

  it('counts late events and how late they are, and the revisions that they bring', async () => {
    const before = await scrape();
    expect(sampleOf(before, 'nps_kata_late_events_total')).to.equal(0);
    expect(sampleOf(before, 'nps_kata_revisions_total')).to.equal(0);
    await stage.commit([eventAt(5), eventAt(130)]);
    stage.counting.nowMs += 60_000;
    await stage.commit([eventAt(50), eventAt(51), eventAt(119.5)]);
    const families = await scrape();
    const value = (name: string, le?: string) =>
      sampleOf(families, `nps_kata_${name}`, le === undefined ? {} : { le });
    expect(value('late_events_total')).to.equal(3);
    expect(value('lateness_seconds_count')).to.equal(3);
    expect(value('lateness_seconds_sum')).to.equal(139.5);
    expect(value('lateness_seconds_bucket', '1')).to.equal(1);
    expect(value('lateness_seconds_bucket', '300')).to.equal(3);
    expect(value('lateness_seconds_bucket', '+Inf')).to.equal(3);
    expect(value('revisions_total')).to.equal(1);
  });

  it('tells how long the oldest message has been in hand', async () => {
    stage.oldestInHandMs = 2_500;
    expect(sampleOf(await scrape(), 'nps_kata_oldest_message_in_hand_seconds')).to.equal(2.5);
  });

  it('counts the requests to SQS by what they are for', async () => {
    Object.assign(stage.requests, { receive: 5, other: 2 });
    const families = await scrape();
    const requests = (operation: string) => sampleOf(families, 'nps_kata_sqs_requests_total', { operation });
    expect(['receive', 'delete', 'extend', 'send', 'other'].map(requests)).to.deep.equal([5, 0, 0, 0, 2]);
  });

  it('counts deletes by their outcome', async () => {
    stage.ops.observer.deleted(10);
    stage.ops.observer.deleteFailed(2);
    const families = await scrape();
    const deletes = (outcome: string) => sampleOf(families, 'nps_kata_deletes_total', { outcome });
    expect([deletes('confirmed'), deletes('failed')]).to.deep.equal([10, 2]);
  });

  it('counts back-pressure also while it lasts', async () => {
    const seconds = async () => sampleOf(await scrape(), 'nps_kata_back_pressure_seconds_total')!;
    expect(await seconds()).to.equal(0);
    stage.ops.observer.heldUp();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const during = await seconds();
    expect(during).to.be.above(0.01);
    stage.ops.observer.released();
    const after = await seconds();
    expect(after).to.be.least(during);
    expect(await seconds()).to.equal(after);
  });

  it('tells whether stdout is blocked', async () => {
    const blocked = async () => {
      await stage.clock.advance(1_000);
      return sampleOf(await scrape(), 'nps_kata_stdout_blocked');
    };
    expect(await blocked()).to.equal(0);
    stage.ops.observer.stdoutBlocked(7);
    expect(await blocked()).to.equal(1);
    stage.ops.observer.stdoutUnblocked();
    expect(await blocked()).to.equal(0);
  });

  it('leaves out what is not known', async () => {
    stage.attributes = new Error('down');
    const before = await scrape();
    expect(sampleOf(before, 'nps_kata_watermark_lag_seconds')).to.equal(undefined);
    expect(sampleOf(before, 'nps_kata_queue_messages_waiting')).to.equal(undefined);
    await stage.commit([eventAt(5)]);
    expect(sampleOf(await scrape(), 'nps_kata_watermark_lag_seconds')).to.equal(6);
  });

  it('tells the age of the oldest window that has not been printed', async () => {
    await stage.commit([eventAt(5)]);
    await stage.clock.advance(90_000);
    expect(sampleOf(await scrape(), 'nps_kata_oldest_unprinted_window_age_seconds')).to.equal(31);
    await stage.commit([eventAt(200)]);
    expect(sampleOf(await scrape(), 'nps_kata_oldest_unprinted_window_age_seconds')).to.equal(0);
  });

  it('has no label whose values come from outside', async () => {
    await stage.commit(['a"b', 'c\nd', 'e\\f'].map((type) => eventAt(5, { type })));
    const labels = new Set<string>();
    for (const [, { samples }] of ours(await scrape()))
      for (const sample of samples) for (const name of sample.labels.keys()) labels.add(name);
    expect([...labels]).to.have.members(['reason', 'outcome', 'operation', 'le']);
  });
});
