import type { DatabaseSync } from 'node:sqlite';
import { Breather } from '../breather.ts';
import type { WindowBounds } from '../window/window-assigner.ts';
import { identityStatements, retentionStatements } from './sqlite-identities.ts';
import { totalsStatements } from './sqlite-totals.ts';
import type {
  Aggregate,
  DeadLetter,
  DueBefore,
  DueLine,
  Ledger,
  OutboxLine,
  Outlook,
  Progress,
  StateTransaction,
  StoredWindow,
} from './state-store.ts';

/** After so many rows written or removed the event loop gets a turn. */
const ROWS_PER_TURN = 2_000;

/** The statements of a transaction, prepared once. Whoever uses it begins and ends the transaction itself. */
export function createSqliteTransaction(db: DatabaseSync): StateTransaction {
  return {
    ...progressStatements(db),
    ...identityStatements(db),
    ...retentionStatements(db),
    ...windowStatements(db),
    ...emissionStatements(db),
    ...totalsStatements(db),
    ...outboxStatements(db),
  };
}

function progressStatements(db: DatabaseSync) {
  const select = db.prepare('SELECT max_event_time_ms, horizon_ms FROM progress');
  const replace = db.prepare('REPLACE INTO progress VALUES (1, ?, ?)');
  return {
    async readProgress(): Promise<Progress> {
      const row = select.get();
      return row
        ? {
            maxEventTimeMs: (row.max_event_time_ms as number | null) ?? undefined,
            horizonMs: row.horizon_ms as number,
          }
        : { maxEventTimeMs: undefined, horizonMs: Number.MIN_SAFE_INTEGER };
    },
    async writeProgress({ maxEventTimeMs, horizonMs }: Progress): Promise<void> {
      replace.run(maxEventTimeMs ?? null, horizonMs);
    },
  };
}

function windowStatements(db: DatabaseSync) {
  const selectWindow = db.prepare('SELECT types, printed_ms FROM windows WHERE end_ms = ? AND start_ms = ?');
  const selectAggregate = db.prepare(
    `SELECT count, sum, revision FROM aggregates
       WHERE window_id = (SELECT id FROM windows WHERE end_ms = ? AND start_ms = ?) AND type = ?`,
  );
  const upsertWindow = db.prepare(
    `INSERT INTO windows (end_ms, start_ms, types, printed_ms, dirty) VALUES (?, ?, ?, ?, 1)
       ON CONFLICT DO UPDATE SET types = excluded.types, dirty = 1 RETURNING id`,
  );
  const upsertAggregate = db.prepare(
    `INSERT INTO aggregates VALUES (?, ?, ?, ?, ?, 1)
       ON CONFLICT DO UPDATE SET count = excluded.count, sum = excluded.sum, dirty = 1`,
  );
  return {
    async readWindow(bounds: WindowBounds): Promise<StoredWindow | undefined> {
      const row = selectWindow.get(bounds.endMs, bounds.startMs);
      return (
        row && {
          bounds,
          types: row.types as number,
          printedMs: (row.printed_ms as number | null) ?? undefined,
        }
      );
    },
    async readAggregates(bounds: WindowBounds, types: Iterable<string>): Promise<Map<string, Aggregate>> {
      const found = new Map<string, Aggregate>();
      for (const type of types) {
        const row = selectAggregate.get(bounds.endMs, bounds.startMs, type);
        if (row) found.set(type, row as unknown as Aggregate);
      }
      return found;
    },
    async writeWindow(
      { bounds, types, printedMs }: StoredWindow,
      changed: ReadonlyMap<string, Aggregate>,
    ): Promise<void> {
      const id = upsertWindow.get(bounds.endMs, bounds.startMs, types, printedMs ?? null)!.id as number;
      for (const [type, { count, sum, revision }] of changed)
        upsertAggregate.run(id, type, count, sum, revision);
    },
  };
}

