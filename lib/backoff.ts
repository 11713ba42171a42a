/** Shortest and longest wait between two tries, in milliseconds. */
export interface BackoffBounds {
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait after the `failures`-th failure in a row (1, 2, …), in milliseconds: it doubles from twice
 * `minMs` up to `maxMs`, and a random half of it is taken off, so that many clients do not return in step
 * ("equal jitter", https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 * The result is never below `minMs`.
 */
export function backoffMs(
  failures: number,
  { minMs, maxMs }: BackoffBounds,
  random: () => number = Math.random,
): number {
  const ceilingMs = Math.min(maxMs, 2 * minMs * 2 ** Math.min(failures - 1, 30));
  return Math.max(minMs, (ceilingMs / 2) * (1 + random()));
}
