/**
 * A process of its own that uses a state file. It is forked with what it shall do and the path, and tells its
 * parent how that went.
 */
import { messageOf } from '../../lib/errors.ts';
import { SqliteStore } from '../../lib/state/sqlite-store.ts';

const [action, path = ''] = process.argv.slice(2);

export interface Report {
  /** Transactions that succeeded. */
  readonly commits: number;
  /** Those of them that the store knows of after the fault. */
  readonly remembered: number;
  readonly fault: { readonly name: string; readonly message: string } | undefined;
}

async function fill(store: SqliteStore): Promise<Report> {
  const lines = Array.from({ length: 100 }, (_, index) => `${index} ${'x'.repeat(1_000)}`);
  for (let commits = 0; commits < 1_000; commits += 1)
    try {
      await store.transaction(async (tx) => {
        await tx.addToLedger(new Map([['received', { events: 1, messages: 1 }]]));
        await tx.addLines(lines);
      });
    } catch (error) {
      const remembered = (await store.readLedger()).get('received')?.events ?? 0;
      return { commits, remembered, fault: { name: (error as Error).name, message: messageOf(error) } };
    }
  return { commits: 1_000, remembered: 1_000, fault: undefined };
}

/** As a user to whom file permissions apply. */
function openWithoutRights(): Report {
  if (process.getuid?.() === 0) process.setuid?.(65_534);
  try {
    new SqliteStore(path).close();
    return { commits: 0, remembered: 0, fault: undefined };
  } catch (error) {
    return {
      commits: 0,
      remembered: 0,
      fault: { name: (error as Error).name, message: messageOf(error) },
    };
  }
}

if (action === 'hold') {
  const store = new SqliteStore(path);
  await store.transaction((tx) => tx.addLines(['written by the other process']));
  process.send?.('open');
  setInterval(() => {}, 60_000);
} else process.send?.(action === 'fill' ? await fill(new SqliteStore(path)) : openWithoutRights());
