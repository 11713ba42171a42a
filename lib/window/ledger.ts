import type { Ledger, LedgerEntry } from '../state/state-store.ts';

/** Adds to one entry of a ledger; an entry that is not there yet starts at zero. */
export function addTo(ledger: Ledger, entry: LedgerEntry, events: number, messages: number): void {
  const tally = ledger.get(entry);
  if (tally) {
    tally.events += events;
    tally.messages += messages;
  } else ledger.set(entry, { events, messages });
}

/**
 * What the entries beside `received` miss of it, in events and in messages; both are 0 in a ledger that
 * balances. Anything else means that something was lost or counted twice.
 */
export function imbalanceOf(ledger: Ledger): { readonly events: number; readonly messages: number } {
  const difference = { events: 0, messages: 0 };
  for (const [entry, { events, messages }] of ledger) {
    const sign = entry === 'received' ? 1 : -1;
    difference.events += sign * events;
    difference.messages += sign * messages;
  }
  return difference;
}
