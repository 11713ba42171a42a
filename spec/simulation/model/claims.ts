/**
 * What is still owed for each identity, as the true time tells it: every committed delivery opens a claim, and only a
 * delete that was answered before the message could be received again closes one.
 */
export class Claims {
  readonly #open = new Map<string, number>();
  readonly #lastClosedMs = new Map<string, number>();

  /** Deliveries of these were committed; an identity stands as often as it was delivered. */
  committed(identities: readonly string[]): void {
    for (const identity of identities) this.#open.set(identity, this.open(identity) + 1);
  }

  /** A delete of one delivery was answered in time. */
  closed(identity: string, nowMs: number): void {
    this.#open.set(identity, Math.max(0, this.open(identity) - 1));
    this.#lastClosedMs.set(identity, nowMs);
  }

  open(identity: string): number {
    return this.#open.get(identity) ?? 0;
  }

  isCommitted(identity: string): boolean {
    return this.#open.has(identity);
  }

  /** When the last claim was closed, where none is open: from then on the program need not expect the message for ever. */
  settledMs(identity: string): number | undefined {
    return this.open(identity) === 0 ? this.#lastClosedMs.get(identity) : undefined;
  }
}
