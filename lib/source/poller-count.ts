/** What SQS accepts as the most messages of one receive. */
export const BATCH_SIZE = 10;

/**
 * Decides how many pollers there should be. Each full batch says that more may be waiting and asks for one more,
 * so under a backlog their number doubles with every round of receives; each empty one says that there is one
 * too many. A batch in between says that receives and messages are in balance. An idle queue so comes to cost
 * one long poll at a time, and a burst is met within a few round trips.
 */
export class PollerCount {
  readonly #max: number;
  #wanted = 1;

  /** @param max 1 or more */
  constructor(max: number) {
    this.#max = max;
  }

  get wanted(): number {
    return this.#wanted;
  }

  /**
   * A receive was answered with so many messages. One that failed says nothing, and is not reported here.
   *
   * @param isMemoryTight the messages in hand are so large that there should be fewer of them
   */
  answered(messages: number, isMemoryTight: boolean): void {
    if (messages === 0 || isMemoryTight) this.#wanted = Math.max(1, this.#wanted - 1);
    else if (messages >= BATCH_SIZE) this.#wanted = Math.min(this.#max, this.#wanted + 1);
  }
}
