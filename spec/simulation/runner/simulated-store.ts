import { RetryLater } from '../../../lib/errors.ts';
import type { StateStore, StateTransaction } from '../../../lib/state/state-store.ts';
import { within } from '../steps.ts';
import type { Process } from './process.ts';
import type { World } from './world.ts';

const NEVER = new Promise<never>(() => {});
const HANG_MS = 50_000;

/** What a commit did, seen from outside; it grows while the transaction runs. */
export class CommitRecord {
  readonly wallMs: number;
  readonly claimed: string[] = [];
  readonly confirmed: string[] = [];
  linesTo: number | undefined;
  deadLetters = 0;

  constructor(wallMs: number) {
    this.wallMs = wallMs;
  }

  /** A call of the transaction, with its arguments and what it resolved to. */
  add(name: keyof StateTransaction, given: readonly unknown[], result: unknown): void {
    if (name === 'claimIdentities') this.claimed.push(...(given[0] as string[]));
    if (name === 'confirmIdentities') this.confirmed.push(...(given[0] as string[]));
    if (name === 'addLines') this.linesTo = (result as { seq: number }[]).at(-1)?.seq ?? this.linesTo;
    if (name === 'addDeadLetters') this.deadLetters += (given[0] as unknown[]).length;
  }
}

export interface StoreObserver {
  /** The store is at work on a transaction, and takes no other one before its end. */
  began(): void;
  ended(): void;
  committed(commit: CommitRecord): void;
  /** Lines up to this one, or so many dead letters, have left the outbox. */
  linesRemoved(seq: number): void;
  deadLettersRemoved(letters: number): void;
}

/** The real store as one process sees it: with calls that fail or hang, and a step before and after each. */
export function simulateStore(
  store: StateStore,
  world: World,
  process: Process,
  observer: StoreObserver,
): StateStore {
  const fail = (fault: 'storeFails' | 'commitFails') => {
    if (world.happens(fault)) throw new RetryLater(`simulated ${fault}`);
  };
  const guarded = <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) => {
    return (...args: A) =>
      process.guarded(name, async () => {
        fail('storeFails');
        return call(...args);
      });
  };
  return {
    async transaction<T>(work: (tx: StateTransaction) => Promise<T>): Promise<T> {
      await process.step('before BEGIN');
      fail('storeFails');
      if (world.happens('storeHangs')) await hang(world, process);
      let commit!: CommitRecord;
      let result: T;
      observer.began();
      try {
        result = await store.transaction(async (tx) => {
          commit = new CommitRecord(world.clock.wallMs);
          const done = await process.survived(work(observed(tx, process, commit)));
          await process.survived(process.step('before COMMIT'));
          fail('commitFails');
          return done;
        });
      } catch (error) {
        if (!process.isAlive) return NEVER;
        throw error;
      } finally {
        observer.ended();
      }
      observer.committed(commit);
      await process.step('after COMMIT');
      return result;
    },
    readLines: (afterSeq, limit) => store.readLines(afterSeq, limit),
    removeLines: guarded('removeLines', async (seq) => {
      await store.removeLines(seq);
      observer.linesRemoved(seq);
    }),
    readDeadLetters: guarded('readDeadLetters', (afterSeq, limit) => store.readDeadLetters(afterSeq, limit)),
    countLines: () => store.countLines(),
    countDeadLetters: () => store.countDeadLetters(),
    removeDeadLetters: guarded('removeDeadLetters', async (seqs) => {
      await store.removeDeadLetters(seqs);
      observer.deadLettersRemoved(seqs.length);
    }),
    readLedger: () => store.readLedger(),
    readRetention: () => store.readRetention(),
    readQueueArn: () => store.readQueueArn(),
    writeQueueArn: (arn) => store.writeQueueArn(arn),
    close: async () => {},
  };
}

/** Every call within the transaction is a step, too. */
function observed(tx: StateTransaction, process: Process, commit: CommitRecord): StateTransaction {
  return new Proxy(tx, {
    get: (target, name: keyof StateTransaction) => {
      return async (...args: never[]) => {
        await process.step(within(name));
        const result = await (target[name] as (...given: never[]) => Promise<unknown>)(...args);
        commit.add(name, args, result);
        return result;
      };
    },
  });
}

/** Time passes, and the process goes on with everything else. */
async function hang(world: World, process: Process): Promise<void> {
  await world.clock.wait(HANG_MS);
  await process.step('before BEGIN');
}
