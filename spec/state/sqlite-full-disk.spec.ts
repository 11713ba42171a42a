import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { SqliteStore } from '../../lib/state/sqlite-store.ts';
import type { Report } from '../support/state-process.ts';
import { useTempDirectory } from '../support/temp-directory.ts';

describe('the SQLite store on a disk that is full', () => {
  const inDirectory = useTempDirectory();

  /** A limit on the size of files stands for the end of the disk; its unit is 512 or 1,024 bytes. */
  async function fillUpTo(blocks: number, path: string): Promise<Report> {
    const child = spawn(
      'sh',
      [
        '-c',
        `ulimit -f ${blocks}; exec "$@"`,
        'sh',
        process.execPath,
        'spec/support/state-process.ts',
        'fill',
        path,
      ],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    const [report] = (await once(child, 'message')) as [Report];
    await once(child, 'exit');
    return report;
  }

  for (const blocks of [2_000, 20_000])
    it(`asks to try again later and has changed nothing, with a disk of ${blocks} blocks`, async () => {
      const path = inDirectory('state.db');
      const { commits, remembered, fault } = await fillUpTo(blocks, path);
      expect(fault).to.include({ name: 'RetryLater' });
      expect(fault!.message)
        .to.include(path)
        .and.match(/cannot be written now/);
      expect(commits).to.be.above(0);
      expect(remembered).to.equal(commits);

      // With room again, it goes on where it was.
      const store = new SqliteStore(path);
      expect((await store.readLedger()).get('received')).to.deep.equal({
        events: commits,
        messages: commits,
      });
      expect(await store.readLines(0, 1_000_000)).to.have.length(commits * 100);
      await store.transaction((tx) => tx.addLines(['there is room again']));
      await store.close();
      const db = new DatabaseSync(path);
      expect({ ...db.prepare('PRAGMA integrity_check').get() }).to.deep.equal({ integrity_check: 'ok' });
      db.close();
    });
});
