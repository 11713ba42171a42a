import fc from 'fast-check';
import { good, HOSTILE_NUMBERS, HOSTILE_TIMES, HOSTILE_TYPES, SPECIAL_BODIES } from './special-bodies.ts';

/** A JSON string with everything in it that JSON lets one write, escaped or not. */
const jsonString = fc.oneof(
  fc.constantFrom(...HOSTILE_TYPES),
  fc.string({ unit: 'binary', maxLength: 8 }).map((text) => JSON.stringify(text)),
  fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => JSON.stringify(text)),
  fc.nat(0xffff).map((code) => `"\\u${code.toString(16).padStart(4, '0')}"`),
);

const digits = fc.array(fc.nat(9), { minLength: 1, maxLength: 30 }).map((each) => each.join(''));

const jsonNumber = fc.oneof(
  fc.constantFrom(...HOSTILE_NUMBERS),
  fc.double().map(String),
  fc.tuple(digits, digits, fc.integer({ min: -450, max: 350 })).map(([a, b, e]) => `-${Number(a)}.${b}e${e}`),
);

const time = fc.oneof(
  fc.constantFrom(...HOSTILE_TIMES),
  fc.integer({ min: -86_400, max: 3_600 }).map((seconds) => {
    const at = new Date(Date.UTC(2020, 9, 6, 11) + seconds * 1000).toISOString();
    return `"${at.slice(0, 19).replace('T', ' ')}"`;
  }),
);

const anyValue = fc.oneof(jsonString, jsonNumber, time, fc.json({ maxDepth: 2 }));

/** An event, put together as text: a property may come twice, with any name, at any place. */
const event = fc
  .tuple(
    fc.oneof({ weight: 12, arbitrary: jsonString }, { weight: 1, arbitrary: anyValue }),
    fc.oneof({ weight: 12, arbitrary: jsonNumber }, { weight: 1, arbitrary: anyValue }),
    fc.oneof({ weight: 12, arbitrary: time }, { weight: 1, arbitrary: anyValue }),
    fc.array(
      fc.tuple(
        fc.constantFrom(
          'type',
          'value',
          'occurred_at',
          '__proto__',
          'constructor',
          'toString',
          '',
          'v\\u0061lue',
        ),
        anyValue,
      ),
      { maxLength: 2 },
    ),
    fc.nat(3),
  )
  .map(([type, value, occurredAt, more, at]) => {
    const members = [`"type":${type}`, `"value" : ${value}`, `"occurred_at":${occurredAt}`];
    members.splice(at, 0, ...more.map(([name, other]) => `"${name}":${other}`));
    return `{${members.join(',')}}`;
  });

const array = fc
  .array(fc.oneof({ weight: 3, arbitrary: event }, { weight: 1, arbitrary: anyValue }), { maxLength: 5 })
  .map((elements) => `[${elements.join(' ,')}]`);

const pieces = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.constantFrom(
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '-',
    '.',
    'e-999',
    'e9',
    '0'.repeat(20),
    '\\ud800',
    '\ufeff',
  ),
);

/** A good body that was damaged on its way. */
const damaged = fc
  .tuple(
    fc.constantFrom(...Array.from({ length: 8 }, (_, index) => good(index))),
    fc.nat(400),
    fc.nat(12),
    pieces,
  )
  .map(([body, at, cut, piece]) => {
    const from = at % (body.length + 1);
    return body.slice(0, from) + piece + body.slice(from + cut);
  });

const nested = fc
  .tuple(fc.nat(300), fc.constantFrom(['[', ']'], ['{"type":', '}'], ['{"a":[', ']}']), fc.boolean())
  .map(
    ([depth, [open, close], isClosed]) => open!.repeat(depth) + (isClosed ? `1${close!.repeat(depth)}` : ''),
  );

/** Whatever an SQS queue, or somebody who wants to do harm, can bring; mostly small, so that there can be many. */
export const hostileBody: fc.Arbitrary<string> = fc.oneof(
  { weight: 60, arbitrary: damaged },
  { weight: 60, arbitrary: event },
  { weight: 20, arbitrary: array },
  { weight: 20, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 10, arbitrary: fc.json() },
  { weight: 10, arbitrary: nested },
  { weight: 10, arbitrary: fc.constantFrom(...SPECIAL_BODIES.values()) },
);
