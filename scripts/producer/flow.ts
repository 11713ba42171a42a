import { type Clock, sleep } from '../../lib/clock.ts';

/** Shortest pause between two groups: many small requests would cost more than they carry. */
const TICK_MS = 100;

/** The first `count` items. */
export async function* limited<T>(items: Iterable<T> | AsyncIterable<T>, count: number): AsyncGenerator<T> {
  if (count < 1) return;
  let taken = 0;
  for await (const item of items) {
    yield item;
    if (++taken >= count) return;
  }
}

/** The items in groups of `size`, the last one smaller, as fast as they come. */
export async function* grouped<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  const source = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const group: T[] = [];
      const end = await take(source, size, group);
      if (group.length > 0) yield group;
      if (end) return rethrow(end);
    }
  } finally {
    await source.return?.();
  }
}

/**
 * The items in groups, at `perSecond` on average, until they or `signal` end it.
 *
 * It is a token bucket that holds one second's worth: whoever falls behind, because SQS was slow or the machine
 * slept, goes on at the same rate instead of sending everything that was missed in one burst.
 */
export async function* paced<T>(
  items: AsyncIterable<T>,
  perSecond: number,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<T[]> {
  const source = items[Symbol.asyncIterator]();
  const allowanceMax = Math.max(1, perSecond);
  let allowance = 1;
  let lastMs = clock.nowMs();
  try {
    while (!signal.aborted) {
      const nowMs = clock.nowMs();
      allowance = Math.min(allowanceMax, allowance + (Math.max(0, nowMs - lastMs) / 1000) * perSecond);
      lastMs = nowMs;
      const group: T[] = [];
      const end = await take(source, Math.floor(allowance), group);
      allowance -= group.length;
      if (group.length > 0) yield group;
      if (end) return rethrow(end);
      await sleep(clock, Math.max(TICK_MS, ((1 - allowance) / perSecond) * 1000), signal);
    }
  } finally {
    await source.return?.();
  }
}

/** How a source ended: by itself, or with a fault. */
type End = { readonly fault?: unknown };

/**
 * Puts the next `count` items into `group`, or fewer at the end, and says so. A fault is an end too, not an
 * exception: the items before it were good and have yet to be sent.
 */
async function take<T>(source: AsyncIterator<T>, count: number, group: T[]): Promise<End | undefined> {
  try {
    while (group.length < count) {
      const next = await source.next();
      if (next.done) return {};
      group.push(next.value);
    }
    return undefined;
  } catch (fault) {
    return { fault };
  }
}

function rethrow(end: End): void {
  if ('fault' in end) throw end.fault;
}
