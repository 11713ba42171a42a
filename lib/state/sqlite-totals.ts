import type { DatabaseSync } from 'node:sqlite';
import { Breather } from '../breather.ts';
import { ExactSum } from '../window/exact-sum.ts';
import type { TypeTotal } from './state-store.ts';

/** So many types are kept apart; an attacker's inventions beyond it share the type "", which no event can have. */
export const TOTALS_MAX = 10_000;
export const OTHER_TYPES = '';
/** A decimal of so many characters has no more than 15 digits, which a double keeps apart (see `ExactValue`). */
const SAFE_LENGTH = 15;
const ROWS_PER_TURN = 2_000;

/** The statements for running totals; the caller begins and ends the transaction. */
export function totalsStatements(db: DatabaseSync) {
  // One statement a type, where reading, adding and writing would take two and the way there and back.
  db.function('add_decimals', { deterministic: true }, (a, b) => {
    const sum = new ExactSum();
    for (const text of [a, b] as string[]) sum.add(text.length <= SAFE_LENGTH ? Number(text) : text);
    return sum.toString();
  });
  const addTo = db.prepare('UPDATE totals SET count = count + ?, sum = add_decimals(sum, ?) WHERE type = ?');
  const insert = db.prepare('INSERT INTO totals VALUES (?, ?, ?)');
  const countTypes = db.prepare('SELECT count(*) AS types FROM totals');
  return {
    async addToTotals(changes: Iterable<TypeTotal>): Promise<void> {
      const breather = new Breather(ROWS_PER_TURN);
      // Counted only when a new type appears, which is rare, and then once a commit.
      let types: number | undefined;
      for (const { type, count, sum } of changes) {
        const pause = breather.spend();
        if (pause) await pause;
        if (addTo.run(count, sum, type).changes === 1) continue;
        types ??= countTypes.get()!.types as number;
        if (types < TOTALS_MAX) {
          insert.run(type, count, sum);
          types += 1;
        } else if (addTo.run(count, sum, OTHER_TYPES).changes === 0) insert.run(OTHER_TYPES, count, sum);
      }
    },
  };
}
