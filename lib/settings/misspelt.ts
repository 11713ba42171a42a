/**
 * The known name that `name` was probably meant to be, or undefined. One slip (a letter wrong, missing, too
 * many, or two swapped) is forgiven in a short name, two in a long one: `WINDWO` is meant to be `WINDOW`, but
 * the `WINDOWID` of an X terminal is not.
 */
export function closestName(name: string, known: readonly string[]): string | undefined {
  const upper = name.toUpperCase();
  const close = known
    .map((candidate) => ({ candidate, slips: slipsBetween(upper, candidate) }))
    .filter(({ candidate, slips }) => slips <= (candidate.length < 9 ? 1 : 2))
    .sort((a, b) => a.slips - b.slips);
  return close[0]?.candidate;
}

/** Optimal string alignment distance (Damerau 1964, each part of the text edited at most once). */
function slipsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return Number.POSITIVE_INFINITY;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? rows[i - 2]![j - 2]! + 1
          : Number.POSITIVE_INFINITY;
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, substituted, swapped));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
