import type { DatabaseSync } from 'node:sqlite';
import type { WindowBounds } from '../window/window-assigner.ts';
import { isTotal } from '../window/window-assigner.ts';
import { TOTALS_MAX } from './sqlite-totals.ts';
import type { Sizes, StateReader, Totals, WindowPage, WindowQuery, WindowRow } from './state-reader.ts';
import type { TypeTotal } from './state-store.ts';

/** So many windows are looked at in one call: about a millisecond. */
const WINDOWS_PER_CALL = 100;
/** Nobody needs to know a larger number exactly. */
const SIZE_MAX = 100_000;

type Turn = <T>(work: () => Promise<T>) => Promise<T>;

/** @param inTurn runs work between two transactions: there is one connection */
export function createSqliteReader(db: DatabaseSync, inTurn: Turn): Omit<StateReader, 'readLedger'> {
  const selectSince = db.prepare('SELECT since_ms FROM totals_since');
  const selectTotals = db.prepare(
    `SELECT type, count, sum FROM totals ORDER BY type LIMIT ${TOTALS_MAX + 1}`,
  );
  const selectTotal = db.prepare('SELECT type, count, sum FROM totals WHERE type = ?');
  const selectSizes = db.prepare(
    `SELECT (SELECT count(*) FROM (SELECT 1 FROM windows WHERE printed_ms IS NULL LIMIT ${SIZE_MAX})) AS openWindows,
            (SELECT count(*) FROM (SELECT 1 FROM outbox_lines LIMIT ${SIZE_MAX})) AS outboxLines`,
  );
  const readWindows = windowReader(db);
  return {
    readTotals: () =>
      inTurn(
        async (): Promise<Totals> => ({
          sinceMs: selectSince.get()!.since_ms as number,
          totals: selectTotals.all() as unknown as TypeTotal[],
        }),
      ),
    readTotal: (type) => inTurn(async () => selectTotal.get(type) as TypeTotal | undefined),
    readSizes: () => inTurn(async () => selectSizes.get() as unknown as Sizes),
    readWindows: (query) => inTurn(async () => readWindows(query)),
  };
}

/**
 * One range of the index on (end_ms, start_ms), whose upper end is where to begin: with a second condition on
 * end_ms, SQLite would begin at the top each time, and a call deep in the state would look at everything above.
 */
export const SELECT_WINDOWS = `SELECT id, start_ms, end_ms, printed_ms FROM windows
   WHERE end_ms > ? AND (end_ms, start_ms) <= (?, ?)
   ORDER BY end_ms DESC, start_ms DESC LIMIT ${WINDOWS_PER_CALL + 1}`;

function windowReader(db: DatabaseSync): (query: WindowQuery) => WindowPage {
  const selectWindows = db.prepare(SELECT_WINDOWS);
  const aggregates = 'SELECT type, count, sum, revision FROM aggregates WHERE window_id = ? AND type >= ?';
  const selectAll = db.prepare(`${aggregates} ORDER BY type LIMIT ?`);
  const selectOne = db.prepare(`${aggregates} AND type = ?`);
  return ({ type, endAfterMs, endUpToMs, limit, place }) => {
    const begin = place && place.bounds.endMs <= endUpToMs ? place.bounds : lastUpTo(endUpToMs);
    const windows = selectWindows.all(endAfterMs, begin.endMs, begin.startMs);
    const rows: WindowRow[] = [];
    for (const { id, start_ms, end_ms, printed_ms } of windows.slice(0, WINDOWS_PER_CALL)) {
      const bounds = { startMs: start_ms as number, endMs: end_ms as number };
      const fromType = place && isSame(place.bounds, bounds) ? place.type : '';
      // Running totals are never over, though the state keeps them like a window that was closed.
      const isClosed = printed_ms !== null && !isTotal(bounds);
      const found =
        type === undefined
          ? selectAll.all(id as number, fromType, limit - rows.length)
          : selectOne.all(id as number, fromType, type);
      for (const aggregate of found)
        rows.push({ ...(aggregate as unknown as TypeTotal & { revision: number }), bounds, isClosed });
      if (rows.length >= limit) return { rows, next: { bounds, type: typeBehind(rows.at(-1)!.type) } };
    }
    const further = windows[WINDOWS_PER_CALL];
    return { rows, next: further && { bounds: boundsOf(further), type: '' } };
  };
}

function lastUpTo(endMs: number): WindowBounds {
  return { startMs: Number.MAX_SAFE_INTEGER, endMs };
}

function isSame(a: WindowBounds, b: WindowBounds): boolean {
  return a.endMs === b.endMs && a.startMs === b.startMs;
}

/** The first type there can be behind this one, by code points. */
function typeBehind(type: string): string {
  return `${type}\0`;
}

function boundsOf(row: Record<string, unknown>): WindowBounds {
  return { startMs: row.start_ms as number, endMs: row.end_ms as number };
}
