import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import Fastify, { type FastifyInstance } from 'fastify';
import { pagePlugin } from '../../../lib/ops/page/plugin.ts';

describe('the files of the page', () => {
  let server: FastifyInstance;
  before(async () => {
    server = Fastify();
    await server.register(pagePlugin);
  });
  after(() => server.close());
  const get = (url: string, headers: Record<string, string> = {}) => server.inject({ url, headers });

  it('are all there: each that the page, a style sheet or a module names', async () => {
    const waiting = ['/'];
    const seen = new Set<string>();
    for (let url = waiting.pop(); url; url = waiting.pop()) {
      if (seen.has(url)) continue;
      seen.add(url);
      const { statusCode, body } = await get(url);
      expect(statusCode, url).to.equal(200);
      const named = /(?:href|src)="(\/assets\/[^"]+)"|^import [^;]*?from '\.\/([^']+)'/gm;
      for (const [, path, module] of body.matchAll(named)) waiting.push(path ?? `/assets/${module}`);
    }
    expect(seen).to.include('/assets/uPlot.esm.js').and.to.include('/assets/feed.js');
  });

  it('carry their type and a policy that lets nothing else run', async () => {
    for (const [url, type] of [
      ['/', 'text/html; charset=utf-8'],
      ['/assets/main.js', 'text/javascript; charset=utf-8'],
      ['/assets/base.css', 'text/css; charset=utf-8'],
      ['/assets/icon.svg', 'image/svg+xml'],
    ] as const) {
      const { headers } = await get(url);
      expect(headers['content-type']).to.equal(type);
      expect(headers['content-security-policy'])
        .to.match(/^default-src 'self';/)
        .and.not.include('unsafe');
      expect(headers['x-content-type-options']).to.equal('nosniff');
    }
    expect((await get('/')).body).not.to.match(/ style=| on\w+=|<script>|<style/);
  });

  it('are not sent again to who has them, and sent compressed to who can read that', async () => {
    const { headers, rawPayload } = await get('/assets/uPlot.esm.js');
    const again = await get('/assets/uPlot.esm.js', { 'if-none-match': headers.etag as string });
    expect([again.statusCode, again.body]).to.deep.equal([304, '']);
    const compressed = await get('/assets/uPlot.esm.js', { 'accept-encoding': 'gzip, br' });
    expect(compressed.headers['content-encoding']).to.equal('gzip');
    expect(gunzipSync(compressed.rawPayload).equals(rawPayload)).to.equal(true);
  });

  for (const path of [
    '/assets/../plugin.ts',
    '/assets/%2e%2e/plugin.ts',
    '/assets/..%2fplugin.ts',
    '/assets/shapes.d.ts',
    '/assets/',
    '/assets/__proto__',
    '/index.html',
  ])
    it(`are all that is served: not ${path}`, async () => {
      expect((await get(path)).statusCode).to.equal(404);
    });
});
