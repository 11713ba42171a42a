import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { CommitOutcome } from '../window/commit.ts';
import type { Observer } from './observer.ts';

const INTERVAL_MS = 60_000;
const DEAD_LETTERED = 'dead_lettered:';

/**
 * Says in the log how much became dead letters, and why: at once when it begins, and while it goes on once a
 * minute, however much it is. Nobody may be looking at metrics or at the dead-letter queue, and a sender whose
 * every event is refused looks like one that sends nothing.
 */
export class DeadLetterLog implements Partial<Observer> {
  readonly #clock: Clock;
  readonly #log: Log;
  /** How many events since the last line, by reason. */
  readonly #unsaid = new Map<string, number>();
  #example: Readonly<Record<string, string | undefined>> = {};
  /** Set from a line until a minute later. */
  #cancelNext: (() => void) | undefined;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  committed(_messages: number, { changes, letters }: CommitOutcome): void {
    const [letter] = letters;
    if (!letter) return;
    if (this.#unsaid.size === 0) {
      const { detail, source_message_id } = letter.attributes;
      this.#example = { example: detail, source_message_id };
    }
    // From the ledger, because a letter may have given up its reason for a large body.
    for (const [entry, { events }] of changes)
      if (entry.startsWith(DEAD_LETTERED)) {
        const reason = entry.slice(DEAD_LETTERED.length);
        this.#unsaid.set(reason, (this.#unsaid.get(reason) ?? 0) + events);
      }
    if (!this.#cancelNext) this.#say();
  }

  ended(): void {
    if (this.#unsaid.size > 0) this.#say();
    this.#cancelNext?.();
    this.#cancelNext = undefined;
  }

  #say(): void {
    const reasons = [...this.#unsaid]
      .sort(([, a], [, b]) => b - a)
      .map(([reason, events]) => `${events} ${reason}`);
    this.#log.warn(`Could not be counted and became dead letters: ${reasons.join(', ')}.`, this.#example);
    this.#unsaid.clear();
    this.#cancelNext?.();
    this.#cancelNext = this.#clock.schedule(() => {
      this.#cancelNext = undefined;
      if (this.#unsaid.size > 0) this.#say();
    }, INTERVAL_MS);
  }
}
