/** Times and durations as text. All times are UTC, as on the result lines. */

/** @param {number} timeMs */
export function clockTime(timeMs) {
  const text = new Date(timeMs).toISOString();
  return text.endsWith('.000Z') ? text.slice(11, 19) : text.slice(11, 23);
}

/** @param {number} timeMs */
export function date(timeMs) {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/**
 * Two units at most: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`, `4 d 3 h`.
 * @param {number} seconds
 * @returns {string}
 */
export function duration(seconds) {
  if (seconds < 0) return `−${duration(-seconds)}`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
  return `${Math.floor(whole / 86_400).toLocaleString('en')} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/**
 * `12`, `1.2`, `0.05`: as many digits as somebody can use at a glance. For rates, which are estimates anyway.
 * @param {number} perSecond
 */
export function rate(perSecond) {
  if (perSecond >= 100) return Math.round(perSecond).toLocaleString('en');
  return perSecond.toFixed(perSecond >= 10 || perSecond === 0 ? 0 : 1);
}

/**
 * Short enough for an axis: `950`, `1.2k`, `3M`, `1e18`.
 * @param {number} value
 */
export function axisNumber(value) {
  const size = Math.abs(value);
  if (size >= 1e15) return value.toExponential(1).replace('.0e', 'e').replace('+', '');
  return new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: size < 1 ? 3 : 1 }).format(
    value,
  );
}

/**
 * @param {number} number
 * @param {string} one
 * @param {string} many
 */
export function plural(number, one, many = `${one}s`) {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** @param {number} number */
function two(number) {
  return String(number).padStart(2, '0');
}
