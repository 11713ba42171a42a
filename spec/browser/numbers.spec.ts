import { expect } from 'chai';
import { eventBody } from '../integration/bench.ts';
import { parseLine, Site } from './site.ts';

describe('the page: numbers', () => {
  let site: Site;
  before(async () => {
    site = await Site.open();
  });
  after(() => site?.close());
  afterEach(async () => expect(await site.complaints()).to.deep.equal([]));

  it('agree with stdout, sums to their last digit', async () => {
    const queue = await site.bench.createQueue();
    const program = await site.start(queue);
    const visitor = await site.visit(program);
    await queue.send(
      ...Array.from({ length: 30 }, () => ({ body: eventBody('purchase', '0.1') })),
      { body: eventBody('refund', '-12345678901234567890.123456789') },
      { body: eventBody('refund', '-0.000000001') },
      { body: eventBody('page_view', `1${'0'.repeat(60)}.5`) },
    );
    await program.until(() => program.lines.reduce((sum, line) => sum + JSON.parse(line).count, 0) >= 33);

    const latest = new Map(program.lines.map((line) => [parseLine(line).type, parseLine(line)]));
    const printed = [...latest.values()].map(({ type, count, sum, revision }) => [
      type,
      count,
      sum,
      revision,
    ]);
    const shown = await visitor.rowsOnce('#windows', (rows) =>
      printed.every(([type, count]) => rows.some((row) => row[1] === type && row[2] === count)),
    );
    for (const [type, count, sum, revision] of printed) {
      const row = shown.find((cells) => cells[1] === type)!;
      expect(row[2], type).to.equal(count);
      // A sum that is too long for its column is folded: the beginning, and inside it all of it.
      expect(row[3]!.endsWith(sum!), `${row[3]} for ${sum}`).to.equal(true);
      expect(row[4], type).to.equal(revision);
    }
    expect(latest.get('refund')!.sum).to.equal('-12345678901234567890.12345679');

    const totals = await visitor.rowsOnce('#types', (rows) => rows.some(([, count]) => count === '30'));
    expect(totals.find(([type]) => type === 'purchase')).to.deep.equal(['purchase', '30', '3.0']);
    await visitor.sees('#ledger-verdict', /Balanced/);
    await visitor.sees(
      '#ledger-equation',
      /33 received\s*=\s*33 counted\s*\+\s*0 duplicate\s*\+\s*0 dead-lettered/,
    );
    await visitor.sees('#readout', /purchase/);
  });

  it('are followed by the revision that a late event brings', async () => {
    const queue = await site.bench.createQueue();
    const program = await site.start(queue);
    const visitor = await site.visit(program);
    await queue.send({ body: eventBody('purchase', '5') }, { body: eventBody('page_view', '1') });
    await visitor.rowsOnce('#windows', (rows) => rows.some((row) => row[1] === 'purchase' && row[4] === '0'));

    const lightsUp = visitor.page.locator('#windows tr[data-fresh]', { hasText: 'purchase' });
    await queue.send({ body: eventBody('purchase', '2.5') });
    await lightsUp.waitFor({ timeout: 10_000 });
    const rows = await visitor.rowsOnce('#windows', (shown) => shown.some((row) => row[4] === '1'));
    expect(rows.find((row) => row[4] === '1')!.slice(1)).to.deep.equal(['purchase', '2', '7.5', '1']);
    expect(parseLine(program.lines.at(-1)!)).to.deep.equal({
      type: 'purchase',
      count: '2',
      sum: '7.5',
      revision: '1',
    });
  });

  it('make sense without windows, too', async () => {
    const queue = await site.bench.createQueue();
    const program = await site.start(queue, { WINDOW: 'total' });
    const visitor = await site.visit(program);
    await queue.send({ body: eventBody('purchase', '0.1') }, { body: eventBody('purchase', '0.2') });
    await visitor.rowsOnce('#windows', (rows) => rows.some((row) => row[2] === '2' && row[3] === '0.3'));
    await visitor.sees('#windows-title', /^Running totals$/);
    await visitor.sees('#charts-title', /^Growth since this page was opened$/);
  });
});
