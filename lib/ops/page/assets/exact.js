/** Exact decimals as text. A double is good enough to place a pixel, never to be read by somebody. */

/** @import { Total } from './shapes.d.ts' */

/**
 * Parses JSON and keeps each `sum` as the digits that stand in the text.
 * @param {string} text
 * @returns {any}
 */
export function parseExactly(text) {
  // The third argument is newer than TypeScript's types of it.
  const parse = /** @type {(text: string, reviver: (...args: any[]) => unknown) => any} */ (JSON.parse);
  return parse(text, (key, value, context) =>
    key === 'sum' && typeof value === 'number' ? context.source : value,
  );
}

/** Browsers before 2025 cannot tell the digits of a number, and this page shows no sum that may be wrong. */
export function canParseExactly() {
  try {
    return parseExactly('{"sum":0.10}').sum === '0.10';
  } catch {
    return false;
  }
}

/**
 * @param {string} a in plain notation, as result lines have it
 * @param {string} b
 */
export function addExactly(a, b) {
  const scale = Math.max(scaleOf(a), scaleOf(b));
  const total = unscaled(a, scale) + unscaled(b, scale);
  const digits = String(total < 0n ? -total : total).padStart(scale + 1, '0');
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '') || '0';
  return `${total < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}.${scale === 0 ? '0' : fraction}`;
}

/** @param {string} text */
export function scaleOf(text) {
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}

/**
 * @param {string} text
 * @param {number} scale
 */
function unscaled(text, scale) {
  return BigInt(text.replace('.', '') + '0'.repeat(scale - scaleOf(text)));
}

/**
 * `-1234567.5` → `-1,234,567.5`. Works on digits, so that nothing is rounded.
 * @param {string | number} number
 */
export function grouped(number) {
  const [whole = '', fraction] = String(number).split('.');
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? text : `${text}.${fraction}`;
}

/**
 * Types by count, the most first; by name where counts are equal, so that rows do not change places for nothing.
 * @param {readonly Total[]} totals
 */
export function byCount(totals) {
  return [...totals].sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1));
}
