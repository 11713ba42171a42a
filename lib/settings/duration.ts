const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
const DURATION = /^(\d{1,9})(ms|s|m|h|d)$/;

/** A hundred years: longer is a slip of the pen, and would leave the range of dates. */
const DURATION_MAX_MS = 36_525 * 86_400_000;

/** Reads `500ms`, `10s`, `5m`, `2h` or `1d`; undefined for anything else. The result is in milliseconds. */
export function parseDuration(text: string): number | undefined {
  const parts = DURATION.exec(text);
  if (!parts) return undefined;
  const durationMs = Number(parts[1]) * UNIT_MS.get(parts[2]!)!;
  return durationMs <= DURATION_MAX_MS ? durationMs : undefined;
}
