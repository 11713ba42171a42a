import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { migrations } from '../../lib/state/migrations.ts';
import { SELECT_WINDOWS } from '../../lib/state/sqlite-reader.ts';

describe('looking through the windows in SQLite', () => {
  it('begins where the last call left off, however deep, and sorts nothing', () => {
    const db = new DatabaseSync(':memory:');
    for (const migration of migrations) db.exec(migration);
    const plan = db
      .prepare(`EXPLAIN QUERY PLAN ${SELECT_WINDOWS}`)
      .all(0, 0, 0)
      .map(({ detail }) => detail);
    expect(plan).to.have.length(1);
    expect(plan[0]).to.match(
      /^SEARCH windows USING INDEX \w+ \(end_ms>\? AND \(end_ms,start_ms\)<\(\?,\?\)\)$/,
    );
    db.close();
  });
});
