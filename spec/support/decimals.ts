import fc from 'fast-check';

/** Every number that the Contract admits is a whole number of these: 10 to the power of -400. */
const UNIT_SCALE = 400;
const UNITS_OF_ONE = 10n ** BigInt(UNIT_SCALE);

/** A number as it may be written in a body, and what it is worth. */
export interface WrittenDecimal {
  readonly source: string;
  readonly units: bigint;
  /** From the first to the last digit that is not a superfluous zero. */
  readonly significantDigits: number;
}

/** The oracle's plain notation. It shares no code with `lib`. */
export function plainNotation(units: bigint): string {
  const magnitude = units < 0n ? -units : units;
  const fraction = String(magnitude % UNITS_OF_ONE).padStart(UNIT_SCALE, '0');
  return `${units < 0n ? '-' : ''}${magnitude / UNITS_OF_ONE}.${fraction.replace(/(?!^)0+$/, '')}`;
}

export function totalOf(decimals: readonly WrittenDecimal[]): string {
  return plainNotation(decimals.reduce((total, { units }) => total + units, 0n));
}

/** The ways in which JSON lets one write `digits × 10^exponent`. */
function waysToWrite(digits: string, exponent: number): string[] {
  const scientific = `${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}`;
  const power = exponent + digits.length - 1;
  const padded = digits.padStart(1 - exponent, '0');
  const plain =
    exponent >= 0 ? digits + '0'.repeat(exponent) : `${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
  return [
    plain,
    plain.includes('.') ? `${plain}00` : `${plain}.0`,
    `${digits}e${exponent}`,
    `${digits}0E${exponent - 1}`,
    `${scientific}e${power}`,
    `${scientific}E${power < 0 ? '-' : '+'}00${Math.abs(power)}`,
  ];
}

export function writtenDecimal(digits: string, exponent: number, negative = false, way = 0): WrittenDecimal {
  const units = BigInt(digits) * 10n ** BigInt(exponent + UNIT_SCALE);
  return {
    source: `${negative ? '-' : ''}${waysToWrite(digits, exponent)[way]}`,
    units: negative ? -units : units,
    significantDigits: digits.replace(/0+$/, '').length,
  };
}

/** Any decimal of so many digits whose last digit stands at one of these powers of ten. */
function decimals(digits: fc.Arbitrary<string>, exponent: { min: number; max: number }) {
  return fc
    .tuple(digits, fc.integer(exponent), fc.boolean(), fc.nat(5))
    .map(([text, power, negative, way]) => writtenDecimal(text, power, negative, way));
}

function digitsOf(min: number, max: number): fc.Arbitrary<string> {
  const rest = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min - 1, maxLength: max - 1 });
  return fc.tuple(fc.constantFrom(...'123456789'), rest).map(([first, more]) => first + more);
}

/** Values as shops send them: money, quantities, rates. */
export const ordinaryDecimal = decimals(digitsOf(1, 9), { min: -6, max: 2 });
/** Around the 15 digits up to which a double tells which decimal was written. */
export const fifteenDigitDecimal = decimals(digitsOf(13, 15), { min: -16, max: 3 });
export const longDecimal = decimals(digitsOf(15, 18), { min: -18, max: 3 });
/** Whatever the Contract admits, up to 40 digits and to both ends of the range. */
export const anyDecimal = fc.oneof(
  ordinaryDecimal,
  fifteenDigitDecimal,
  longDecimal,
  decimals(digitsOf(1, 40), { min: -400, max: 268 }),
);
