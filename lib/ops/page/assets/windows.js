/** The windows, in place: a row that changes lights up where it stands. */
import { byId, columnScale, make, setSum, setText, showList } from './dom.js';
import { clockTime, date } from './format.js';

/** @import { LineColours } from './line-colours.js' */
/** @import { Row } from './window-book.js' */

/** As long as the light takes to fade; see `fresh` in the style sheet. */
const FRESH_MS = 3_000;

/**
 * @param {readonly Row[]} rows
 * @param {{ order: string, type: string | undefined, isTotal: boolean }} view
 * @param {LineColours} colours
 */
export function showWindows(rows, { type, isTotal, order }, colours) {
  setText(byId('windows-title'), isTotal ? 'Running totals' : 'Windows');
  const scale = columnScale(rows);
  showList(byId('windows'), rows, {
    key: ({ key }) => key,
    create: createRow,
    update: (element, row) => updateRow(element, row, scale, colours),
  });
  const empty = type === undefined ? 'No window yet.' : `No window of “${type}”.`;
  const orderText =
    order === 'printed' ? 'last printed first' : isTotal ? 'most events first' : 'newest first';
  const what = isTotal ? 'Of all time' : 'UTC';
  setText(byId('windows-more'), rows.length === 0 ? empty : `${what}, ${orderText}.`);
}

/** @param {Row} row */
function createRow({ type, startMs, endMs }) {
  const bounds = make('th', 'window');
  bounds.setAttribute('scope', 'row');
  if (startMs === undefined || endMs === undefined) bounds.append('total');
  else {
    const end = make('span', 'end', `–${clockTime(endMs)}`);
    const day = make('span', 'day', `${date(startMs)} `);
    day.hidden = date(startMs) === date(Date.now());
    bounds.append(day, clockTime(startMs), end);
  }
  const name = make('span', 'type', make('i', 'swatch'), make('bdi', '', type));
  name.title = type;
  return make(
    'tr',
    '',
    bounds,
    make('td', 'type-cell', name),
    make('td', 'number count'),
    make('td', 'number sum', make('span', 'exact')),
    make('td', 'number revision', make('span', 'badge')),
  );
}

/**
 * @param {HTMLElement} element
 * @param {Row} row
 * @param {number} scale
 * @param {LineColours} colours
 */
function updateRow(element, { type, count, sum, revision, startMs, seenMs }, scale, colours) {
  const [, typeCell, counted, summed, revised] = element.children;
  /** @type {HTMLElement} */ (typeCell.querySelector('i')).dataset.line = colours.nameOf(type);
  setText(counted, count.toLocaleString('en'));
  setSum(/** @type {HTMLElement} */ (summed.firstElementChild), sum, scale);
  const badge = /** @type {HTMLElement} */ (revised.firstElementChild);
  const printed = revision === null ? 'open' : String(revision);
  setText(badge, printed);
  // A running total is printed again and again; only of a window is it worth a mark.
  const kind = revision !== null && revision > 0 && startMs !== undefined ? 'revised' : 'first';
  badge.dataset.kind = revision === null ? 'open' : kind;
  // An open window changes all the time; what is news is that it was printed, or printed again.
  if (revision !== null && element.dataset.printed !== printed && Date.now() - seenMs < FRESH_MS)
    lightUp(element);
  element.dataset.printed = printed;
}

/** @param {HTMLElement} element */
function lightUp(element) {
  // Two names for the same light: a second revision within the first one's time starts it anew.
  const name = element.dataset.fresh === 'a' ? 'b' : 'a';
  element.dataset.fresh = name;
  setTimeout(() => {
    if (element.dataset.fresh === name) delete element.dataset.fresh;
  }, FRESH_MS);
}
