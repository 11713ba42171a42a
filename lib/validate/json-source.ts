/**
 * Finds the source text of single values inside a JSON text that `JSON.parse` has already accepted. It exists
 * because a parsed number has lost digits (12345678901234567890) and a re-serialised element is no longer what
 * the sender wrote. It walks instead of recursing, so that no nesting is too deep for it.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** The source of each element of a JSON array. */
export function elementSources(json: string): string[] {
  const sources: string[] = [];
  let at = skipSpace(json, skipSpace(json, 0) + 1);
  while (json.charCodeAt(at) !== CLOSE_BRACKET) {
    const end = skipValue(json, at);
    sources.push(json.slice(at, end));
    at = skipSeparator(json, end);
  }
  return sources;
}

/**
 * The source of the member called `name` of a JSON object, or undefined when it has none. Of several with that
 * name the last one counts, as it does for `JSON.parse`.
 */
export function memberSource(json: string, name: string): string | undefined {
  let found: string | undefined;
  let at = skipSpace(json, skipSpace(json, 0) + 1);
  while (json.charCodeAt(at) !== CLOSE_BRACE) {
    const keyEnd = skipString(json, at);
    const valueStart = skipSpace(json, skipSpace(json, keyEnd) + 1);
    const valueEnd = skipValue(json, valueStart);
    // A key may be written with escapes, such as "v\u0061lue".
    if (JSON.parse(json.slice(at, keyEnd)) === name) found = json.slice(valueStart, valueEnd);
    at = skipSeparator(json, valueEnd);
  }
  return found;
}

function skipSpace(json: string, from: number): number {
  let at = from;
  while (json.charCodeAt(at) <= 0x20) at += 1;
  return at;
}

/** From behind a value to the next one, or to the closing bracket. */
function skipSeparator(json: string, from: number): number {
  const at = skipSpace(json, from);
  return json.charCodeAt(at) === COMMA ? skipSpace(json, at + 1) : at;
}

function skipString(json: string, start: number): number {
  let at = start + 1;
  while (json.charCodeAt(at) !== QUOTE) at += json.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

function skipValue(json: string, start: number): number {
  const first = json.charCodeAt(start);
  if (first === QUOTE) return skipString(json, start);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipContainer(json, start);
  let at = start;
  while (at < json.length && !isScalarEnd(json.charCodeAt(at))) at += 1;
  return at;
}

function isScalarEnd(code: number): boolean {
  return code <= 0x20 || code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET;
}

function skipContainer(json: string, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      at = skipString(json, at);
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
    at += 1;
  } while (depth > 0);
  return at;
}
