import { expect } from 'chai';
import { OpenApi } from '../support/openapi.ts';
import { OpsStage } from '../support/ops-stage.ts';

/** A page of another site can have its own name point at 127.0.0.1; the browser then sends that name as `Host`. */
describe('a request for another host', () => {
  let stage: OpsStage;
  const open = async (hosts: { host?: string; allowed?: readonly string[] } = {}) => {
    stage = await OpsStage.open({ hosts: { host: '127.0.0.1', allowed: [], ...hosts } });
  };
  afterEach(() => stage.close());

  const statusFor = async (host: string | undefined, url = '/stats') =>
    (await stage.ops.server.inject({ url, headers: { host } as Record<string, string> })).statusCode;

  for (const host of [
    'localhost',
    'localhost:8000',
    'LocalHost:8000',
    'localhost.',
    'pipeline.localhost:8000',
    '127.0.0.1',
    '127.0.0.1:8000',
    '10.1.2.3:8000',
    '[::1]',
    '[::1]:8000',
    '[FE80::1]:8000',
  ])
    it(`answers ${host}, which no other site can be called`, async () => {
      await open();
      expect(await statusFor(host)).to.equal(200);
    });

  for (const host of [
    'evil.example',
    'evil.example:8000',
    'localhost.evil.example',
    'notlocalhost',
    '127.0.0.1.evil.example',
    '127.0.0.1@evil.example',
    '1.2.3',
    '[evil.example]',
    '[::1',
    '[::1]evil.example',
    'localhost:8000:8000',
    'localhost..',
    '.localhost',
    'a b',
    'x'.repeat(2_000),
  ])
    it(`refuses ${host.slice(0, 40)} with 421, in the shape of all faults`, async () => {
      await open();
      const openApi = await OpenApi.of(stage.ops.server);
      for (const url of ['/stats', '/stats?type=a', '/stats/stream', '/windows', '/', '/docs', '/nothing']) {
        const answer = await stage.ops.server.inject({ url, headers: { host } });
        expect(answer.statusCode, url).to.equal(421);
        expect(answer.json().error).to.include({ status: 421, code: 'misdirected_request' });
        expect(answer.json().error.message).to.include('HTTP_ALLOWED_HOSTS');
        expect(answer.headers).to.include({ 'x-content-type-options': 'nosniff' });
        if (['/stats', '/windows', '/stats/stream'].includes(url))
          expect(openApi.problemsOf(url, answer), url).to.equal(undefined);
      }
    });

  it('says in the log which host it was, so that a name that is missing in the setting can be seen', async () => {
    await open();
    await stage.ops.server.inject({
      url: '/stats',
      headers: { host: `counter.example.com${'x'.repeat(5_000)}` },
    });
    const [{ level, message, details } = {} as never] = stage.logged.lines;
    expect([level, message]).to.deep.equal(['warn', 'A request was refused: Misdirected Request.']);
    expect((details as { reason: string }).reason)
      .to.match(/"counter\.example\.comx+"/)
      .and.have.length.at.most(200);
  });

  it('is answered for a name that is allowed, or that it listens on, however it is written', async () => {
    await open({ host: 'Counter.internal', allowed: ['nps-kata.example.com', 'pipeline'] });
    for (const host of [
      'NPS-kata.example.com',
      'nps-kata.example.com.:443',
      'pipeline:8000',
      'counter.internal',
    ])
      expect(await statusFor(host), host).to.equal(200);
    expect(await statusFor('example.com')).to.equal(421);
    expect(await statusFor('x.pipeline')).to.equal(421);
  });

  it('is answered for probes and metrics, which come by names of all kinds and show nothing of anybody', async () => {
    await open();
    stage.run();
    for (const url of ['/health', '/healthz', '/readyz', '/metrics'])
      expect(await statusFor('nps-kata.monitoring.svc:8000', url), url).to.equal(200);
  });
});
