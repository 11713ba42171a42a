import { expect } from 'chai';
import fc from 'fast-check';
import { addDecimals, decimalPlaces, formatDecimal, parseDecimal } from '../../lib/window/decimal.ts';
import { anyDecimal, totalOf } from '../support/decimals.ts';

describe('reading a decimal', () => {
  const cases: ReadonlyArray<readonly [string, bigint, number]> = [
    ['0', 0n, 0],
    ['-0', 0n, 0],
    ['0.000', 0n, 0],
    ['0e999999999999', 0n, 0],
    ['1', 1n, 0],
    ['-19.99', -1999n, 2],
    ['1.50', 15n, 1],
    ['100', 100n, 0],
    ['100e-2', 1n, 0],
    ['1.5e3', 1500n, 0],
    ['1E+2', 100n, 0],
    ['0.001e1', 1n, 2],
    ['1e-400', 1n, 400],
    ['12345678901234567890', 12345678901234567890n, 0],
  ];
  for (const [source, coefficient, scale] of cases)
    it(`takes ${source} for ${coefficient} at scale ${scale}`, () => {
      expect(parseDecimal(source)).to.deep.equal({ coefficient, scale });
    });

  it('keeps every digit of the largest double there is', () => {
    expect(parseDecimal('1.7976931348623157e308').coefficient).to.equal(17976931348623157n * 10n ** 292n);
  });

  for (const source of ['', ' 1', '1 ', '+1', '.5', '1.', '1e', '0x1', 'NaN', 'Infinity', '1,5', '--1', '١'])
    it(`refuses "${source}", which is no JSON number`, () => {
      expect(() => parseDecimal(source)).to.throw(SyntaxError, `not a decimal number: ${source}`);
    });
});

describe('the decimal places of a number', () => {
  const cases = new Map([
    ['0', 0],
    ['-0.000', 0],
    ['100', 0],
    ['1.5e3', 0],
    ['1.50', 1],
    ['-19.99', 2],
    ['100e-1', 0],
    ['1e-400', 400],
    ['12e-402', 402],
    ['0e-999', 0],
    ['1e-99999999999', 99_999_999_999],
    [`1e-${'9'.repeat(400)}`, Number.POSITIVE_INFINITY],
    ['1e99999999999', 0],
  ]);
  for (const [source, places] of cases)
    it(`are ${places} in ${source.slice(0, 20)}`, () => {
      expect(decimalPlaces(source)).to.equal(places);
    });

  it('refuse what is no JSON number', () => {
    expect(() => decimalPlaces('1.')).to.throw(SyntaxError);
  });
});

describe('the plain notation of a decimal', () => {
  const cases: ReadonlyArray<readonly [string, bigint, number]> = [
    ['0.0', 0n, 0],
    ['0.0', 0n, 5],
    ['650.0', 650n, 0],
    ['650.0', 65000n, 2],
    ['19.99', 1999n, 2],
    ['-19.99', -1999n, 2],
    ['0.05', 5n, 2],
    ['-0.5', -5n, 1],
    ['100.0', 100n, 0],
    ['10.01', 100100n, 4],
  ];
  for (const [text, coefficient, scale] of cases)
    it(`is ${text} for ${coefficient} at scale ${scale}`, () => {
      expect(formatDecimal({ coefficient, scale })).to.equal(text);
    });

  it('has no exponent, however small or large the number is', () => {
    expect(formatDecimal(parseDecimal('1e-400'))).to.equal(`0.${'0'.repeat(399)}1`);
    expect(formatDecimal(parseDecimal('-1e300'))).to.equal(`-1${'0'.repeat(300)}.0`);
  });

  it('is that of the number that was written, in whichever way', () => {
    fc.assert(
      fc.property(anyDecimal, (written) => {
        const plain = formatDecimal(parseDecimal(written.source));
        expect(plain).to.equal(totalOf([written]));
        expect(formatDecimal(parseDecimal(plain))).to.equal(plain);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('adding two decimals', () => {
  it('equals the oracle, whatever their scales', () => {
    fc.assert(
      fc.property(anyDecimal, anyDecimal, (a, b) => {
        const sum = addDecimals(parseDecimal(a.source), parseDecimal(b.source));
        expect(formatDecimal(sum)).to.equal(totalOf([a, b]));
      }),
      { numRuns: 1_000 },
    );
  });
});