function emissionStatements(db: DatabaseSync) {
  // In two steps, each in the order of an index: one statement would sort everything that is due for each page.
  const selectDueWindows = db.prepare(
    `SELECT id, end_ms, start_ms FROM windows
       WHERE id IN (SELECT id FROM windows WHERE printed_ms IS NULL AND end_ms <= ?
                    UNION ALL SELECT id FROM windows WHERE dirty = 1 AND printed_ms IS NOT NULL AND printed_ms <= ?)
       ORDER BY end_ms, start_ms LIMIT ?`,
  );
  const selectDirty = db.prepare(
    'SELECT type, count, sum, revision FROM aggregates WHERE window_id = ? AND dirty = 1 ORDER BY type LIMIT ?',
  );
  const cleanAggregate = db.prepare(
    `UPDATE aggregates SET dirty = 0, revision = ?
       WHERE window_id = (SELECT id FROM windows WHERE end_ms = ? AND start_ms = ?) AND type = ?`,
  );
  const cleanWindow = db.prepare(
    `UPDATE windows SET dirty = 0, printed_ms = ? WHERE end_ms = ? AND start_ms = ?
       AND NOT EXISTS (SELECT 1 FROM aggregates WHERE window_id = windows.id AND dirty = 1)`,
  );
  const selectForgotten = db.prepare('SELECT id FROM windows WHERE end_ms <= ? AND dirty = 0 LIMIT ?');
  const deleteAggregates = db.prepare('DELETE FROM aggregates WHERE window_id = ?');
  const deleteWindow = db.prepare('DELETE FROM windows WHERE id = ?');
  const selectOutlook = db.prepare(
    `SELECT (SELECT min(end_ms) FROM windows WHERE printed_ms IS NULL) AS openEndMs,
            (SELECT min(printed_ms) FROM windows WHERE dirty = 1 AND printed_ms IS NOT NULL) AS revisedPrintedMs`,
  );
  return {
    async readDueLines({ openEndMs, printedMs }: DueBefore, limit: number): Promise<DueLine[]> {
      const lines: DueLine[] = [];
      for (const { id, end_ms, start_ms } of selectDueWindows.all(openEndMs, printedMs, limit)) {
        const bounds = { startMs: start_ms as number, endMs: end_ms as number };
        for (const { type, count, sum, revision } of selectDirty.all(id as number, limit - lines.length))
          lines.push({
            bounds,
            type: type as string,
            count: count as number,
            sum: sum as string,
            revision: revision as number,
          });
        if (lines.length === limit) break;
      }
      return lines;
    },
    async markPrinted(lines: readonly DueLine[], nowMs: number): Promise<void> {
      for (const [index, { bounds, type, revision }] of lines.entries()) {
        cleanAggregate.run(revision + 1, bounds.endMs, bounds.startMs, type);
        // Lines come sorted by window, so each window is a run of them.
        const next = lines[index + 1]?.bounds;
        if (next?.endMs !== bounds.endMs || next.startMs !== bounds.startMs)
          cleanWindow.run(nowMs, bounds.endMs, bounds.startMs);
      }
    },
    async forgetWindows(horizonMs: number, limit: number): Promise<void> {
      const breather = new Breather(ROWS_PER_TURN);
      for (const { id } of selectForgotten.all(horizonMs, limit)) {
        const { changes } = deleteAggregates.run(id as number);
        deleteWindow.run(id as number);
        const pause = breather.spend(1 + Number(changes));
        if (pause) await pause;
      }
    },
    async readOutlook(): Promise<Outlook> {
      const { openEndMs, revisedPrintedMs } = selectOutlook.get() as Record<keyof Outlook, number | null>;
      return { openEndMs: openEndMs ?? undefined, revisedPrintedMs: revisedPrintedMs ?? undefined };
    },
  };
}

function outboxStatements(db: DatabaseSync) {
  const addTally = db.prepare(
    `INSERT INTO ledger VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET events = events + excluded.events, messages = messages + excluded.messages`,
  );
  const insertLine = db.prepare('INSERT INTO outbox_lines (line) VALUES (?)');
  const insertDeadLetter = db.prepare(
    'INSERT INTO outbox_dead_letters (name, body, attributes) VALUES (lower(hex(randomblob(16))), ?, ?)',
  );
  return {
    async addToLedger(changes: Ledger): Promise<void> {
      for (const [entry, { events, messages }] of changes) addTally.run(entry, events, messages);
    },
    async addLines(lines: readonly string[]): Promise<OutboxLine[]> {
      return lines.map((line) => ({ seq: Number(insertLine.run(line).lastInsertRowid), line }));
    },
    async addDeadLetters(letters: readonly DeadLetter[]): Promise<void> {
      const breather = new Breather(ROWS_PER_TURN);
      for (const { body, attributes } of letters) {
        insertDeadLetter.run(body, JSON.stringify(attributes));
        const pause = breather.spend();
        if (pause) await pause;
      }
    },
  };
}
