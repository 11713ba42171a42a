/**
 * Decimal numbers as written, without rounding. A decimal is `coefficient × 10^-scale`, with `scale ≥ 0`.
 */
export interface Decimal {
  readonly coefficient: bigint;
  /** Digits behind the decimal point; 0 or more. */
  readonly scale: number;
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** A number's digits without leading and trailing zeros; the last of them stands at `10^-scale`. */
interface Digits {
  readonly sign: string;
  readonly significant: string;
  /** Negative where the number goes on with zeros in front of the point. */
  readonly scale: number;
}

/**
 * How many digits a JSON number needs behind the point, without superfluous zeros. It takes no longer than
 * reading the text, however many digits or whatever exponent a hostile number has.
 */
export function decimalPlaces(source: string): number {
  return Math.max(0, digitsOf(source).scale);
}

/**
 * Reads a JSON number, exactly.
 *
 * @param source a JSON number within a double's range and of bounded {@link decimalPlaces}, so that there are
 *   not many digits to compute with
 * @throws {SyntaxError} when `source` is not a JSON number
 */
export function parseDecimal(source: string): Decimal {
  const { sign, significant, scale } = digitsOf(source);
  const magnitude = BigInt(scale < 0 ? significant + '0'.repeat(-scale) : significant);
  return { coefficient: sign === '-' ? -magnitude : magnitude, scale: Math.max(0, scale) };
}

function digitsOf(source: string): Digits {
  const parts = NUMBER.exec(source);
  if (!parts) throw new SyntaxError(`not a decimal number: ${source}`);
  const [, sign = '', whole, fraction = '', exponent = '0'] = parts;
  const digits = `${whole}${fraction}`;
  let start = 0;
  let end = digits.length;
  while (start < end && digits[start] === '0') start += 1;
  if (start === end) return { sign, significant: '0', scale: 0 };
  while (digits[end - 1] === '0') end -= 1;
  return {
    sign,
    significant: digits.slice(start, end),
    scale: fraction.length - Number(exponent) - (digits.length - end),
  };
}

/**
 * Plain notation: no exponent, at least one digit behind the point and no superfluous zeros beyond it.
 * `650.0`, `-19.99`, `0.0`.
 */
export function formatDecimal({ coefficient, scale }: Decimal): string {
  const sign = coefficient < 0n ? '-' : '';
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${sign}${whole}.${fraction || '0'}`;
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return {
    coefficient: atScale(a, scale) + atScale(b, scale),
    scale,
  };
}

function atScale({ coefficient, scale }: Decimal, wanted: number): bigint {
  return scale === wanted ? coefficient : coefficient * 10n ** BigInt(wanted - scale);
}
