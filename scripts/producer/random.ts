/** A number from 0 to just below 1, as `Math.random` gives. */
export type Random = () => number;

/**
 * Repeatable random numbers: the same seed gives the same sequence on every machine, which `Math.random` cannot.
 * This is mulberry32 by Tommy Ettinger, public domain
 * (https://gist.github.com/tommyettinger/46a874533244883189143505d203312c): 32 bits of state, good enough to
 * choose test data, unfit for secrets.
 */
export function mulberry32(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An integer from `min` to `max`, both included. */
export function integer(random: Random, min: number, max: number): number {
  return min + Math.floor(random() * (max - min + 1));
}

export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[integer(random, 0, items.length - 1)];
  if (item === undefined) throw new RangeError('There is nothing to pick from.');
  return item;
}

/** Each name, as often as its number says. */
export function repeated<Name extends string>(times: Readonly<Record<Name, number>>): Name[] {
  const names = Object.keys(times) as Name[];
  return names.flatMap((name) => Array<Name>(times[name]).fill(name));
}

/** A new array in random order (Fisher and Yates). */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = integer(random, 0, last);
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}
