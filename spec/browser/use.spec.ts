import { expect } from 'chai';
import { eventBody } from '../integration/bench.ts';
import type { Program } from '../integration/program.ts';
import { Site } from './site.ts';

const HOSTILE_TYPE = `<img src=x onerror="document.title='pwned'">`;
const HOSTILE_BODY = `<img src=x onerror=document.title='pwned'><script>document.title='pwned'</script>`;
/** What somebody who does not see the page steps through; each of these needs a name. */
const NAMED_ROLES = new Set([
  'banner',
  'button',
  'link',
  'radio',
  'slider',
  'table',
  'region',
  'heading',
  'navigation',
]);

describe('the page: in use', () => {
  let site: Site;
  let program: Program;
  before(async () => {
    site = await Site.open();
    const queue = await site.bench.createQueue();
    program = await site.start(queue);
    await queue.send(
      { body: eventBody('purchase', '19.99') },
      { body: eventBody('purchase', '1', '2020-10-06 10:03:05') },
      { body: eventBody('page_view', '1') },
      { body: eventBody('page_view', '1') },
      { body: eventBody('page_view', '1') },
      { body: eventBody(HOSTILE_TYPE, `7${'7'.repeat(300)}`) },
      { body: eventBody('long'.repeat(64), '123456789012345678901234567890.5') },
      { body: HOSTILE_BODY },
      { body: eventBody('in vain', '"1"') },
    );
    await program.untilLines(5);
  });
  after(() => site?.close());
  afterEach(async () => expect(await site.complaints()).to.deep.equal([]));

  it('shows hostile types and bodies as text', async () => {
    const visitor = await site.visit(program);
    await visitor.rowsOnce('#windows', (rows) => rows.some((row) => row[1] === HOSTILE_TYPE));
    await visitor.rowsOnce('#types', (rows) => rows.some(([type]) => type === HOSTILE_TYPE));
    await visitor.page.locator('#examples pre', { hasText: HOSTILE_BODY }).waitFor();
    await visitor.page.getByRole('button', { name: HOSTILE_TYPE }).click();
    await visitor.sees('#types-more', /alone/);
    expect(
      await visitor.page.evaluate('document.querySelectorAll("img, script:not([src])").length'),
    ).to.equal(0);
    expect(await visitor.page.title()).not.to.include('pwned');
  });

  it('shows one type alone, by keyboard, and after a reload', async () => {
    const visitor = await site.visit(program);
    const { page } = visitor;
    const purchase = page.getByRole('button', { name: 'purchase', exact: true });
    await purchase.focus();
    await page.keyboard.press('Enter');
    const isPurchase = (rows: string[][]) => rows.length === 2 && rows.every((row) => row[1] === 'purchase');
    await visitor.rowsOnce('#windows', isPurchase);
    expect(await purchase.getAttribute('aria-pressed')).to.equal('true');
    await page.reload();
    await visitor.rowsOnce('#windows', isPurchase);
    await page.getByRole('button', { name: 'Show all types' }).click();
    await visitor.rowsOnce('#windows', (rows) => rows.length === 5);
  });

  it('changes order and span, and moves through the chart, by keyboard', async () => {
    const visitor = await site.visit(program);
    const { page } = visitor;
    await page.getByRole('radio', { name: 'Newest' }).focus();
    await page.keyboard.press('ArrowRight');
    await visitor.sees('#windows-more', /last printed first/);
    await page.getByRole('radio', { name: '120' }).focus();
    await page.keyboard.press('ArrowLeft');
    expect(await page.getByRole('radio', { name: '30' }).isChecked()).to.equal(true);

    const chart = page.getByRole('slider', { name: /^Sum over time/ });
    await chart.focus();
    await page.keyboard.press('Home');
    expect(await chart.getAttribute('aria-valuetext')).to.match(/^10:02:00 UTC: .*purchase 19\.99/);
    await page.keyboard.press('ArrowRight');
    expect(await chart.getAttribute('aria-valuetext')).to.match(/^10:03:00 UTC: .*purchase 1\.0/);
    await visitor.sees('#readout-time', /10:03:00/);
  });

  it('stands still while it is paused', async () => {
    const visitor = await site.visit(program);
    await visitor.page.getByRole('button', { name: 'Pause' }).click();
    await visitor.sees('#state-text', /^Paused$/);
    const requests = visitor.requests.length;
    await visitor.page.waitForTimeout(3_000);
    expect(visitor.requests.length).to.equal(requests);
    await visitor.page.getByRole('button', { name: 'Resume' }).click();
    await visitor.sees('#state-text', /^Live$/);
  });

  it('has its landmarks, and a name for everything that can be reached', async () => {
    const { page } = await site.visit(program);
    for (const role of ['banner', 'main', 'contentinfo', 'navigation'] as const)
      expect(await page.getByRole(role).count(), role).to.equal(1);
    expect(await page.getByRole('heading', { level: 1 }).count()).to.equal(1);
    const session = await page.context().newCDPSession(page);
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    const reachable = nodes.filter(({ ignored, role }) => !ignored && NAMED_ROLES.has(role?.value));
    const nameless = reachable.filter(({ name, role }) => role?.value !== 'banner' && !name?.value);
    expect(reachable.length).to.be.greaterThan(20);
    expect(nameless.map(({ role }) => role?.value)).to.deep.equal([]);
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`fits a phone without scrolling sideways, ${colorScheme}`, async () => {
      const visitor = await site.visit(program, { viewport: { width: 360, height: 800 }, colorScheme });
      await visitor.rowsOnce('#windows', (rows) => rows.length === 5);
      expect(await visitor.page.evaluate('document.documentElement.scrollWidth')).to.be.at.most(360);
      await visitor.page.locator('#windows details summary').click();
      expect(await visitor.page.evaluate('document.documentElement.scrollWidth')).to.be.at.most(360);
    });
});
