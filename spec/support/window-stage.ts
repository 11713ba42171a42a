import type { Quiet } from '../../lib/source/reception.ts';
import { SqliteStore } from '../../lib/state/sqlite-store.ts';
import { StateClock } from '../../lib/state/state-clock.ts';
import type { OutboxLine, StateTransaction } from '../../lib/state/state-store.ts';
import type { CommitRules } from '../../lib/window/commit.ts';
import { WindowTransform } from '../../lib/window/window-transform.ts';
import { ManualClock, settle } from './manual-clock.ts';
import { MemoryLog } from './memory-log.ts';
import { rulesWith } from './window-rules.ts';

/** A store in memory that counts its transactions, fails when told to and can be held up. */
export class WatchedStore extends SqliteStore {
  commits = 0;
  /** The next transactions meet these, one each. */
  readonly faults: Error[] = [];
  #held: PromiseWithResolvers<void> | undefined;

  constructor() {
    super(':memory:');
  }

  /** No transaction ends from now on, until {@link release}. */
  hold(): void {
    this.#held = Promise.withResolvers();
  }

  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  override async transaction<T>(work: (tx: StateTransaction) => Promise<T>): Promise<T> {
    const fault = this.faults.shift();
    if (fault) throw fault;
    const result = await super.transaction(async (tx) => {
      const outcome = await work(tx);
      await this.#held?.promise;
      return outcome;
    });
    this.commits += 1;
    return result;
  }
}

export interface StageOptions {
  readonly pollers?: number;
  readonly lingerMs?: number;
  readonly rules?: CommitRules;
  readonly store?: WatchedStore;
  /** What the state's clock showed when the process before ended. */
  readonly stateClockMs?: number;
}

/** The windowing stage alone, with everything around it in the hands of the spec. */
export class WindowStage {
  readonly clock = new ManualClock();
  readonly logged = new MemoryLog();
  readonly store: WatchedStore;
  readonly transform: WindowTransform;
  isQuiet = false;
  /** Since when, while it is; no time has passed by default, so that the wall clock alone decides. */
  quiet: Quiet = { sinceMs: Number.MIN_SAFE_INTEGER, lastedMs: 0 };
  readonly deadLetters: number[] = [];
  /** What it was destroyed with. */
  fault: Error | undefined;

  constructor({
    pollers = 1,
    lingerMs = 20,
    rules = rulesWith(),
    store = new WatchedStore(),
    stateClockMs = 0,
  }: StageOptions = {}) {
    this.store = store;
    this.transform = new WindowTransform({
      store,
      rules,
      clock: this.clock,
      stateClock: new StateClock(this.clock, stateClockMs, 30_000),
      renewedMs: () => 0,
      log: this.logged.log,
      lingerMs,
      pollers: () => pollers,
      quiet: () => (this.isQuiet ? this.quiet : undefined),
      onDeadLetters: (added) => this.deadLetters.push(added),
    });
    this.transform.on('error', (error) => {
      this.fault = error;
    });
    // Like the stage behind it, which asks as soon as the two are joined.
    this.transform.read(0);
  }

  /** Everything that comes out until now, and from now on. */
  collect(): string[] {
    const collected: string[] = [];
    this.transform.on('data', (lines: OutboxLine[]) => collected.push(...lines.map(({ line }) => line)));
    return collected;
  }

  async end(): Promise<void> {
    this.transform.destroy();
    this.store.release();
    await settle();
    await this.store.close();
  }
}
