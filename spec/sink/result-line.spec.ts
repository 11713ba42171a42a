import { expect } from 'chai';
import fc from 'fast-check';
import { resultLine } from '../../lib/sink/result-line.ts';
import type { DueLine } from '../../lib/state/state-store.ts';
import { TOTAL } from '../../lib/window/window-assigner.ts';

const START_MS = Date.UTC(2020, 9, 6, 10, 2);
const bounds = { startMs: START_MS, endMs: START_MS + 60_000 };

function lineOf(changes: Partial<DueLine> = {}): string {
  return resultLine({ bounds, type: 'purchase', count: 75, sum: '650.0', revision: 0, ...changes });
}

/** How the type stands in the line, quotes included. */
function quoted(type: string): string {
  const [before, behind] = ['{"type":', lineOf().slice('{"type":"purchase"'.length)];
  const line = lineOf({ type });
  expect(line.startsWith(before) && line.endsWith(behind)).to.equal(true);
  return line.slice(before.length, -behind.length);
}

describe('a result line', () => {
  it("has the Contract's exact bytes", () => {
    expect(lineOf()).to.equal(
      '{"type":"purchase","count":75,"sum":650.0,"window_start":"2020-10-06T10:02:00Z","window_end":"2020-10-06T10:03:00Z","revision":0}',
    );
  });

  it('has no window where totals are kept', () => {
    expect(lineOf({ bounds: TOTAL, revision: 12 })).to.equal(
      '{"type":"purchase","count":75,"sum":650.0,"revision":12}',
    );
    expect(lineOf({ bounds: { ...TOTAL } })).to.not.include('window');
  });

  it('shows milliseconds only where the window has them', () => {
    expect(lineOf({ bounds: { startMs: START_MS + 500, endMs: START_MS + 1_000 } })).to.include(
      '"window_start":"2020-10-06T10:02:00.500Z","window_end":"2020-10-06T10:02:01Z"',
    );
  });

  it('shows windows around the epoch and at the ends of the calendar', () => {
    expect(lineOf({ bounds: { startMs: -60_000, endMs: 0 } })).to.include(
      '"window_start":"1969-12-31T23:59:00Z","window_end":"1970-01-01T00:00:00Z"',
    );
    expect(lineOf({ bounds: { startMs: -62_167_219_200_000, endMs: -62_167_219_140_000 } })).to.include(
      '"window_start":"0000-01-01T00:00:00Z"',
    );
  });

  for (const sum of [
    '-0.5',
    '0.0',
    '12345678901234567890.000000001',
    `0.${'0'.repeat(399)}1`,
    `1${'0'.repeat(300)}.0`,
  ])
    it(`shows the sum as it is: ${sum.slice(0, 32)}`, () => {
      expect(lineOf({ sum })).to.include(`,"sum":${sum},"window_start":`);
    });

  const types: ReadonlyArray<readonly [string, string, string]> = [
    ['a quote and a backslash', 'a"b\\c', '"a\\"b\\\\c"'],
    ['an attempt to add a member', 'x","count":0,"y":"', '"x\\",\\"count\\":0,\\"y\\":\\""'],
    ['line ends', 'a\nb\r\nc', '"a\\nb\\r\\nc"'],
    ['the line ends of JavaScript', 'a\u2028b\u2029c', '"a\\u2028b\\u2029c"'],
    ['the line end of EBCDIC', 'a\u0085b', '"a\\u0085b"'],
    ['a terminal command', '\u001b[31mred\u009b0m\u007f', '"\\u001b[31mred\\u009b0m\\u007f"'],
    [
      'what turns the direction of a text round',
      'a\u202eb\u2066c\u200fd\u061c',
      '"a\\u202eb\\u2066c\\u200fd\\u061c"',
    ],
    ['a null character', '\0', '"\\u0000"'],
    ['half a surrogate pair', 'a\ud83d', '"a\\ud83d"'],
    ['an emoji', 'é😀', '"é😀"'],
    ['__proto__', '__proto__', '"__proto__"'],
    ['a replacement pattern', '$& $1 $$', '"$& $1 $$"'],
  ];
  for (const [name, type, text] of types)
    it(`quotes ${name} in a type so that it stays one line of JSON`, () => {
      expect(quoted(type)).to.equal(text);
      expect(JSON.parse(lineOf({ type })).type).to.equal(type);
    });

  it('is one line and one JSON object with its keys in order, whatever the type is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(), fc.nat(), (type, count, revision) => {
        const line = lineOf({ type, count, revision });
        expect(line).to.match(/^[^\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+$/);
        expect(Object.entries(JSON.parse(line))).to.deep.equal([
          ['type', type],
          ['count', count],
          ['sum', 650],
          ['window_start', '2020-10-06T10:02:00Z'],
          ['window_end', '2020-10-06T10:03:00Z'],
          ['revision', revision],
        ]);
      }),
      { numRuns: 1_000 },
    );
  });
});
