import { addDecimals, type Decimal, formatDecimal, parseDecimal } from './decimal.ts';

/**
 * A value as it stands in a body. A `number` promises that it was written with at most 15 significant digits:
 * so many survive the way into a double and back, hence the double still tells exactly which decimal was
 * written (15 is DBL_DIG of IEEE 754 binary64). Every other value travels as its source text.
 */
export type ExactValue = number | string;

/** The largest scale at which ordinary values stay integers. Money needs 2; 6 covers rates and coordinates. */
const FAST_SCALE_MAX = 6;
const POWERS_OF_TEN = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000] as const;
const FIFTEEN_DIGITS = 1e15;

/**
 * Adds decimals exactly, in any order with the same result. Ordinary values take an integer path: the value is
 * scaled to whole units (19.99 is 1999 hundredths) and added as a safe integer; only when that would leave the
 * safe range, or for a value with too many digits, are big integers used.
 */
export class ExactSum {
  #units = 0;
  #scale = 0;
  /** What no longer fits the integer path. */
  #rest: Decimal | undefined;

  /** @param initial an earlier result of {@link toString}, to go on from */
  constructor(initial?: string) {
    if (initial !== undefined && initial !== '0.0') this.#rest = parseDecimal(initial);
  }

  add(value: ExactValue): void {
    if (typeof value !== 'number' || !this.#addUnits(value)) this.#addRest(parseDecimal(String(value)));
  }

  /** The sum in plain notation, such as `650.0` (see {@link formatDecimal}). */
  toString(): string {
    return formatDecimal(this.#total());
  }

  #total(): Decimal {
    const units = { coefficient: BigInt(this.#units), scale: this.#scale };
    return this.#rest ? addDecimals(this.#rest, units) : units;
  }

  #addRest(decimal: Decimal): void {
    this.#rest = this.#rest ? addDecimals(this.#rest, decimal) : decimal;
  }

  /** Adds on the integer path; false, and nothing added, when the value does not fit it. */
  #addUnits(value: number): boolean {
    for (let scale = this.#scale; scale <= FAST_SCALE_MAX; scale += 1) {
      // The product may be rounded, but the quotient of two safe integers is the double nearest to that
      // decimal: when it is `value`, then `units` at this scale is the decimal that was written.
      const units = Math.round(value * POWERS_OF_TEN[scale]!);
      if (Math.abs(units) >= FIFTEEN_DIGITS) return false;
      if (units / POWERS_OF_TEN[scale]! === value) {
        this.#accumulate(units, scale);
        return true;
      }
    }
    return false;
  }

  #accumulate(units: number, scale: number): void {
    if (scale !== this.#scale) {
      const rescaled = this.#units * POWERS_OF_TEN[scale - this.#scale]!;
      if (Math.abs(rescaled) > Number.MAX_SAFE_INTEGER) this.#spill();
      else this.#units = rescaled;
      this.#scale = scale;
    }
    if (Math.abs(this.#units + units) > Number.MAX_SAFE_INTEGER) this.#spill();
    this.#units += units;
  }

  /** Moves the integer part of the sum to the big one; the scale stays as it is. */
  #spill(): void {
    this.#addRest({ coefficient: BigInt(this.#units), scale: this.#scale });
    this.#units = 0;
  }
}
