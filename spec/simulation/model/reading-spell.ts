/** No receive lasts longer, so a longer one is not reading any more. */
export const RECEIVE_MAX_MS = 30_000;

export interface SimulatedReceive {
  readonly beganMs: number;
}

/**
 * Since when the queue has been read without a break, seen from the network. What is assumed of SQS after a delete is
 * counted in this time.
 */
export class ReadingSpell {
  readonly #breakMs: number;
  readonly #pending = new Set<SimulatedReceive>();
  #readMs = Number.NEGATIVE_INFINITY;
  sinceMs = Number.NEGATIVE_INFINITY;

  /** @param breakMs a longer pause in reading is a break */
  constructor(breakMs: number) {
    this.#breakMs = breakMs;
  }

  began(nowMs: number): SimulatedReceive {
    if (nowMs - this.#readUntil(nowMs) > this.#breakMs) this.sinceMs = nowMs;
    const receive = { beganMs: nowMs };
    this.#pending.add(receive);
    return receive;
  }

  answered(receive: SimulatedReceive, nowMs: number): void {
    this.#pending.delete(receive);
    this.#readMs = Math.max(this.#readMs, endOf(receive, nowMs));
  }

  /** Nobody can tell whether anything was read. */
  failed(receive: SimulatedReceive): void {
    this.#pending.delete(receive);
  }

  /** Whatever else makes the program begin anew. */
  interrupted(nowMs: number): void {
    this.sinceMs = nowMs;
  }

  #readUntil(nowMs: number): number {
    return Math.max(this.#readMs, ...[...this.#pending].map((receive) => endOf(receive, nowMs)));
  }
}

function endOf({ beganMs }: SimulatedReceive, nowMs: number): number {
  return Math.min(nowMs, beganMs + RECEIVE_MAX_MS);
}
