/** Puts the page together: what the feed tells goes to the panels, what the reader chooses does too. */
import { addSample, chartOfTotals, chartOfWindows } from './chart-data.js';
import { Charts } from './charts.js';
import { showConnection } from './connection.js';
import { showDeadLetters } from './dead-letters.js';
import { byId, setText } from './dom.js';
import { byCount, canParseExactly } from './exact.js';
import { Feed, fetchExactly } from './feed.js';
import { showLedger } from './ledger.js';
import { LineColours } from './line-colours.js';
import { showTypes } from './types.js';
import { showVitals } from './vitals.js';
import { WindowBook } from './window-book.js';
import { showWindows } from './windows.js';

/** @import { Stats, Total } from './shapes.d.ts' */

/** Lines come in bursts; the page is drawn once for all of them. */
const DRAW_EVERY_MS = 250;

const book = new WindowBook();
const colours = new LineColours();
const charts = new Charts(colours);
/** @type {{ timeMs: number, totals: Total[] }[]} */
const samples = [];
/** @type {Stats | undefined} */
let stats;
let isDrawDue = false;
/** @type {{ type: string | undefined, order: 'newest' | 'printed', windows: number }} */
const choice = { type: typeInAddress(), order: 'newest', windows: 120 };

const feed = new Feed({
  onState: () => drawSoon(),
  onStats(told) {
    // A state that began later is another one: what is known of the former does not belong to it.
    if (stats && stats.since !== told.since) forgetEverything();
    stats = told;
    addSample(samples, { timeMs: Date.now(), totals: told.totals });
    drawSoon();
  },
  onWindows(rows, kind) {
    for (const row of rows) book.take(row, kind === 'history' ? 0 : Date.now());
    if (kind === 'history' && rows.length > 0 && rows.length % 1_000 === 0)
      book.cutOffMs = Math.min(...rows.map(({ window_start }) => Date.parse(window_start ?? '') || Infinity));
    drawSoon();
  },
  onLine(line) {
    book.take(line, Date.now());
    drawSoon();
  },
});

function drawSoon() {
  if (isDrawDue) return;
  isDrawDue = true;
  setTimeout(() => {
    isDrawDue = false;
    draw();
  }, DRAW_EVERY_MS);
}

function draw() {
  showConnection(feed.state, stats, () => feed.retry());
  if (!stats) return;
  book.prune();
  const ranked = byCount(stats.totals);
  colours.assign(ranked.flatMap(({ type }) => type || []));
  const types = choice.type === undefined ? colours.types : [choice.type];
  const withOther = choice.type === undefined && ranked.length > types.length;
  const rows = book.rows;
  const isTotal = rows.length > 0 && rows.every(({ startMs }) => startMs === undefined);
  charts.show(
    isTotal
      ? chartOfTotals(samples, { types, withOther })
      : chartOfWindows(rows, { types, withOther, windows: choice.windows, cutOffMs: book.cutOffMs }),
    isTotal ? 'totals' : 'windows',
  );
  showVitals(stats);
  showLedger(stats.ledger);
  showTypes(ranked, choice.type, colours, chooseType);
  showWindows(book.list(choice.order, choice.type, 200), { ...choice, isTotal }, colours);
  showDeadLetters(stats);
  setText(byId('since'), `Counting since ${stats.since.slice(0, 16).replace('T', ' ')}. All times are UTC.`);
}

/** @param {string | undefined} type */
function chooseType(type) {
  choice.type = type;
  history.replaceState(
    null,
    '',
    type === undefined ? location.pathname : `#type=${encodeURIComponent(type)}`,
  );
  draw();
  if (type === undefined) return;
  // A rare type has few rows among the newest; its own history reaches further back.
  fetchExactly(`/windows?limit=500&type=${encodeURIComponent(type)}`)
    .then(({ windows }) => {
      for (const row of windows) book.take(row, 0);
      drawSoon();
    })
    // The feed says that the connection is gone; the rows that are here stay.
    .catch(() => {});
}

/** A type in the address, so that a link or a reload shows the same. */
function typeInAddress() {
  try {
    return new URLSearchParams(location.hash.slice(1)).get('type') ?? undefined;
  } catch {
    return undefined;
  }
}

function forgetEverything() {
  book.clear();
  samples.length = 0;
}

byId('all-types').addEventListener('click', () => chooseType(undefined));
byId('order').addEventListener('change', ({ target }) => {
  choice.order = /** @type {'newest' | 'printed'} */ (/** @type {HTMLInputElement} */ (target).value);
  draw();
});
byId('span').addEventListener('change', ({ target }) => {
  choice.windows = Number(/** @type {HTMLInputElement} */ (target).value);
  draw();
});
byId('pause').addEventListener('click', ({ currentTarget }) => {
  const button = /** @type {HTMLElement} */ (currentTarget);
  const isPaused = button.getAttribute('aria-pressed') !== 'true';
  button.setAttribute('aria-pressed', String(isPaused));
  feed.pause(isPaused);
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  charts.recolour();
  draw();
});

if (canParseExactly()) feed.start();
else showConnection('unable', undefined, () => {});
