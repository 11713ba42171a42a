import { expect } from 'chai';
import { OpenApi } from '../support/openapi.ts';
import { OpsStage } from '../support/ops-stage.ts';
import { eventAt, messageOf } from '../support/window-rules.ts';

const BAD = messageOf([], {
  body: `<script>alert(1)</script>${'🛒'.repeat(400)}`,
  rejections: [{ reason: 'invalid_json', detail: 'not JSON', index: undefined }],
});

describe('the HTTP API', () => {
  let stage: OpsStage;
  let openApi: OpenApi;
  beforeEach(async () => {
    stage = await OpsStage.open();
    openApi = await OpenApi.of(stage.ops.server);
    stage.run();
    await stage.commit([
      eventAt(5, { value: 0.1 }),
      eventAt(6, { value: '12345678901234567890.25' }),
      eventAt(65, { type: 'a/b ü', value: 1 }),
      BAD,
    ]);
  });
  afterEach(() => stage.close());

  it('documents every endpoint', () => {
    expect(openApi.document.openapi).to.match(/^3\.1/);
    expect(openApi.paths).to.have.members([
      '/health',
      '/healthz',
      '/readyz',
      '/stats',
      '/stats/{type}',
      '/stats/stream',
      '/windows',
      '/metrics',
    ]);
  });

  const documented: ReadonlyArray<readonly [path: string, url: string, status: number]> = [
    ['/health', '/health', 200],
    ['/healthz', '/healthz', 200],
    ['/readyz', '/readyz', 200],
    ['/stats', '/stats', 200],
    ['/stats', '/stats?type=purchase', 200],
    ['/stats', '/stats?type=nothing', 404],
    ['/stats', '/stats?typ=purchase', 400],
    ['/stats', `/stats?type=${'a'.repeat(1_025)}`, 400],
    ['/stats/{type}', '/stats/purchase', 200],
    ['/stats/{type}', '/stats/nothing', 404],
    ['/windows', '/windows', 200],
    ['/windows', '/windows?limit=0', 400],
    ['/metrics', '/metrics', 200],
  ];
  for (const [path, url, status] of documented)
    it(`answers ${url} with ${status}, as its OpenAPI document says`, async () => {
      const answer = await stage.get(url);
      expect(answer.statusCode).to.equal(status);
      expect(openApi.problemsOf(path, answer)).to.equal(undefined);
    });

  it('notices an answer that is not as documented', async () => {
    const answer = { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{"status":1}' };
    expect(openApi.problemsOf('/health', answer)).to.be.an('array');
  });

  it('is documented for people, without any other host', async () => {
    const page = await stage.get('/docs');
    expect(page.statusCode).to.equal(200);
    const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!);
    expect(assets).to.have.length.above(4);
    for (const url of assets) expect((await stage.get(url)).statusCode, url).to.equal(200);
    expect(page.body).not.to.match(/(src|href)="(https?:)?\/\//);
    expect(page.body).not.to.match(/<script>|<style|style=/);
  });

  it('gives running totals with all digits of their sums', async () => {
    const { body } = await stage.get('/stats');
    expect(body).to.include('"totals":[{"type":"a/b ü","count":1,"sum":1.0},');
    expect(body).to.include('{"type":"purchase","count":2,"sum":12345678901234567890.35}]');
    expect((await stage.get('/stats/purchase')).body).to.equal(
      '{"type":"purchase","count":2,"sum":12345678901234567890.35}',
    );
  });

  it('finds a type whatever it is called', async () => {
    const types = ['a/b ü', '__proto__', 'constructor', '%', '🛒'.repeat(256), '<b>', 'a?b#c'];
    await stage.commit(types.map((type) => eventAt(5, { type })));
    for (const type of types) {
      const { statusCode, body } = await stage.get(`/stats/${encodeURIComponent(type)}`);
      expect(statusCode, type).to.equal(200);
      expect(JSON.parse(body).type).to.equal(type);
    }
  });

  it('finds the types that no path can name: stream, the empty one, dots, and what is longest when escaped', async () => {
    const types = ['stream', '.', '..', '%00', 'a\0b', '\0'.repeat(256), 'a&type=b', '+', '🛒'.repeat(256)];
    await stage.commit(types.map((type) => eventAt(5, { type })));
    await stage.counting.store.transaction((tx) => tx.addToTotals([{ type: '', count: 4, sum: '4.5' }]));
    for (const type of [...types, '']) {
      const answer = await stage.get(`/stats?type=${encodeURIComponent(type)}`);
      expect(answer.statusCode, type).to.equal(200);
      expect(answer.json()).to.have.all.keys('type', 'count', 'sum').and.include({ type });
      expect(openApi.problemsOf('/stats', answer), type).to.equal(undefined);
    }
    expect((await stage.get('/stats?type=')).body).to.equal('{"type":"","count":4,"sum":4.5}');
  });

  it('refuses a query that it does not understand, rather than to answer another one', async () => {
    for (const query of ['typ=a', 'type=a&type=b', 'type[]=a', '_=1'])
      expect((await stage.get(`/stats?${query}`)).statusCode, query).to.equal(400);
  });

  it('gives ledger, watermark, queue, pollers and outbox', async () => {
    stage.deadLettersWaiting = 1;
    const stats = (await stage.get('/stats')).json();
    expect(stats.ledger.received).to.deep.equal({ events: 4, messages: 4 });
    expect(stats.ledger.dead_lettered.invalid_json).to.deep.equal({ events: 1, messages: 1 });
    expect(stats.ledger.balanced).to.equal(true);
    expect(stats.watermark).to.equal('2020-10-06T10:00:55Z');
    expect(stats.watermark_lag_seconds).to.equal(-54);
    expect(stats.queue).to.deep.equal({
      name: 'events',
      reachable: true,
      quiet: true,
      waiting: 7,
      in_flight: 3,
    });
    expect(stats).to.include({ pollers: 8, open_windows: 2 });
    expect(stats.outbox).to.deep.equal({ lines: 0, dead_letters: 1 });
  });

  it('shows the latest dead letters, the beginning of each, and no more than 20', async () => {
    const [example] = (await stage.get('/stats')).json().dead_letter_examples;
    expect(example).to.include({ at: '2020-10-06T10:00:00Z', reason: 'invalid_json', detail: 'not JSON' });
    expect(example.body).to.match(/^<script>/);
    expect(Array.from(example.body as string)).to.have.length(300);
    const many = Array.from({ length: 30 }, (_, index) => ({
      ...BAD,
      identity: `bad-${index}`,
      body: `bad ${index}`,
    }));
    await stage.commit(many);
    const examples = (await stage.get('/stats')).json().dead_letter_examples as { body: string }[];
    expect(examples.map(({ body }) => body)).to.deep.equal(
      Array.from({ length: 20 }, (_, index) => `bad ${29 - index}`),
    );
  });

  it('is not ready before the pipeline runs and after its end, and says which part is in the way', async () => {
    const checks = async () => {
      const { statusCode, body } = await stage.get('/readyz');
      const answer = JSON.parse(body) as { ready: boolean; checks: Record<string, { ok: boolean }> };
      expect(statusCode).to.equal(answer.ready ? 200 : 503);
      return Object.entries(answer.checks).flatMap(([name, { ok }]) => (ok ? [] : [name]));
    };
    expect(await checks()).to.deep.equal([]);
    stage.isReceptionFailing = true;
    expect(await checks()).to.deep.equal(['queue']);
    stage.ops.observer.commitFailed();
    expect(await checks()).to.deep.equal(['queue', 'store']);
    stage.deadLettersWaiting = 10_000;
    expect(await checks()).to.deep.equal(['queue', 'store', 'outbox']);
    expect(openApi.problemsOf('/readyz', await stage.get('/readyz'))).to.equal(undefined);
    stage.isReceptionFailing = false;
    stage.deadLettersWaiting = 3;
    stage.ops.observer.stdoutBlocked(7);
    expect(await checks()).to.deep.equal(['store', 'outbox']);
    expect((await stage.get('/readyz')).json().checks.outbox.detail).to.equal(
      'stdout takes nothing. Lines that wait for it: 7. 3 of at most 10000 dead letters wait for their queue.',
    );
    stage.ops.observer.stdoutUnblocked();
    await stage.commit([]);
    expect(await checks()).to.deep.equal([]);
    stage.ops.observer.ended();
    expect(await checks()).to.deep.equal(['queue', 'store', 'outbox']);
  });

  it('asks SQS for the depth only while somebody looks, and at most every 5 s', async () => {
    for (let second = 0; second < 20; second += 1) {
      await stage.get('/stats');
      await stage.clock.advance(1_000);
    }
    expect(stage.attributesAsked).to.be.within(4, 5);
    await stage.clock.advance(120_000);
    const asked = stage.attributesAsked;
    expect(asked).to.be.below(20);
    await stage.clock.advance(3_600_000);
    expect(stage.attributesAsked).to.equal(asked);
  });

  it('says that it does not know the depth while SQS does not answer', async () => {
    stage.attributes = new Error('down');
    const { queue } = (await stage.get('/stats')).json();
    expect(queue).to.include({ waiting: null, in_flight: null });
  });
});
