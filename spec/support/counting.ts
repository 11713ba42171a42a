import { SqliteStore } from '../../lib/state/sqlite-store.ts';
import type { Ledger, OutboxDeadLetter } from '../../lib/state/state-store.ts';
import type { Event } from '../../lib/validate/event.ts';
import type { ValidatedMessage } from '../../lib/validate/validate-transform.ts';
import { type CommitOutcome, type CommitRules, type CommitWork, commit } from '../../lib/window/commit.ts';
import { START_MS } from './manual-clock.ts';
import { MINUTE_MS, messageOf, quietSince, rulesWith, timesAt } from './window-rules.ts';

export interface ResultLine {
  readonly type: string;
  readonly count: number;
  readonly sum: number;
  readonly window_start?: string;
  readonly window_end?: string;
  readonly revision: number;
}

/** Commits one after another on a store in memory, and keeps what they printed. */
export class Counting {
  readonly store = new SqliteStore(':memory:');
  /** Every line so far. */
  readonly printed: ResultLine[] = [];
  rules: CommitRules;
  /** An hour behind {@link START_MS}, so that no event of the specs is in the future by accident. */
  nowMs = START_MS + 60 * MINUTE_MS;

  constructor(rules: CommitRules = rulesWith()) {
    this.rules = rules;
  }

  /** Commits each list of events as one message, or whole messages, all together. */
  async commit(
    messages: readonly (ValidatedMessage | Event)[],
    work: Partial<CommitWork> = {},
  ): Promise<CommitOutcome> {
    const whole = messages.map((message) => ('identity' in message ? message : messageOf([message])));
    const outcome = await this.store.transaction((tx) =>
      commit(tx, { messages: whole, confirmed: [], ...timesAt(this.nowMs), ...work }, this.rules),
    );
    this.printed.push(...outcome.lines.map(({ line }) => JSON.parse(line) as ResultLine));
    return outcome;
  }

  /** Commits nothing, and closes what the clock has passed. */
  commitQuietly(): Promise<CommitOutcome> {
    return this.commit([], { quiet: quietSince(this.nowMs) });
  }

  /** What was printed, as `window_start type×count=sum #revision`, with the time of the start alone. */
  get summary(): string[] {
    return this.printed.map(
      ({ type, count, sum, window_start = 'total', revision }) =>
        `${window_start.slice(11, 19) || window_start} ${type}×${count}=${sum} #${revision}`,
    );
  }

  async deadLetters(): Promise<OutboxDeadLetter[]> {
    return this.store.readDeadLetters(0, 100_000);
  }

  async reasons(): Promise<(string | undefined)[]> {
    return (await this.deadLetters()).map(({ attributes }) => attributes.reason);
  }

  /** The ledger, as `{ received: [events, messages], … }`. */
  async ledger(): Promise<Record<string, [number, number]>> {
    const ledger: Ledger = await this.store.readLedger();
    return Object.fromEntries(
      [...ledger].map(([entry, { events, messages }]) => [entry, [events, messages]] as const),
    ) as Record<string, [number, number]>;
  }
}
