import { expect } from 'chai';
import { OpsStage } from '../support/ops-stage.ts';

const POLICY = /default-src 'self'.*frame-ancestors 'none'/;

describe('what cannot be answered', () => {
  let stage: OpsStage;
  beforeEach(async () => {
    stage = await OpsStage.open();
  });
  afterEach(() => stage.close());

  const logged = (requestId: string) =>
    stage.logged.lines.filter(
      ({ details }) => (details as { request_id?: string })?.request_id === requestId,
    );

  for (const [method, url, status, code] of [
    ['GET', '/nothing', 404, 'not_found'],
    ['GET', '/stats/', 404, 'not_found'],
    ['GET', '/../../etc/passwd', 404, 'not_found'],
    ['GET', '/assets/..%2f..%2fplugin.ts', 404, 'not_found'],
    ['GET', '/docs/static/..%2f..%2fpackage.json', 404, 'not_found'],
    ['GET', '/%zz', 400, 'bad_request'],
    ['GET', '/windows?limit=x', 400, 'bad_request'],
    ['POST', '/stats', 405, 'method_not_allowed'],
    ['DELETE', '/nothing', 405, 'method_not_allowed'],
    ['OPTIONS', '/stats', 405, 'method_not_allowed'],
  ] as const)
    it(`is said in one shape, with an id that is in the log: ${method} ${url} is ${status}`, async () => {
      const answer = await stage.ops.server.inject({
        method,
        url,
        payload: method === 'POST' ? '{' : undefined!,
      });
      expect(answer.statusCode).to.equal(status);
      expect(answer.headers['content-type']).to.match(/^application\/json/);
      expect(answer.headers['content-security-policy']).to.match(POLICY);
      const { error } = answer.json();
      expect(error).to.have.all.keys('status', 'code', 'message', 'request_id').and.include({ status, code });
      expect(answer.headers['x-request-id']).to.equal(error.request_id);
      expect(logged(error.request_id)).to.have.length(1);
      if (status === 405) expect(answer.headers.allow).to.equal('GET, HEAD');
    });

  it('is a 500 that tells nothing of the cause, which is in the log', async () => {
    await stage.counting.store.close();
    const answer = await stage.get('/stats');
    expect(answer.statusCode).to.equal(500);
    const { error } = answer.json();
    expect(error).to.include({ status: 500, code: 'internal_server_error' });
    expect(answer.body).not.to.match(/sqlite|database/i);
    const [line] = logged(error.request_id);
    expect(line).to.include({ level: 'error' });
    stage.counting.store.close = async () => {};
  });

  it('does not fill the log: of many refusals a few a second are written', async () => {
    for (let request = 0; request < 50; request += 1) await stage.get('/nothing');
    expect(stage.logged.at('warn')).to.have.length(10);
    await stage.clock.advance(1_000);
    await stage.get('/nothing');
    expect(stage.logged.at('warn')).to.have.length(11);
  });
});

describe('every answer', () => {
  let stage: OpsStage;
  before(async () => {
    stage = await OpsStage.open();
  });
  after(() => stage.close());

  for (const url of ['/', '/docs', '/stats', '/metrics', '/openapi.json', '/health'])
    it(`has the headers that keep a browser safe: ${url}`, async () => {
      const { headers } = await stage.ops.server.inject({ url, headers: { origin: 'https://evil.example' } });
      expect(headers['content-security-policy'])
        .to.match(POLICY)
        .and.not.match(/unsafe|https?:|\*/);
      expect(headers).to.include({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).to.deep.equal([]);
    });

  it('has no body when only its head was asked for', async () => {
    for (const url of ['/health', '/stats', '/metrics', '/windows', '/stats/stream']) {
      const { statusCode, body } = await stage.ops.server.inject({ method: 'HEAD', url });
      expect([statusCode, body], url).to.deep.equal([200, '']);
    }
  });

  it('has an id of its own, whatever the client calls its request', async () => {
    const inject = () =>
      stage.ops.server.inject({ url: '/health', headers: { 'x-request-id': 'mine', 'request-id': 'mine' } });
    const ids = [(await inject()).headers['x-request-id'], (await inject()).headers['x-request-id']];
    expect(new Set(ids).size).to.equal(2);
    expect(ids).not.to.include('mine');
  });
});
