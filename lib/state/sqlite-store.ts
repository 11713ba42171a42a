import type { DatabaseSync } from 'node:sqlite';
import { CannotGoOn, messageOf } from '../errors.ts';
import { explainUse, openSqliteFile } from './sqlite-file.ts';
import { SELECT_RETENTION } from './sqlite-identities.ts';
import { createSqliteReader } from './sqlite-reader.ts';
import { createSqliteTransaction } from './sqlite-transaction.ts';
import type { StateReader } from './state-reader.ts';
import type {
  Ledger,
  LedgerEntry,
  OutboxDeadLetter,
  OutboxLine,
  Retention,
  StateStore,
  StateTransaction,
} from './state-store.ts';

/** The default store: one file, one process. */
export class SqliteStore implements StateStore {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #tx: StateTransaction;
  /** For whoever looks on while the pipeline runs. */
  readonly reader: StateReader;
  /** Ends when everything asked for so far has been done: one connection, so one transaction at a time. */
  #last: Promise<unknown> = Promise.resolve();

  /** @throws see {@link openSqliteFile} */
  constructor(path: string) {
    this.#path = path;
    this.#db = openSqliteFile(path);
    try {
      this.#tx = createSqliteTransaction(this.#db);
      this.reader = {
        ...createSqliteReader(this.#db, (work) => this.#inTurn(work)),
        readLedger: () => this.readLedger(),
      };
    } catch (error) {
      this.#db.close();
      throw new CannotGoOn(`The state file ${path} is damaged (${messageOf(error)}). It is kept as it is.`, {
        cause: error,
      });
    }
  }

  transaction<T>(work: (tx: StateTransaction) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      this.#db.exec('BEGIN IMMEDIATE');
      try {
        const result = await work(this.#tx);
        this.#db.exec('COMMIT');
        return result;
      } catch (error) {
        // SQLite has already rolled back by itself after some errors, such as a full disk.
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
        throw error;
      }
    });
  }

  readLines(afterSeq: number, limit: number): Promise<OutboxLine[]> {
    return this.#rows<OutboxLine>(
      'SELECT seq, line FROM outbox_lines WHERE seq > ? ORDER BY seq LIMIT ?',
      afterSeq,
      limit,
    );
  }

  async countLines(): Promise<number> {
    const rows = await this.#rows<{ count: number }>('SELECT count(*) AS count FROM outbox_lines');
    return rows[0]!.count;
  }

  async removeLines(seq: number): Promise<void> {
    await this.#rows('DELETE FROM outbox_lines WHERE seq <= ?', seq);
  }

  async readDeadLetters(afterSeq: number, limit: number): Promise<OutboxDeadLetter[]> {
    const rows = await this.#rows<{ seq: number; name: string; body: string; attributes: string }>(
      'SELECT seq, name, body, attributes FROM outbox_dead_letters WHERE seq > ? ORDER BY seq LIMIT ?',
      afterSeq,
      limit,
    );
    return rows.map((row) => ({ ...row, attributes: JSON.parse(row.attributes) }));
  }

  async countDeadLetters(): Promise<number> {
    const rows = await this.#rows<{ count: number }>('SELECT count(*) AS count FROM outbox_dead_letters');
    return rows[0]!.count;
  }

  async removeDeadLetters(seqs: readonly number[]): Promise<void> {
    await this.#rows(
      'DELETE FROM outbox_dead_letters WHERE seq IN (SELECT value FROM json_each(?))',
      JSON.stringify(seqs),
    );
  }

  async readLedger(): Promise<Ledger> {
    const rows = await this.#rows<{ entry: LedgerEntry; events: number; messages: number }>(
      'SELECT entry, events, messages FROM ledger ORDER BY entry',
    );
    return new Map(rows.map(({ entry, events, messages }) => [entry, { events, messages }]));
  }

  async readRetention(): Promise<Retention> {
    return (await this.#rows<Retention>(SELECT_RETENTION))[0]!;
  }

  async readQueueArn(): Promise<string | undefined> {
    const rows = await this.#rows<{ arn: string }>(
      'SELECT arn FROM queue WHERE EXISTS (SELECT 1 FROM ledger)',
    );
    return rows[0]?.arn;
  }

  async writeQueueArn(arn: string): Promise<void> {
    await this.#rows('REPLACE INTO queue VALUES (1, ?)', arn);
  }

  close(): Promise<void> {
    return this.#inTurn(async () => this.#db.close());
  }

  #rows<Row>(sql: string, ...values: (string | number)[]): Promise<Row[]> {
    return this.#inTurn(async () => this.#db.prepare(sql).all(...values) as Row[]);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work).catch((error) => {
      throw explainUse(error, this.#path);
    });
    this.#last = turn.catch(() => {});
    return turn;
  }
}
