/**
 * Cuts long work into pieces, so that timers, sockets and signals get their turn in between, however much a single
 * message brings. It counts the work instead of measuring time: the same work is cut at the same places every
 * time, in a simulation too, and a small piece of work is not cut at all.
 */
export class Breather {
  readonly #unitsPerTurn: number;
  #left: number;

  /** @param unitsPerTurn about as many units of the work as take some ten milliseconds */
  constructor(unitsPerTurn: number) {
    this.#unitsPerTurn = unitsPerTurn;
    this.#left = unitsPerTurn;
  }

  /** To be called for each piece of work. What it returns, if anything, has to be awaited before the next one. */
  spend(units = 1): Promise<void> | undefined {
    this.#left -= units;
    if (this.#left > 0) return undefined;
    this.#left = this.#unitsPerTurn;
    return eventLoopTurn();
  }
}

/** Resolves when everything else that waits for the event loop has had its turn. */
export function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
