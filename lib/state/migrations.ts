import type { DatabaseSync } from 'node:sqlite';

/** Marks a file as ours (`PRAGMA application_id`): "npsk" in ASCII. */
export const APPLICATION_ID = 0x6e70736b;

/**
 * Each entry brings the schema from its index to the next version (`PRAGMA user_version`). Entries are only
 * ever appended: a file written by an older release is brought up to date by those it has not seen.
 */
export const migrations: readonly string[] = [
  `
  -- One row: how far event time has come, in milliseconds.
  CREATE TABLE progress (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    max_event_time_ms INTEGER,
    horizon_ms INTEGER NOT NULL
  ) STRICT;

  -- No index by expiry: it would cost more at every message than the sweep that does without it.
  -- open_deliveries: deliveries whose deletion SQS has not confirmed.
  CREATE TABLE identities (
    identity TEXT PRIMARY KEY,
    open_deliveries INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- printed_ms: when it was last printed in full; NULL while it is open. dirty: some aggregate is not printed.
  CREATE TABLE windows (
    id INTEGER PRIMARY KEY,
    start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL,
    types INTEGER NOT NULL,
    printed_ms INTEGER,
    dirty INTEGER NOT NULL,
    UNIQUE (end_ms, start_ms)
  ) STRICT;
  CREATE INDEX windows_open ON windows (end_ms) WHERE printed_ms IS NULL;
  CREATE INDEX windows_revised ON windows (printed_ms) WHERE dirty = 1 AND printed_ms IS NOT NULL;

  CREATE TABLE aggregates (
    window_id INTEGER NOT NULL REFERENCES windows (id),
    type TEXT NOT NULL,
    count INTEGER NOT NULL,
    sum TEXT NOT NULL,
    revision INTEGER NOT NULL,
    dirty INTEGER NOT NULL,
    PRIMARY KEY (window_id, type)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX aggregates_dirty ON aggregates (window_id, type) WHERE dirty = 1;

  CREATE TABLE ledger (
    entry TEXT PRIMARY KEY,
    events INTEGER NOT NULL,
    messages INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE outbox_lines (seq INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT NOT NULL) STRICT;
  CREATE TABLE outbox_dead_letters (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    body TEXT NOT NULL,
    attributes TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- Running totals per type, over everything counted since this table exists; windows are forgotten, these are not.
  CREATE TABLE totals (type TEXT PRIMARY KEY, count INTEGER NOT NULL, sum TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE totals_since (since_ms INTEGER NOT NULL) STRICT;
  INSERT INTO totals_since VALUES (CAST(unixepoch('subsec') * 1000 AS INTEGER));
  `,
  `
  -- One row, once it is known: the queue that this is the state of.
  CREATE TABLE queue (id INTEGER PRIMARY KEY CHECK (id = 1), arn TEXT NOT NULL) STRICT;

  -- One row: the state's clock, and the fence by that clock: receives that were sent before it may be older than what
  -- has been forgotten.
  CREATE TABLE retention (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    clock_ms INTEGER NOT NULL,
    fence_ms INTEGER NOT NULL
  ) STRICT;
  -- No remembered time may be ahead of the state's clock.
  INSERT INTO retention SELECT 1, coalesce(max(printed_ms), 0), 0 FROM windows;
  `,
  `
  -- A dead letter's own name: random, so that no other letter has it, of this state or of another.
  ALTER TABLE outbox_dead_letters ADD COLUMN name TEXT NOT NULL DEFAULT '';
  UPDATE outbox_dead_letters SET name = lower(hex(randomblob(16)));
  `,
];

/**
 * Makes sure that the file is empty or ours, and not from the future, without writing to it.
 *
 * @throws {Error} that says whose it is
 */
export function checkOrigin(db: DatabaseSync): void {
  const version = pragma(db, 'user_version');
  const isOurs = pragma(db, 'application_id') === APPLICATION_ID;
  const isEmpty = db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (!isOurs && !(isEmpty && version === 0)) throw new Error('it belongs to another program');
  if (version > migrations.length)
    throw new Error(
      `it was written by a newer release (schema version ${version}; this release knows up to ${migrations.length})`,
    );
}

/** Brings the schema up to date, in one transaction. */
export function migrate(db: DatabaseSync): void {
  const version = pragma(db, 'user_version');
  if (version === migrations.length) return;
  db.exec('BEGIN IMMEDIATE');
  for (const step of migrations.slice(version)) db.exec(step);
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}; COMMIT`);
}

function pragma(db: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(Object.values(db.prepare(`PRAGMA ${name}`).get()!)[0]);
}
