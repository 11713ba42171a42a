/** ECMAScript's source text access to JSON, which TypeScript's library does not know yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };

/** A number in a JSON text, with all its digits: a double would keep 15 to 17 of them. */
export type ExactNumber = object;

/** @param text a decimal in plain notation, such as `650.0` */
export function exact(text: string): ExactNumber {
  return rawJSON(text);
}

/** `2020-10-06T10:02:00Z` as in result lines; milliseconds are shown only where there are some. */
export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z');
}
