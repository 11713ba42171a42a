import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import fc from 'fast-check';
import { parseBody } from '../../lib/validate/body.ts';
import { createEventTimeParser } from '../../lib/validate/event-time.ts';
import { ExactSum } from '../../lib/window/exact-sum.ts';
import { eventJsonWithValue } from '../support/builders.ts';
import { anyDecimal, totalOf, writtenDecimal } from '../support/decimals.ts';

const parseTime = createEventTimeParser('UTC');
const TOO_PRECISE = 'value must have at most 400 decimal places';
const TOO_LARGE = 'value must be within the range of a double';

/** The values of a body's events, added up. */
function sumOf(body: string): string {
  const { events, rejections } = parseBody(body, parseTime);
  expect(rejections).to.deep.equal([]);
  const sum = new ExactSum();
  for (const { value } of events) sum.add(value);
  return sum.toString();
}

function detailOf(value: string): string | undefined {
  const { events, rejections } = parseBody(eventJsonWithValue(value), parseTime);
  expect(events).to.deep.equal([]);
  return rejections[0]?.detail;
}

describe("an event's value", () => {
  const exact = new Map([
    ['0.1', '0.1'],
    ['-0.0', '0.0'],
    ['1E+2', '100.0'],
    ['999999999999999', '999999999999999.0'],
    ['9007199254740993', '9007199254740993.0'],
    ['12345678901234567890', '12345678901234567890.0'],
    ['0.1234567890123456789', '0.1234567890123456789'],
    ['100000000000000.07', '100000000000000.07'],
    ['1e-400', `0.${'0'.repeat(399)}1`],
    ['-5e-324', `-0.${'0'.repeat(323)}5`],
    ['1e300', `1${'0'.repeat(300)}.0`],
    ['1.7976931348623157e308', `17976931348623157${'0'.repeat(292)}.0`],
    ['0e999', '0.0'],
    ['0e-999999999999', '0.0'],
    [`0.${'0'.repeat(500)}5e501`, '5.0'],
  ]);
  for (const [source, sum] of exact)
    it(`is kept as written: ${source.length > 40 ? `${source.slice(0, 40)}…` : source}`, () => {
      expect(sumOf(eventJsonWithValue(source))).to.equal(sum);
      expect(sumOf(`[ ${eventJsonWithValue(source)} ]`)).to.equal(sum);
    });

  it('is the last of two with the same name, escaped or not', () => {
    const body = eventJsonWithValue('1')
      .replace('{', '{"value":7,')
      .replace('}', ',"v\\u0061lue":12345678901234567890}');
    expect(sumOf(body)).to.equal('12345678901234567890.0');
  });

  it('must be within the range of a double', () => {
    for (const value of ['1e999', '-1e309', `1${'0'.repeat(309)}`])
      expect(detailOf(value)).to.equal(TOO_LARGE);
  });

  it('must have at most 400 decimal places', () => {
    expect(sumOf(eventJsonWithValue(`0.${'1'.repeat(400)}`))).to.equal(`0.${'1'.repeat(400)}`);
    for (const value of [
      `0.${'1'.repeat(401)}`,
      '1e-401',
      '-1.5e-400',
      '12e-402',
      '1e-99999999999',
      `1e-${'9'.repeat(999)}`,
    ])
      expect(detailOf(value), value).to.equal(TOO_PRECISE);
  });

  it('is refused for its decimal places without holding up the others, were they a million', () => {
    const million = 1_000_000;
    const bodies = [
      `1.${'0'.repeat(million)}1`,
      `1.${'1'.repeat(million)}`,
      `1.${'10'.repeat(million / 2)}1`,
    ];
    for (const value of bodies) {
      // The limit is no measurement: with a cost that grows with the square it would take minutes, not 5 s.
      const detail = runInNewContext('detailOf(value)', { detailOf, value }, { timeout: 5_000 });
      expect(detail).to.equal(TOO_PRECISE);
    }
  });

  it('is exact whatever the Contract admits, in one body or in many', () => {
    fc.assert(
      fc.property(fc.array(anyDecimal, { minLength: 1, maxLength: 8 }), (decimals) => {
        const events = decimals.map(({ source }) => eventJsonWithValue(source));
        expect(sumOf(`[${events.join(' ,\n')}]`)).to.equal(totalOf(decimals));
        expect(sumOf(events[0]!)).to.equal(totalOf(decimals.slice(0, 1)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is exact on both sides of 15 digits, in every way to write it', () => {
    for (const digits of [14, 15, 16, 17])
      for (let way = 0; way < 6; way += 1)
        for (const exponent of [-400, -99, -17, -15, -2, 0, 3, 280]) {
          const written = writtenDecimal(
            '9007199254740993'.repeat(2).slice(0, digits),
            exponent,
            way % 2 === 1,
            way,
          );
          expect(sumOf(eventJsonWithValue(written.source)), written.source).to.equal(totalOf([written]));
        }
  });
});
