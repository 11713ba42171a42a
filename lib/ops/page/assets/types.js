/** The running totals, which are also the key to the charts and the choice of one type. */
import { byId, columnScale, make, setSum, setText, showList } from './dom.js';
import { plural } from './format.js';

/** @import { Total } from './shapes.d.ts' */
/** @import { LineColours } from './line-colours.js' */

const SHOWN = 100;

/**
 * @param {readonly Total[]} ranked
 * @param {string | undefined} chosen
 * @param {LineColours} colours
 * @param {(type: string | undefined) => void} choose
 */
export function showTypes(ranked, chosen, colours, choose) {
  const shown = ranked.slice(0, SHOWN);
  const scale = columnScale(shown);
  const most = ranked[0]?.count ?? 0;
  showList(byId('types'), shown, {
    key: ({ type }) => type,
    create: ({ type }) => {
      const name = make('bdi', '', type || 'all further types');
      const button = make('button', 'type', make('i', 'swatch'), name);
      button.title = type;
      /** @type {HTMLButtonElement} */ (button).disabled = type === '';
      button.addEventListener('click', () =>
        choose(button.getAttribute('aria-pressed') === 'true' ? undefined : type),
      );
      const header = make('th', '', button);
      header.setAttribute('scope', 'row');
      return make(
        'tr',
        '',
        header,
        make('td', 'number count'),
        make('td', 'number sum', make('span', 'exact')),
      );
    },
    update: (row, { type, count, sum }) => {
      const [header, counted, summed] = row.children;
      const button = /** @type {HTMLElement} */ (header.firstElementChild);
      /** @type {HTMLElement} */ (button.firstElementChild).dataset.line = colours.nameOf(type);
      button.setAttribute('aria-pressed', String(type === chosen));
      row.style.setProperty('--share', `${(100 * count) / most}%`);
      setText(counted, count.toLocaleString('en'));
      setSum(/** @type {HTMLElement} */ (summed.firstElementChild), sum, scale);
    },
  });
  byId('all-types').hidden = chosen === undefined;
  setText(byId('types-more'), moreText(ranked.length, chosen));
}

/**
 * @param {number} types
 * @param {string | undefined} chosen
 */
function moreText(types, chosen) {
  if (chosen !== undefined) return `Charts and windows show “${chosen}” alone.`;
  if (types > SHOWN) return `The first ${SHOWN} of ${plural(types, 'type')}, by count.`;
  return types === 0 ? 'Nothing counted yet.' : `${plural(types, 'type')}. Choose one to see it alone.`;
}
