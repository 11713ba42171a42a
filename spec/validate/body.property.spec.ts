import { expect } from 'chai';
import fc from 'fast-check';
import { parseBody } from '../../lib/validate/body.ts';
import { createEventTimeParser } from '../../lib/validate/event-time.ts';
import { eventJson, eventJsonWithValue } from '../support/builders.ts';

const parseTime = createEventTimeParser('UTC');

/** Every element of a body is in one of the two lists; a body that is no array is one element. */
function expectAllAccountedFor(body: string): void {
  const { events, rejections } = parseBody(body, parseTime);
  const indexes = [...events, ...rejections].map(({ index }) => index).sort((a, b) => a! - b!);
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    expect(rejections.map(({ reason }) => reason)).to.deep.equal(['invalid_json']);
  }
  const isFilledArray = Array.isArray(parsed) && parsed.length > 0;
  expect(indexes).to.deep.equal(isFilledArray ? [...(parsed as unknown[]).keys()] : [undefined]);
  for (const { detail } of rejections) expect(detail).to.be.a('string').and.not.equal('');
}

const goodBody = fc.constantFrom(
  eventJson(),
  eventJsonWithValue('12345678901234567890'),
  `[${eventJson()},${eventJsonWithValue('1e-400')},5,${eventJson({ more: [{ a: '\\"]' }] })}]`,
  ` [ {"v\\u0061lue" : 1.0000000000000000001, "type":"\\"}", "occurred_at":"2020-10-06T10:02:05+02:00"} ] `,
);

describe('any message body', () => {
  it('is accounted for when it is arbitrary text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), expectAllAccountedFor), { numRuns: 1_000 });
  });

  it('is accounted for when it is arbitrary JSON', () => {
    fc.assert(fc.property(fc.json(), expectAllAccountedFor), { numRuns: 1_000 });
  });

  it('is accounted for when a good one was damaged on its way', () => {
    const pieces = fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', '-', 'e-999', 'e9', '0'.repeat(20), '\\ud800'),
    );
    fc.assert(
      fc.property(goodBody, fc.nat(400), fc.nat(12), pieces, (body, at, cut, piece) => {
        const from = at % (body.length + 1);
        expectAllAccountedFor(body.slice(0, from) + piece + body.slice(from + cut));
      }),
      { numRuns: 5_000 },
    );
  });

  it('is accounted for when it is an array of events with properties of every kind', () => {
    const member = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom('purchase', 5, '2020-10-06 10:02:05'),
    );
    const candidates = fc.record({ type: member, value: member, occurred_at: member }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.array(candidates), (events) => expectAllAccountedFor(JSON.stringify(events))),
      { numRuns: 1_000 },
    );
  });
});
