/** The promise itself, as a balance: everything that came in is counted, a duplicate, or a dead letter. */
import { byId, make, setText, showList } from './dom.js';
import { plural } from './format.js';

/** @import { LedgerShape, Tally } from './shapes.d.ts' */

/** @param {LedgerShape} ledger */
export function showLedger(ledger) {
  const { received, counted, duplicate } = ledger;
  const deadLettered = deadLetteredTally(ledger);
  const terms = [
    { key: 'received', name: 'received', sign: '', tally: received },
    { key: 'counted', name: 'counted', sign: '=', tally: counted },
    { key: 'duplicate', name: 'duplicate', sign: '+', tally: duplicate },
    { key: 'dead', name: 'dead-lettered', sign: '+', tally: deadLettered },
  ];
  showList(byId('ledger-equation'), terms, {
    key: ({ key }) => key,
    create: ({ key, name, sign }) => {
      const term = make(
        'p',
        'term',
        make('span', 'sign', sign),
        make('b', 'amount'),
        make('span', 'name', name),
      );
      term.dataset.part = key;
      return term;
    },
    update: (term, { tally }) => setText(term.children[1], ` ${tally.events.toLocaleString('en')} `),
  });

  const bar = byId('ledger-bar');
  showList(bar, terms.slice(1), {
    key: ({ key }) => key,
    create: ({ key }) => {
      const part = make('span', 'part');
      part.dataset.part = key;
      return part;
    },
    update: (part, { tally }) => part.style.setProperty('flex-grow', String(tally.events)),
  });
  bar.setAttribute('aria-label', sentence(received.events, terms.slice(1)));
  showVerdict(ledger, deadLettered);
  setText(
    byId('ledger-messages'),
    `In messages: ${[received, counted, duplicate, deadLettered].map(({ messages }, at) => `${['', ' = ', ' + ', ' + '][at]}${messages.toLocaleString('en')}`).join('')}`,
  );
}

/**
 * The page adds up for itself: a verdict that is only repeated proves nothing.
 * @param {LedgerShape} ledger
 * @param {Tally} deadLettered
 */
function showVerdict({ received, counted, duplicate, balanced }, deadLettered) {
  const events = received.events - counted.events - duplicate.events - deadLettered.events;
  const messages = received.messages - counted.messages - duplicate.messages - deadLettered.messages;
  const verdict = byId('ledger-verdict');
  const isBalanced = balanced && events === 0 && messages === 0;
  verdict.dataset.tone = received.events === 0 ? 'idle' : isBalanced ? 'good' : 'bad';
  const off = [events !== 0 && plural(events, 'event'), messages !== 0 && plural(messages, 'message')];
  const difference = off.filter(Boolean).join(' and ') || 'see the log';
  if (!isBalanced) setText(verdict, `✕ Does not balance: ${difference}`);
  else setText(verdict, received.events === 0 ? 'Nothing received yet' : '✓ Balanced, to the event');
}

/** @param {LedgerShape} ledger */
export function deadLetteredTally({ dead_lettered }) {
  const sum = { events: 0, messages: 0 };
  for (const { events, messages } of Object.values(dead_lettered)) {
    sum.events += events;
    sum.messages += messages;
  }
  return sum;
}

/**
 * @param {number} all
 * @param {{ name: string, tally: Tally }[]} terms
 */
function sentence(all, terms) {
  if (all === 0) return 'Nothing received yet';
  const parts = terms.map(({ name, tally }) => `${((100 * tally.events) / all).toFixed(1)} % ${name}`);
  return `Of ${plural(all, 'event')} received: ${parts.join(', ')}`;
}
