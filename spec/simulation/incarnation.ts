import { RetryLater } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { runPipeline } from '../../lib/pipeline.ts';
import type { Settings } from '../../lib/settings/settings.ts';
import type { Outlet } from '../../lib/sink/outlet.ts';
import type { StateStore, StateTransaction } from '../../lib/state/state-store.ts';
import { type SimulatedSqs, VISIBILITY_TIMEOUT_MS } from './simulated-sqs.ts';
import type { World } from './world.ts';

/** The queue's own, SQS' default of 4 days. */
export const RETENTION_MS = 345_600_000;

/** Every point where a process can die, in the order in which a message passes them. */
export const STEPS: readonly string[] = [
  ...around('ReceiveMessage'),
  'before BEGIN',
  ...[
    'readRetention',
    'confirmIdentities',
    'claimIdentities',
    'readProgress',
    'readWindow',
    'readAggregates',
    'writeWindow',
    'addToTotals',
  ].map(within),
  ...['readDueLines', 'markPrinted', 'addLines', 'writeProgress', 'addToLedger', 'addDeadLetters'].map(
    within,
  ),
  ...['forgetWindows', 'purgeIdentities', 'writeRetention', 'readOutlook'].map(within),
  'before COMMIT',
  'after COMMIT',
  ...around('ChangeMessageVisibilityBatch'),
  ...around('DeleteMessageBatch'),
  ...around('stdout'),
  ...around('removeLines'),
  ...around('readDeadLetters'),
  ...around('GetQueueUrl'),
  ...around('SendMessageBatch'),
  ...around('removeDeadLetters'),
];

function around(name: string): string[] {
  return [`before ${name}`, `after ${name}`];
}

function within(name: string): string {
  return `in the transaction: ${name}`;
}

const NEVER = new Promise<never>(() => {});

/** When a process is going to die: at the n-th step of all, or the n-th time that a certain step is reached. */
export interface Doom {
  readonly step: string | undefined;
  remaining: number;
}

export interface Surroundings {
  readonly world: World;
  readonly sqs: SimulatedSqs;
  readonly store: StateStore;
  readonly settings: Settings;
  /** Told of each line that reached stdout. */
  readonly onLine: (line: string) => void;
  /** Told of the identities that a transaction claimed, once it is committed. */
  readonly onCommitted: (identities: readonly string[]) => void;
  /** Told of the identities whose deletion the program takes for confirmed. */
  readonly onConfirmed: (identities: readonly string[]) => void;
  readonly onLog: (level: string, message: string, details: unknown) => void;
}

/**
 * One process: the real pipeline between simulated outsides. It can die at every point where it waits for one
 * of them; from then on no call has an effect or an answer, and its timers are gone, as if it had been killed.
 */
export class Incarnation {
  readonly #surroundings: Surroundings;
  readonly #doom: Doom | undefined;
  readonly #stop = new AbortController();
  readonly #death = Promise.withResolvers<never>();
  isAlive = true;
  /** Ends with the process, if it ends by itself. */
  readonly ended: Promise<string>;

  constructor(surroundings: Surroundings, doom: Doom | undefined) {
    this.#surroundings = surroundings;
    this.#doom = doom;
    this.#death.promise.catch(() => {});
    this.ended = this.#run();
  }

  stop(): void {
    this.#stop.abort();
  }

