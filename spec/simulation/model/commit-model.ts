import type { Settings } from '../../../lib/settings/settings.ts';
import { type OracleEvent, toUnits, windowsOf } from '../../property/oracle.ts';
import { identityOf, type Sent } from '../generation/sendings.ts';

/** What is known of a commit from outside. */
export interface ObservedCommit {
  /** The identities of the deliveries that it took, in their order. */
  readonly claimed: readonly string[];
  /** What the wall clock showed at its start. */
  readonly wallMs: number;
}

interface Total {
  count: number;
  units: bigint;
}

/**
 * What has to come of the commits, told by nothing but the messages, the settings and docs/semantics.md: every message
 * counts at its first commit and never again, each event in the windows that still accept it, or it becomes a dead
 * letter for the reason that holds at that moment.
 */
export class CommitModel {
  readonly #settings: Settings;
  readonly #unseen = new Map<string, Sent>();
  readonly #totals = new Map<string, Total>();
  readonly #typesByWindow = new Map<string, Set<string>>();
  #newestMs = Number.NEGATIVE_INFINITY;
  #horizonMs = Number.NEGATIVE_INFINITY;
  /** The reasons of the dead letters, by where they come from. */
  readonly letters = new Map<string, string>();
  /** How many events are counted, and how often in windows. */
  events = 0;
  eventsInWindows = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** A message is sent; of copies the first one tells what is in it. */
  expect(sent: Sent): void {
    const identity = identityOf(sent.message);
    if (!this.#unseen.has(identity)) this.#unseen.set(identity, sent);
  }

  isSeen(identity: string): boolean {
    return !this.#unseen.has(identity);
  }

  apply({ claimed, wallMs }: ObservedCommit): void {
    const horizonMs = this.#horizonMs;
    for (const identity of claimed) {
      const sent = this.#unseen.get(identity);
      this.#unseen.delete(identity);
      for (const { origin, event } of sent?.items ?? []) {
        const reason = event ? this.#count(this.#dated(event, sent!), wallMs, horizonMs) : 'malformed';
        if (reason) this.letters.set(origin, reason);
      }
    }
    const { maxOutOfOrdernessMs, allowedLatenessMs } = this.#settings;
    this.#horizonMs = Math.max(horizonMs, this.#newestMs - maxOutOfOrdernessMs - allowedLatenessMs);
  }

  /** In the form of the oracle: `type|start|end` to `count|units`. */
  totals(): Map<string, string> {
    return new Map([...this.#totals].map(([key, { count, units }]) => [key, `${count}|${units}`]));
  }

  #dated(event: OracleEvent, { message }: Sent): OracleEvent {
    return this.#settings.eventTime === 'sent_at' ? { ...event, timeMs: message.sentAtMs } : event;
  }

  /** @returns why it cannot be counted */
  #count({ type, value, timeMs }: OracleEvent, wallMs: number, horizonMs: number): string | undefined {
    const { maxFutureSkewMs, window, maxTypesPerWindow } = this.#settings;
    if (timeMs > wallMs + maxFutureSkewMs) return 'in_the_future';
    const windows = windowsOf(timeMs, window)
      .filter(([, end]) => end === '' || Date.parse(end) > horizonMs)
      .map((bounds) => bounds.join('|'));
    if (windows.length === 0) return 'too_late';
    const types = windows.map((bounds) => this.#typesOf(bounds));
    if (types.some((known) => known.size >= maxTypesPerWindow && !known.has(type))) return 'too_many_types';
    for (const known of types) known.add(type);
    for (const bounds of windows) {
      const key = `${type}|${bounds}`;
      const { count, units } = this.#totals.get(key) ?? { count: 0, units: 0n };
      this.#totals.set(key, { count: count + 1, units: units + toUnits(value) });
    }
    this.events += 1;
    this.eventsInWindows += windows.length;
    this.#newestMs = Math.max(this.#newestMs, timeMs);
    return undefined;
  }

  #typesOf(bounds: string): Set<string> {
    const known = this.#typesByWindow.get(bounds) ?? new Set<string>();
    this.#typesByWindow.set(bounds, known);
    return known;
  }
}
