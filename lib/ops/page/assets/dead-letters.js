/** What could not be counted, and why. Bodies are hostile until proven otherwise: they are text and stay text. */
import { byId, make, setText, showList } from './dom.js';
import { clockTime } from './format.js';
import { deadLetteredTally } from './ledger.js';

/** @import { Stats } from './shapes.d.ts' */

const EXAMPLES_SHOWN = 8;
const BODY_LENGTH_THAT_FITS = 100;

/** @param {Stats} stats */
export function showDeadLetters({ ledger, dead_letter_examples: examples, since }) {
  const reasons = Object.entries(ledger.dead_lettered)
    .filter(([, { events }]) => events > 0)
    .sort(([, a], [, b]) => b.events - a.events);
  const all = deadLetteredTally(ledger).events;
  setText(byId('letters-total'), all === 0 ? 'None.' : `${all.toLocaleString('en')} in all`);
  showList(byId('reasons'), reasons, {
    key: ([reason]) => reason,
    create: ([reason]) => {
      const header = make('th', '', make('code', '', reason));
      header.setAttribute('scope', 'row');
      return make('tr', '', header, make('td', 'number count'), make('td', 'number count'));
    },
    update: (row, [, { events, messages }]) => {
      row.style.setProperty('--share', `${(100 * events) / all}%`);
      setText(row.children[1], events.toLocaleString('en'));
      setText(row.children[2], messages.toLocaleString('en'));
    },
  });

  const shown = examples.toSorted((a, b) => (a.at < b.at ? 1 : -1)).slice(0, EXAMPLES_SHOWN);
  const isEarlier = all > 0 && shown.length === 0;
  setText(
    byId('examples-none'),
    isEarlier
      ? 'None since the program started; earlier ones are in their queue.'
      : all === 0
        ? `None since ${since.slice(0, 10)}.`
        : '',
  );
  showList(byId('examples'), shown, {
    key: ({ at, reason, detail, body }) => JSON.stringify([at, reason, detail, body]),
    create: ({ at, reason, detail, body }) => {
      const time = make('time', '', clockTime(Math.floor(Date.parse(at) / 1000) * 1000));
      time.setAttribute('datetime', at);
      const pre = make('pre', '', body || '(empty)');
      // What may have to be scrolled must be reachable with the keyboard; what fits need not stand in the way.
      if (body.length > BODY_LENGTH_THAT_FITS) {
        pre.tabIndex = 0;
        pre.setAttribute('role', 'region');
        pre.setAttribute('aria-label', `Body of the dead letter of ${time.textContent}`);
      }
      return make(
        'li',
        '',
        make('p', 'letter-head', time, make('code', '', reason)),
        make('p', 'detail', make('bdi', '', detail)),
        pre,
      );
    },
    update: () => {},
  });
}
