/** Upper ends of the classes by which lateness is told, in seconds: from a moment to a week. */
export const LATENESS_BOUNDS_S: readonly number[] = [1, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400, 604_800];

/**
 * How many late events there were, and how late: the numbers of a histogram. A backlog can be late as a whole, so
 * each event costs no more here than a few comparisons; whoever looks on is told once a commit.
 */
export class Lateness {
  events = 0;
  /** Of all of them together. */
  seconds = 0;
  /** How many are in each class of {@link LATENESS_BOUNDS_S}, its upper end included; and beyond the last one. */
  readonly classes: number[] = Array(LATENESS_BOUNDS_S.length + 1).fill(0);

  /** One more event, so far behind the watermark; 0 where it is ahead of it, in a window that quiet has closed. */
  add(seconds: number): void {
    this.events += 1;
    this.seconds += seconds;
    let at = 0;
    while (at < LATENESS_BOUNDS_S.length && seconds > LATENESS_BOUNDS_S[at]!) at += 1;
    this.classes[at]! += 1;
  }

  addAll(other: Lateness): void {
    this.events += other.events;
    this.seconds += other.seconds;
    for (const [at, events] of other.classes.entries()) this.classes[at]! += events;
  }
}
