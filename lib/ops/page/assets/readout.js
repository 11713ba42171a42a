/** The numbers of one point in time, exact and as text: what the lines of a chart cannot say. */
import { byId, make, setText, showList } from './dom.js';
import { grouped } from './exact.js';
import { clockTime, date } from './format.js';

/** @import { ChartData } from './shapes.d.ts' */
/** @import { LineColours } from './line-colours.js' */

/**
 * @param {ChartData} data
 * @param {number} index
 * @param {LineColours} colours
 * @param {{ isTotal: boolean }} view
 */
export function showReadout({ times, columns, openFrom }, index, colours, { isTotal }) {
  const time = times[index];
  setText(byId('readout-time'), time === undefined ? 'No window yet.' : timeText(time, openFrom, isTotal));
  showList(byId('readout'), time === undefined ? [] : columns, {
    key: ({ type }) => JSON.stringify(type ?? null),
    create: ({ type }) => {
      const name = type === undefined ? make('i', '', 'other') : make('bdi', '', type);
      return make(
        'li',
        '',
        make('i', 'swatch'),
        make('span', 'name', name),
        make('span', 'number'),
        make('span', 'number sum'),
      );
    },
    update: (item, { type, counts, sums }) => {
      const [swatch, , count, sum] = /** @type {HTMLElement[]} */ ([...item.children]);
      swatch.dataset.line = colours.nameOf(type);
      setText(count, counts[index].toLocaleString('en'));
      setText(sum, shortened(sums[index]));
      sum.title = sums[index];
    },
  });
}

/**
 * @param {number} time
 * @param {number | undefined} openFrom
 * @param {boolean} isTotal
 */
function timeText(time, openFrom, isTotal) {
  const at = `${date(time * 1000)} ${clockTime(isTotal ? Math.floor(time) * 1000 : time * 1000)} UTC`;
  if (isTotal) return `Growth until ${at}, count and sum:`;
  const isOpen = openFrom !== undefined && time >= openFrom;
  return `Window from ${at}${isOpen ? ', still open' : ''}, count and sum:`;
}

/** Digits are left out in plain sight, never rounded; all of them are in the windows' table. @param {string} sum */
function shortened(sum) {
  return sum.length <= 20 ? grouped(sum) : `${sum.slice(0, 12)}… ${sum.replace(/\D/g, '').length} digits`;
}
