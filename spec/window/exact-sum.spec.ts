import { expect } from 'chai';
import fc from 'fast-check';
import { ExactSum, type ExactValue } from '../../lib/window/exact-sum.ts';
import {
  anyDecimal,
  fifteenDigitDecimal,
  ordinaryDecimal,
  totalOf,
  type WrittenDecimal,
} from '../support/decimals.ts';

function sumOf(values: Iterable<ExactValue>, initial?: string): string {
  const sum = new ExactSum(initial);
  for (const value of values) sum.add(value);
  return sum.toString();
}

/** As a body hands it over: a number where a double tells which decimal was written. */
function handedOver({ source, significantDigits }: WrittenDecimal): ExactValue {
  const isTold = significantDigits <= 15 && Math.abs(Number(source)) > 1e-99;
  return isTold ? Number(source) : source;
}

describe('the exact sum', () => {
  it('is 0.0 of nothing, of zeros and of what cancels out', () => {
    expect(sumOf([])).to.equal('0.0');
    expect(sumOf([0, -0, '0', '-0.000', '0e-999'])).to.equal('0.0');
    expect(sumOf([0.1, 0.2, -0.3])).to.equal('0.0');
    expect(sumOf(['1e300', '-1e300'])).to.equal('0.0');
  });

  it('takes 0.1 for one tenth, a million times over', () => {
    const sum = new ExactSum();
    for (let added = 0; added < 1_000_000; added += 1) sum.add(0.1);
    expect(sum.toString()).to.equal('100000.0');
  });

  const cases: ReadonlyArray<readonly [string, readonly ExactValue[], string]> = [
    ['cents', [19.99, 0.01, 630], '650.0'],
    ['0.1 and 0.2, whose doubles add up to something else', [0.1, 0.2], '0.3'],
    ['negative values', [-19.99, 10], '-9.99'],
    ['scales that grow and shrink', [1, 0.5, 0.000001, 2, 0.25], '3.750001'],
    ['a scale beyond the integer path', [1, 0.0000001], '1.0000001'],
    ['15 digits', [999999999999999, 0.999999999999999], '999999999999999.999999999999999'],
    ['16 digits', ['9007199254740993', '0.1000000000000001'], '9007199254740993.1000000000000001'],
    ['17 digits', ['12345678901234567', 1], '12345678901234568.0'],
    ['40 digits', ['1234567890123456789012345678901234567890', 0.5], `${'1234567890'.repeat(4)}.5`],
    ['the smallest and a very large number', ['1e300', '1e-400'], `1${'0'.repeat(300)}.${'0'.repeat(399)}1`],
    ['large numbers with an exponent', [1e300, 1.5e22, -1e300], '15000000000000000000000.0'],
  ];
  for (const [name, values, total] of cases)
    it(`is exact for ${name}, in either order`, () => {
      expect(sumOf(values)).to.equal(total);
      expect(sumOf(values.toReversed())).to.equal(total);
    });

  it('stays exact when it leaves the range of safe integers', () => {
    expect(sumOf(Array(20).fill(999999999999999))).to.equal('19999999999999980.0');
    expect(sumOf(Array(20).fill(-9999999999999.99))).to.equal('-199999999999999.8');
  });

  it('stays exact step by step at the very end of the range of safe integers', () => {
    const upToTheEnd = [...Array(9).fill(999_999_999_999_999), 7_199_254_741_000];
    expect(sumOf(upToTheEnd)).to.equal('9007199254740991.0');
    // What a double no longer tells from its neighbour must not be left to one.
    for (const [more, total] of [
      [[1], '9007199254740992.0'],
      [[2], '9007199254740993.0'],
      [[1, 1], '9007199254740993.0'],
      [[0.5], '9007199254740991.5'],
    ] as const) {
      const values = [...upToTheEnd, ...more];
      expect(sumOf(values)).to.equal(total);
      expect(sumOf(values.map((value) => -value))).to.equal(`-${total}`);
    }
  });

  it('stays exact when a finer scale alone makes it leave the range of safe integers', () => {
    expect(sumOf([999999999999999, 0.01])).to.equal('999999999999999.01');
  });

  it('stays exact when a finer scale just fits the range of safe integers and the value then does not', () => {
    expect(sumOf([900719925474099, 99999999999999.9])).to.equal('1000719925474098.9');
    expect(sumOf([-900719925474099, -99999999999999.9])).to.equal('-1000719925474098.9');
  });

  it('equals the oracle for ordinary values', () => {
    fc.assert(
      fc.property(fc.array(ordinaryDecimal, { maxLength: 50 }), (decimals) => {
        expect(sumOf(decimals.map(handedOver))).to.equal(totalOf(decimals));
      }),
      { numRuns: 500 },
    );
  });

  it('equals the oracle around the ends of the integer path', () => {
    fc.assert(
      fc.property(fc.array(fifteenDigitDecimal, { maxLength: 40 }), (decimals) => {
        expect(sumOf(decimals.map(handedOver))).to.equal(totalOf(decimals));
      }),
      { numRuns: 2_000 },
    );
  });

  it('equals the oracle for whatever the Contract admits, in any order', () => {
    const shuffled = fc
      .array(anyDecimal, { maxLength: 20 })
      .chain((decimals) =>
        fc.tuple(fc.constant(decimals), fc.shuffledSubarray(decimals, { minLength: decimals.length })),
      );
    fc.assert(
      fc.property(shuffled, ([decimals, reordered]) => {
        expect(sumOf(decimals.map(handedOver))).to.equal(totalOf(decimals));
        expect(sumOf(reordered.map(handedOver))).to.equal(totalOf(decimals));
      }),
      { numRuns: 1_000 },
    );
  });

  it('goes on from what an earlier one printed, wherever the values are split', () => {
    fc.assert(
      fc.property(fc.array(anyDecimal, { maxLength: 12 }), fc.nat(12), (decimals, split) => {
        const values = decimals.map(handedOver);
        const resumed = sumOf(values.slice(split), sumOf(values.slice(0, split)));
        expect(resumed).to.equal(totalOf(decimals));
      }),
      { numRuns: 500 },
    );
  });
});
