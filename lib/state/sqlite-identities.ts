import type { DatabaseSync } from 'node:sqlite';
import type { Expired, Retention } from './state-store.ts';

export const SELECT_RETENTION = 'SELECT clock_ms AS clockMs, fence_ms AS fenceMs FROM retention';

/** The statements for identities; the caller begins and ends the transaction. */
export function identityStatements(db: DatabaseSync) {
  const insert = db.prepare('INSERT OR IGNORE INTO identities VALUES (?, 1, ?)');
  const reopen = db.prepare(
    'UPDATE identities SET open_deliveries = open_deliveries + 1, expires_ms = max(expires_ms, ?) WHERE identity = ?',
  );
  const confirm = db.prepare(
    `UPDATE identities SET open_deliveries = max(open_deliveries - 1, 0),
       expires_ms = CASE WHEN open_deliveries <= 1 THEN ? ELSE expires_ms END WHERE identity = ?`,
  );
  const selectSweepEnd = db.prepare(
    'SELECT identity FROM identities WHERE identity > ? ORDER BY identity LIMIT 1 OFFSET ?',
  );
  const isExpired = 'expires_ms < ? AND (open_deliveries > 0 OR expires_ms < ?)';
  const sweep = db.prepare(`DELETE FROM identities WHERE identity > ? AND identity <= ? AND ${isExpired}`);
  const sweepRest = db.prepare(`DELETE FROM identities WHERE identity > ? AND ${isExpired}`);
  let sweptTo = '';
  return {
    async claimIdentities(identities: readonly string[], expiresMs: number): Promise<boolean[]> {
      return identities.map((identity) => {
        const isFirst = insert.run(identity, expiresMs).changes === 1;
        if (!isFirst) reopen.run(expiresMs, identity);
        return isFirst;
      });
    },
    async confirmIdentities(identities: readonly string[], expiresMs: number): Promise<void> {
      for (const identity of identities) confirm.run(expiresMs, identity);
    },
    async purgeIdentities({ openBeforeMs, closedBeforeMs }: Expired, limit: number): Promise<number> {
      const end = selectSweepEnd.get(sweptTo, limit - 1)?.identity as string | undefined;
      const { changes } =
        end === undefined
          ? sweepRest.run(sweptTo, openBeforeMs, closedBeforeMs)
          : sweep.run(sweptTo, end, openBeforeMs, closedBeforeMs);
      sweptTo = end ?? '';
      return Number(changes);
    },
  };
}

/** The statements for what decides how long identities are kept. */
export function retentionStatements(db: DatabaseSync) {
  const select = db.prepare(SELECT_RETENTION);
  const update = db.prepare('UPDATE retention SET clock_ms = ?, fence_ms = ?');
  return {
    async readRetention(): Promise<Retention> {
      return select.get() as unknown as Retention;
    },
    async writeRetention({ clockMs, fenceMs }: Retention): Promise<void> {
      update.run(clockMs, fenceMs);
    },
  };
}
