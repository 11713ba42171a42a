import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CannotGoOn, messageOf, RetryLater, WrongSettings } from '../errors.ts';
import { checkOrigin, migrate } from './migrations.ts';

/** How long a start waits for the process before it to let go of the file. */
const LOCK_TIMEOUT_MS = 2_000;

/** Primary result codes, https://www.sqlite.org/rescode.html; extended codes hold them in the low byte. */
const SQLITE = {
  PERM: 3,
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  NOTADB: 26,
};

/**
 * Opens the state file for this process alone, creating or migrating it where needed.
 *
 * @param path a file, or `:memory:` in tests
 * @throws {WrongSettings} when the path cannot be used, or the file is not ours
 * @throws {CannotGoOn} when another process has it open, or it is damaged; the file is kept as it is
 */
export function openSqliteFile(path: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    if (path !== ':memory:') prepareFile(path);
    db = new DatabaseSync(path, { timeout: LOCK_TIMEOUT_MS });
    // EXCLUSIVE keeps the lock for as long as the file is open: the operating system drops it with the process,
    // however that ends. FULL makes a commit survive a loss of power, not only of the process.
    db.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;',
    );
    checkOrigin(db);
    db.exec('PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; COMMIT;');
    migrate(db);
    return db;
  } catch (error) {
    if (db?.isOpen) db.close();
    throw explainOpening(error, path);
  }
}

/**
 * Dead letters in it show what senders send, so what is made here is for this user alone, as is the write-ahead log,
 * to which SQLite gives the mode of the file. What exists keeps its mode.
 */
function prepareFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // SQLite would call a file that may not be written an input/output error.
  if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
  else closeSync(openSync(path, 'a', 0o600));
}

function codeOf(error: unknown): number | undefined {
  const code = (error as { errcode?: number }).errcode;
  return code === undefined ? undefined : code & 0xff;
}

function explainOpening(error: unknown, path: string): Error {
  const options = { cause: error };
  const reason = messageOf(error);
  switch (codeOf(error)) {
    case SQLITE.BUSY:
    case SQLITE.LOCKED:
      return new CannotGoOn(
        `The state file ${path} is in use by another process. One SQLite file serves one process: stop the other one, or give this one its own STATE_URL; several processes on one queue need PostgreSQL (STATE_URL=postgres://…, not there yet)`,
        options,
      );
    case SQLITE.CORRUPT:
      return new CannotGoOn(
        `The state file ${path} is damaged (${reason}). It is kept as it is; restore a copy, or move it away to start anew.`,
        options,
      );
    case SQLITE.FULL:
    case SQLITE.IOERR:
      return new CannotGoOn(
        `The state file ${path} cannot be written (${reason}). Is the disk full?`,
        options,
      );
    case SQLITE.NOTADB:
      return new WrongSettings(
        `STATE_URL names ${path}, which is not an SQLite file. It is kept as it is; choose another path.`,
        options,
      );
    default:
      return new WrongSettings(
        `STATE_URL names ${path}, which cannot be used: ${reason}. Choose a path that this user may write, or another file.`,
        options,
      );
  }
}

/** Names the caller's next move for a fault while the file is in use. */
export function explainUse(error: unknown, path: string): unknown {
  const reason = messageOf(error);
  switch (codeOf(error)) {
    case SQLITE.FULL:
    case SQLITE.IOERR:
    case SQLITE.BUSY:
    case SQLITE.LOCKED:
      return new RetryLater(`The state file ${path} cannot be written now (${reason}).`, { cause: error });
    case undefined:
      return error;
    default:
      return new CannotGoOn(
        `The state file ${path} cannot be used any more (${reason}). It is kept as it is.`,
        {
          cause: error,
        },
      );
  }
}
