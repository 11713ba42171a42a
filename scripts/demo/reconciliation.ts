import type { Ledger } from '../../lib/state/state-store.ts';
import { imbalanceOf } from '../../lib/window/ledger.ts';
import type { Summary } from '../producer/summary.ts';

/** What the demo knows when everything has come to rest. */
export interface Evidence {
  /** What the producer sent, and what the ledger should say about it. */
  readonly sent: Summary;
  readonly ledger: Ledger;
  /** Events in the last revision of every line that came out on stdout. */
  readonly printedEvents: number;
  /** Messages in the dead-letter queue. */
  readonly deadLetters: number;
}

export interface Reconciliation {
  readonly addsUp: boolean;
  readonly table: string;
}

interface Row {
  readonly what: string;
  readonly expected: number;
  readonly found: number;
}

/** Sets what was sent beside what became of it; everything has to agree, to the event. */
export function reconcile({ sent, ledger, printedEvents, deadLetters }: Evidence): Reconciliation {
  const rows: Row[] = [];
  for (const [entry, expected] of Object.entries(sent.expected)) {
    if (entry === 'unknown') continue;
    const found = ledger.get(entry as keyof typeof sent.expected & Parameters<Ledger['get']>[0]);
    // What was sent a second time for want of an answer may have arrived twice: those are duplicates too.
    const slack = entry === 'received' || entry === 'duplicate' ? sent.resent : 0;
    rows.push(row(`${entry}, events`, expected.events, found?.events ?? 0, slack));
    rows.push(row(`${entry}, messages`, expected.messages, found?.messages ?? 0, slack));
  }
  const { events, messages } = imbalanceOf(ledger);
  rows.push(
    row('ledger: difference in events', 0, events),
    row('ledger: difference in messages', 0, messages),
  );
  rows.push(row('events in the last lines printed', sent.expected.counted.events, printedEvents));
  const rejected = [...ledger].filter(([entry]) => entry.startsWith('dead_lettered'));
  rows.push(
    row(
      'letters in the dead-letter queue',
      rejected.reduce((sum, [, tally]) => sum + tally.events, 0),
      deadLetters,
    ),
  );
  return { addsUp: rows.every(({ expected, found }) => expected === found), table: tableOf(rows) };
}

function row(what: string, expected: number, found: number, slack = 0): Row {
  const isWithinSlack = found >= expected && found <= expected + slack;
  return { what, expected: isWithinSlack ? found : expected, found };
}

function tableOf(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ what }) => what.length));
  const lines = rows.map(
    ({ what, expected, found }) =>
      `  ${what.padEnd(width)} ${String(expected).padStart(9)} ${String(found).padStart(9)}  ${expected === found ? 'ok' : 'DIFFERS'}`,
  );
  return [
    `  ${'reconciliation'.padEnd(width)} ${'expected'.padStart(9)} ${'found'.padStart(9)}`,
    ...lines,
  ].join('\n');
}