  async #run(): Promise<string> {
    const { world, settings, sqs } = this.#surroundings;
    const client = {
      send: (command: object, options: object) =>
        this.#guarded(command.constructor.name.replace('Command', ''), () => sqs.send(command, options)),
    } as never;
    const outcome = await runPipeline({
      settings,
      queueUrl: 'http://sqs/events',
      queueTraits: {
        arn: 'arn:aws:sqs:eu-west-1:1:events',
        visibilityTimeoutMs: VISIBILITY_TIMEOUT_MS,
        retentionMs: RETENTION_MS,
      },
      clock: world.clock.of(this),
      stop: this.#stop.signal,
      log: this.#log(),
      store: this.#store(),
      stdout: this.#stdout(),
      sqs: client,
      deadLetterSqs: client,
    });
    world.clock.drop(this);
    return outcome;
  }

  /** A crash can strike before `effect`, and after it but before the program learns of it. */
  async #guarded<T>(name: string, effect: () => Promise<T>): Promise<T> {
    await this.#step(`before ${name}`);
    const result = await effect();
    await this.#step(`after ${name}`);
    return result;
  }

  async #step(name: string): Promise<void> {
    if (!this.isAlive) return NEVER;
    const count = this.#surroundings.world.step(name);
    count.reached += 1;
    const doom = this.#doom;
    if (!doom || (doom.step !== undefined && doom.step !== name)) return;
    doom.remaining -= 1;
    if (doom.remaining > 0 || this.#surroundings.world.isCalm) return;
    count.crashed += 1;
    this.#surroundings.world.note(`CRASH ${name}`);
    this.isAlive = false;
    this.#surroundings.world.clock.drop(this);
    this.#death.reject(new Error('the process is dead'));
    return NEVER;
  }

  #store(): StateStore {
    const { store, world, onCommitted } = this.#surroundings;
    const fail = (fault: 'storeFails' | 'commitFails') => {
      if (world.happens(fault)) throw new RetryLater(`simulated ${fault}`);
    };
    const guarded = <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) => {
      return (...args: A) =>
        this.#guarded(name, async () => {
          fail('storeFails');
          return call(...args);
        });
    };
    return {
      transaction: async (work) => {
        await this.#step('before BEGIN');
        fail('storeFails');
        if (world.happens('storeHangs')) await world.clock.wait(50_000);
        const claimed: string[] = [];
        const rolledBack = { byDeath: false };
        const result = await store
          .transaction(async (tx) => {
            const done = await Promise.race([work(this.#transaction(tx, claimed)), this.#death.promise]);
            await Promise.race([this.#step('before COMMIT'), this.#death.promise]);
            fail('commitFails');
            return done;
          })
          .catch((error: unknown) => {
            rolledBack.byDeath = !this.isAlive;
            if (this.isAlive) throw error;
          });
        if (rolledBack.byDeath) return NEVER;
        onCommitted(claimed);
        world.note(`committed ${claimed.join(' ') || 'nothing new'}`);
        await this.#step('after COMMIT');
        return result as Awaited<ReturnType<typeof work>>;
      },
      readLines: (afterSeq, limit) => store.readLines(afterSeq, limit),
      removeLines: guarded('removeLines', (seq) => store.removeLines(seq)),
      readDeadLetters: guarded('readDeadLetters', (afterSeq, limit) =>
        store.readDeadLetters(afterSeq, limit),
      ),
      countLines: () => store.countLines(),
      countDeadLetters: () => store.countDeadLetters(),
      removeDeadLetters: guarded('removeDeadLetters', (seqs) => store.removeDeadLetters(seqs)),
      readLedger: () => store.readLedger(),
      readRetention: () => store.readRetention(),
      readQueueArn: () => store.readQueueArn(),
      writeQueueArn: (arn) => store.writeQueueArn(arn),
      close: async () => {},
    };
  }

  /** Every call within the transaction is a step, too. */
  #transaction(tx: StateTransaction, claimed: string[]): StateTransaction {
    const { onConfirmed } = this.#surroundings;
    return new Proxy(tx, {
      get: (target, name: keyof StateTransaction) => {
        return async (...args: never[]) => {
          await this.#step(within(name));
          if (name === 'confirmIdentities') onConfirmed(args[0] as unknown as readonly string[]);
          if (name === 'claimIdentities') claimed.push(...(args[0] as unknown as readonly string[]));
          return (target[name] as (...given: never[]) => Promise<unknown>)(...args);
        };
      },
    });
  }

  /** Takes its time, and may lose its reader; only whole writes arrive, or nothing. */
  #stdout(): Outlet {
    const { world, onLine } = this.#surroundings;
    let isLost = false;
    return {
      write: async (bytes) => {
        await world.clock.wait(world.below(50));
        await this.#step('before stdout');
        isLost ||= world.happens('stdoutLost');
        if (isLost) throw new Error('Nobody reads stdout any more (simulated).');
        for (const line of Buffer.from(bytes).toString().split('\n').slice(0, -1)) onLine(line);
        await this.#step('after stdout');
        return bytes.length;
      },
      sync: async () => {},
      endsInHalfLine: async () => false,
    };
  }

  #log(): Log {
    const { onLog } = this.#surroundings;
    const at = (level: string) => (message: unknown, details?: unknown) => {
      if (this.isAlive) onLog(level, String(message), details);
    };
    return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') } as unknown as Log;
  }
}
