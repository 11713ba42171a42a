import { expect } from 'chai';
import fc from 'fast-check';
import { OpenApi } from '../support/openapi.ts';
import { OpsStage } from '../support/ops-stage.ts';
import { eventAt } from '../support/window-rules.ts';

const RUNS = 300;

/** Anything that may stand in a query or a path, and above all what has a meaning somewhere. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('', 'purchase', 'stream', '0', '-1', '1e3', '1001', '..', '%00', '\0', '__proto__', 'null'),
  fc
    .date({ noInvalidDate: false })
    .map((date) => (Number.isNaN(date.getTime()) ? 'NaN' : date.toISOString())),
  fc.constantFrom('9999-12-31T23:59:59Z', '2016-12-31T23:59:60Z', '0000-01-01T00:00:00-23:59'),
);
const cursor = fc
  .oneof(
    fc.tuple(fc.maxSafeInteger(), fc.maxSafeInteger(), fc.string({ unit: 'binary' })),
    fc.array(fc.jsonValue()),
  )
  .map((place) => Buffer.from(JSON.stringify(place)).toString('base64url'));
const query = fc
  .dictionary(fc.constantFrom('type', 'from', 'to', 'limit', 'cursor', 'typ'), fc.oneof(text, cursor), {
    maxKeys: 3,
  })
  .map((parameters) => new URLSearchParams(Object.entries(parameters)).toString());
const host = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('localhost', '127.0.0.1:8000', '[::1]') },
  { weight: 1, arbitrary: fc.stringMatching(/^[!-~]+$/) },
);

/** What a path of `/stats/{type}` becomes for a type that no path can name. */
const ELSEWHERE = new Set(['/', '/stats', '/stats/', '/stats/stream']);

describe('every answer of the API', () => {
  let stage: OpsStage;
  let openApi: OpenApi;
  before(async () => {
    stage = await OpsStage.open();
    openApi = await OpenApi.of(stage.ops.server);
    stage.run();
    await stage.commit([eventAt(5), eventAt(65, { type: 'stream' }), eventAt(130)]);
  });
  after(() => stage.close());

  for (const path of ['/health', '/readyz', '/stats', '/stats/{type}', '/windows', '/metrics'])
    it(`is as its OpenAPI document says, whatever is asked for: ${path}`, async () => {
      const request = fc.record({ type: text, query, host });
      await fc.assert(
        fc.asyncProperty(request, async ({ type, query, host }) => {
          const url = path.replace('{type}', encodeURIComponent(type.toWellFormed()));
          if (ELSEWHERE.has(new URL(url, 'http://localhost').pathname)) return;
          const answer = await stage.ops.server.inject({ url: `${url}?${query}`, headers: { host } });
          expect(openApi.problemsOf(path, answer), url).to.equal(undefined);
          expect(answer.statusCode).to.be.below(500);
          // What is looked up and searched for keeps its distance.
          await stage.clock.advance(200);
        }),
        { numRuns: RUNS },
      );
    }).timeout(60_000);
});
