import { SqliteStore } from '../../lib/state/sqlite-store.ts';
import { useTempDirectory } from '../support/temp-directory.ts';
import { describeStateStore } from './state-store-contract.ts';

describe('the SQLite store', () => {
  const inDirectory = useTempDirectory();
  describeStateStore('on a file', async (database) => new SqliteStore(inDirectory(`${database}.db`)));
});
