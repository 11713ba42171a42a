import { RECEIVE_MAX_MS, type ReadingSpell } from './reading-spell.ts';

/** What a commit sweeps at least, in identities. */
const SWEPT_PER_COMMIT = 100;

/**
 * Which identities a state may still hold: those with an open claim, and those for which DEDUP_RETENTION of unbroken
 * reading has not passed since they were last spoken of. All others have to be gone as soon as commits have swept once
 * through everything.
 */
export class KeptIdentities {
  readonly #dedupRetentionMs: number;
  readonly #spell: ReadingSpell;
  readonly #open = new Map<string, number>();
  readonly #lastMs = new Map<string, number>();
  /** When the latest commits were, the last one first. */
  #commitsMs: number[] = [];

  /** @param spell with the shortest pause that the program may take for a break */
  constructor(dedupRetentionMs: number, spell: ReadingSpell) {
    this.#dedupRetentionMs = dedupRetentionMs;
    this.#spell = spell;
  }

  committed(claimed: readonly string[], confirmed: readonly string[], nowMs: number): void {
    for (const identity of confirmed) this.#add(identity, -1, nowMs);
    for (const identity of claimed) this.#add(identity, 1, nowMs);
    this.#commitsMs = [nowMs, ...this.#commitsMs].slice(0, this.#sweepLength);
  }

  /** All that were ever committed. */
  get known(): string[] {
    return [...this.#open.keys()];
  }

  /** Those of `kept` that should have been forgotten. Nothing can be said before commits have swept through all. */
  overdue(kept: readonly string[]): string[] {
    const sweptMs = this.#commitsMs[this.#sweepLength - 1] ?? Number.NEGATIVE_INFINITY;
    // That a break is over the program knows only from the answer of the receive that ended it.
    if (this.#spell.sinceMs + RECEIVE_MAX_MS + this.#dedupRetentionMs >= sweptMs) return [];
    return kept.filter(
      (identity) =>
        this.#open.get(identity) === 0 && this.#lastMs.get(identity)! + this.#dedupRetentionMs < sweptMs,
    );
  }

  /** So many commits look at every identity at least once: what is left of one round, and a whole one. */
  get #sweepLength(): number {
    return 2 * (1 + Math.ceil(this.#open.size / SWEPT_PER_COMMIT));
  }

  #add(identity: string, claims: number, nowMs: number): void {
    this.#open.set(identity, Math.max(0, (this.#open.get(identity) ?? 0) + claims));
    this.#lastMs.set(identity, nowMs);
  }
}
