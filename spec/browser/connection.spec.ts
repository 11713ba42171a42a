import { expect } from 'chai';
import { eventBody } from '../integration/bench.ts';
import { addressOf, Site } from './site.ts';

describe('the page: when something is gone', () => {
  let site: Site;
  before(async () => {
    site = await Site.open();
  });
  after(() => site?.close());

  it('says that the program is gone, keeps what was known, and recovers by itself', async () => {
    const queue = await site.bench.createQueue({ VisibilityTimeout: '2' });
    const first = await site.start(queue);
    const visitor = await site.visit(first);
    await queue.send({ body: eventBody('purchase', '0.1') });
    await visitor.rowsOnce('#windows', (rows) => rows.some((row) => row[4] === '0'));

    await first.kill('SIGKILL');
    await visitor.sees('#notices', /No connection to the program since .* UTC/);
    await visitor.sees('#state-text', /^Not connected$/);
    expect(await visitor.page.title()).to.match(/^\(Not connected\)/);
    expect((await visitor.rows('#windows'))[0]!.slice(1)).to.deep.equal(['purchase', '1', '0.1', '0']);

    const { port } = new URL(addressOf(first));
    await queue.send({ body: eventBody('purchase', '0.2') });
    await site.start(queue, { HTTP_PORT: port });
    await visitor.sees('#state-text', /^Live$/);
    expect(await visitor.page.locator('.notice').count()).to.equal(0);
    await visitor.rowsOnce('#windows', (rows) => rows.some((row) => row[2] === '2' && row[3] === '0.3'));
    // Chromium itself notes each request that found nobody; that is all there may be.
    expect((await site.complaints()).filter((text) => !/net::ERR_/.test(text))).to.deep.equal([]);
  });

  it('says that the queue does not answer, and when it does again', async () => {
    const program = await site.start(await site.bench.createQueue());
    const visitor = await site.visit(program);
    // The rest of the program is real; an SQS that fails is the matter of other specs.
    await visitor.page.route('**/stats', async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace('"reachable":true', '"reachable":false');
      await route.fulfill({ response, body });
    });
    await visitor.sees('#notices', /The queue events-\d+ does not answer/);
    await visitor.sees('#state-text', /^Queue does not answer$/);
    await visitor.page.unroute('**/stats');
    await visitor.sees('#state-text', /^Live$/);
    expect(await visitor.page.locator('.notice').count()).to.equal(0);
    expect(await site.complaints()).to.deep.equal([]);
  });
});
