/**
 * Decimal numbers as written, without rounding. A decimal is `coefficient × 10^-scale`, with `scale ≥ 0`.
 */
export interface Decimal {
  readonly coefficient: bigint;
  /** Digits behind the decimal point; 0 or more. */
  readonly scale: number;
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * Reads a JSON number, exactly. Superfluous zeros behind the point do not count towards the scale.
 *
 * @param source a JSON number within a double's range, so that its exponent cannot make the digits explode
 * @throws {SyntaxError} when `source` is not a JSON number
 */
export function parseDecimal(source: string): Decimal {
  const parts = NUMBER.exec(source);
  if (!parts) throw new SyntaxError(`not a decimal number: ${source}`);
  const [, sign, whole, fraction = '', exponent = '0'] = parts;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return { coefficient: 0n, scale: 0 };
  const scale = fraction.length - Number(exponent) - (digits.length - significant.length);
  const magnitude = BigInt(scale < 0 ? significant + '0'.repeat(-scale) : significant);
  return { coefficient: sign === '-' ? -magnitude : magnitude, scale: Math.max(scale, 0) };
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
