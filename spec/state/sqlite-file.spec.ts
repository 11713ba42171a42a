import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { WrongSettings } from '../../lib/errors.ts';
import { APPLICATION_ID, migrations } from '../../lib/state/migrations.ts';
import { openSqliteFile } from '../../lib/state/sqlite-file.ts';
import { SqliteStore } from '../../lib/state/sqlite-store.ts';
import type { Report } from '../support/state-process.ts';
import { useTempDirectory } from '../support/temp-directory.ts';
import { faultOf } from './contract/subject.ts';

describe('opening the SQLite state file', () => {
  const inDirectory = useTempDirectory();

  async function writeSomeState(path: string): Promise<void> {
    const store = new SqliteStore(path);
    await store.transaction((tx) =>
      tx.addLines(Array.from({ length: 500 }, (_, index) => `${index} ${'x'.repeat(100)}`)),
    );
    await store.close();
  }

  /** Expects that opening fails as told and that the file stays as it is, to the byte. */
  function expectRefusal(path: string, kind: ErrorConstructor | typeof WrongSettings, message: RegExp): void {
    const before = readFileSync(path);
    expect(() => new SqliteStore(path))
      .to.throw(kind, message)
      .that.has.property('message')
      .that.includes(path);
    expect(readFileSync(path).equals(before), 'the bytes of the file are what they were').to.equal(true);
  }

  it('makes the directories that are missing', async () => {
    const path = inDirectory('one', 'two', 'state.db');
    await new SqliteStore(path).close();
    expect(existsSync(path)).to.equal(true);
  });

  it('waits at each commit for the disk, and shares the file with nobody', () => {
    const db = openSqliteFile(inDirectory('state.db'));
    const pragma = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get()!)[0];
    try {
      // FULL is 2. With NORMAL (1) the latest commits are lost with the power, though their messages are deleted.
      expect(pragma('synchronous')).to.equal(2);
      expect(pragma('journal_mode')).to.equal('wal');
      expect(pragma('locking_mode')).to.equal('exclusive');
    } finally {
      db.close();
    }
  });

  describe('with other users on the machine', () => {
    const modeOf = (...names: string[]) => statSync(inDirectory(...names)).mode & 0o777;
    let umask: number;
    beforeEach(() => {
      umask = process.umask(0);
    });
    afterEach(() => process.umask(umask));

    it('makes the directory, the file and its write-ahead log for this user alone', async () => {
      const store = new SqliteStore(inDirectory('one', 'two', 'state.db'));
      await store.transaction((tx) => tx.addLines(['x']));
      expect(modeOf('one')).to.equal(0o700);
      expect(modeOf('one', 'two')).to.equal(0o700);
      expect(modeOf('one', 'two', 'state.db')).to.equal(0o600);
      expect(modeOf('one', 'two', 'state.db-wal')).to.equal(0o600);
      await store.close();
    });

    it('leaves the modes of what exists', async () => {
      mkdirSync(inDirectory('shared'), 0o770);
      writeFileSync(inDirectory('shared', 'state.db'), '', { mode: 0o640 });
      const store = new SqliteStore(inDirectory('shared', 'state.db'));
      await store.transaction((tx) => tx.addLines(['x']));
      expect(modeOf('shared')).to.equal(0o770);
      expect(modeOf('shared', 'state.db')).to.equal(0o640);
      expect(modeOf('shared', 'state.db-wal')).to.equal(0o640);
      await store.close();
    });
  });

  it('takes an empty file for a new one', async () => {
    writeFileSync(inDirectory('state.db'), '');
    await writeSomeState(inDirectory('state.db'));
    const store = new SqliteStore(inDirectory('state.db'));
    expect(await store.readLines(0, 1_000)).to.have.length(500);
    await store.close();
  });

  it('refuses a file of another process and names PostgreSQL; the lock ends with that process', async () => {
    const path = inDirectory('state.db');
    const other = fork('spec/support/state-process.ts', ['hold', path], { execArgv: [] });
    await once(other, 'message');
    expect(() => new SqliteStore(path)).to.throw(Error, /in use by another process.*STATE_URL=postgres:\/\//);
    const exited = once(other, 'exit');
    other.kill('SIGKILL');
    await exited;
    const store = new SqliteStore(path);
    expect((await store.readLines(0, 10)).map(({ line }) => line)).to.deep.equal([
      'written by the other process',
    ]);
    await store.close();
  });

  for (const [what, content] of [
    ['a short text', 'hello'],
    ['a long text', 'hello, world\n'.repeat(1_000)],
  ] as const)
    it(`refuses ${what}, which is not an SQLite file, and keeps it`, () => {
      writeFileSync(inDirectory('notes.txt'), content);
      expectRefusal(inDirectory('notes.txt'), WrongSettings, /STATE_URL.*not an SQLite file/);
    });

  it('refuses the database of another program and keeps it, to the byte', () => {
    const db = new DatabaseSync(inDirectory('foreign.db'));
    db.exec('PRAGMA application_id = 7; CREATE TABLE customers (name TEXT)');
    db.close();
    expectRefusal(inDirectory('foreign.db'), WrongSettings, /STATE_URL.*belongs to another program/);
  });

  it('refuses the database of another program that has no application_id', () => {
    const db = new DatabaseSync(inDirectory('foreign.db'));
    db.exec('CREATE TABLE windows (name TEXT)');
    db.close();
    expectRefusal(inDirectory('foreign.db'), WrongSettings, /belongs to another program/);
  });

  for (const ahead of [1, 900])
    it(`refuses a file that a newer release has written, ${ahead} ahead, and says so`, async () => {
      await writeSomeState(inDirectory('state.db'));
      const version = migrations.length + ahead;
      const db = new DatabaseSync(inDirectory('state.db'));
      db.exec(`PRAGMA user_version = ${version}`);
      db.close();
      const message = new RegExp(`newer release \\(schema version ${version};`);
      expectRefusal(inDirectory('state.db'), WrongSettings, message);
    });

  it('brings a file of release 1.0.0 up to date, with a clock that no remembered time is ahead of', async () => {
    const path = inDirectory('state.db');
    const db = new DatabaseSync(path);
    for (const step of migrations.slice(0, 2)) db.exec(step);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 2`);
    const printedMs = Date.parse('2099-01-01T00:00:00Z');
    db.exec(
      `INSERT INTO windows (start_ms, end_ms, types, printed_ms, dirty) VALUES (0, 60000, 1, ${printedMs}, 0)`,
    );
    db.exec(`INSERT INTO outbox_dead_letters (body, attributes) VALUES ('same', '{}'), ('same', '{}')`);
    db.close();
    const store = new SqliteStore(path);
    expect((await store.readRetention()).clockMs).to.equal(printedMs);
    const names = (await store.readDeadLetters(0, 10)).map(({ name }) => name);
    expect(new Set(names).size).to.equal(2);
    expect(names.join(' ')).to.match(/^[0-9a-f]{32} [0-9a-f]{32}$/);
    await store.close();
  });

  it('refuses a damaged file and keeps it', async () => {
    const path = inDirectory('state.db');
    await writeSomeState(path);
    const bytes = readFileSync(path);
    bytes.fill(0xff, 100, 4_096);
    writeFileSync(path, bytes);
    expectRefusal(path, Error, /damaged.*kept as it is/);
  });

  it('keeps a file whose end is missing, whenever that comes out', async () => {
    const path = inDirectory('state.db');
    await writeSomeState(path);
    truncateSync(path, 4_096 * 3);
    const before = readFileSync(path);
    const use = async () => {
      await using store = Object.assign(new SqliteStore(path), {
        [Symbol.asyncDispose]: () => store.close(),
      });
      await store.readLines(0, 1_000);
    };
    expect(await faultOf(use()))
      .to.be.an('error')
      .with.property('message')
      .that.matches(/state file .* (damaged|cannot be used any more)/);
    expect(readFileSync(path).equals(before)).to.equal(true);
  });

  it('refuses a path that is a directory', () => {
    mkdirSync(inDirectory('state.db'));
    expect(() => new SqliteStore(inDirectory('state.db'))).to.throw(WrongSettings, /STATE_URL names/);
  });

  it('refuses a path that leads through a file', () => {
    writeFileSync(inDirectory('file'), 'content');
    expect(() => new SqliteStore(inDirectory('file', 'state.db'))).to.throw(WrongSettings, /STATE_URL names/);
    expect(readFileSync(inDirectory('file'), 'utf8')).to.equal('content');
  });

  async function openWithoutRights(path: string): Promise<Report['fault']> {
    const child = fork('spec/support/state-process.ts', ['open without rights', path], { execArgv: [] });
    const [report] = (await once(child, 'message')) as [Report];
    return report.fault;
  }

  it('refuses a file that it may not write, and keeps it', async () => {
    const path = inDirectory('state.db');
    await writeSomeState(path);
    chmodSync(path, 0o444);
    chmodSync(inDirectory(), 0o555);
    const before = readFileSync(path);
    const fault = await openWithoutRights(path);
    expect(fault?.message).to.match(/STATE_URL names .*may write/);
    expect(fault?.name).to.equal('WrongSettings');
    expect(readFileSync(path).equals(before)).to.equal(true);
  });

  it('refuses a directory that it may not write', async () => {
    chmodSync(inDirectory(), 0o555);
    const fault = await openWithoutRights(inDirectory('state.db'));
    expect(fault?.message).to.match(/STATE_URL names .*may write/);
    expect(fault?.name).to.equal('WrongSettings');
    expect(existsSync(inDirectory('state.db'))).to.equal(false);
  });
});
