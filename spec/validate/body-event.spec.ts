import { expect } from 'chai';
import { parseBody } from '../../lib/validate/body.ts';
import { createEventTimeParser } from '../../lib/validate/event-time.ts';
import { eventJson, OCCURRED_AT_MS } from '../support/builders.ts';

const parse = (body: string) => parseBody(body, createEventTimeParser('UTC'));

describe('an event in a body', () => {
  const violations: ReadonlyArray<readonly [string, string, string]> = [
    ['has no type', eventJson({ type: undefined }), "the event must have required property 'type'"],
    ['has no value', eventJson({ value: undefined }), "the event must have required property 'value'"],
    [
      'has no time',
      eventJson({ occurred_at: undefined }),
      "the event must have required property 'occurred_at'",
    ],
    ['is empty', '{}', "the event must have required property 'type'"],
    ['has a number for its type', eventJson({ type: 5 }), 'type must be string'],
    ['has an empty type', eventJson({ type: '' }), 'type must NOT have fewer than 1 characters'],
    [
      'has a type of 257 characters',
      eventJson({ type: '😀'.repeat(257) }),
      'type must NOT have more than 256 characters',
    ],
    ['has a string for its value', eventJson({ value: '19.99' }), 'value must be number'],
    ['has null for its value', eventJson({ value: null }), 'value must be number'],
    ['has true for its value', eventJson({ value: true }), 'value must be number'],
    ['has an array for its value', eventJson({ value: [1] }), 'value must be number'],
    ['has a number for its time', eventJson({ occurred_at: OCCURRED_AT_MS }), 'occurred_at must be string'],
    [
      'has a time that does not exist',
      eventJson({ occurred_at: '2020-02-30 10:02:05' }),
      'occurred_at must be a date and time that exists, such as 2020-10-06 10:02:05, not "2020-02-30 10:02:05"',
    ],
  ];
  for (const [name, json, detail] of violations)
    it(`violates the schema when it ${name}, alone or in an array`, () => {
      const rejection = { reason: 'schema_violation', detail };
      expect(parse(json)).to.deep.equal({ events: [], rejections: [{ ...rejection, index: undefined }] });
      expect(parse(`[${json}]`)).to.deep.equal({ events: [], rejections: [{ ...rejection, index: 0 }] });
    });

  it('may have a type of 256 characters, however many bytes they take', () => {
    for (const type of ['a'.repeat(256), '😀'.repeat(256)])
      expect(parse(eventJson({ type })).events[0]?.type).to.equal(type);
  });

  it('may have any type that objects have as a property anyway', () => {
    for (const type of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
      expect(parse(eventJson({ type })).events[0]?.type).to.equal(type);
  });

  it('may have __proto__ and constructor as properties, and does not get its own from there', () => {
    const good = eventJson().slice(1);
    expect(parse(`{"__proto__":{"value":1},"constructor":5,${good}`).events[0]?.value).to.equal(19.99);
    const inherited = `{"__proto__":${eventJson()}}`;
    expect(parse(inherited).rejections[0]?.detail).to.equal("the event must have required property 'type'");
    expect(({} as { type?: unknown }).type).to.equal(undefined);
  });

  it('counts under a type that UTF-8 can hold, with lone surrogates replaced', () => {
    expect(parse(eventJson().replace('purchase', 'a\\ud83dz')).events[0]?.type).to.equal('a\ufffdz');
    expect(parse(eventJson().replace('purchase', '\\ud83d\\ude00')).events[0]?.type).to.equal('😀');
  });

  it('has the last of two properties with the same name', () => {
    expect(parse(eventJson().replace('{', '{"type":"first","value":1,')).events[0]).to.deep.include({
      type: 'purchase',
      value: 19.99,
    });
  });

  it('has its time read in the zone that is set', () => {
    const { events } = parseBody(eventJson(), createEventTimeParser('Europe/Berlin'));
    expect(events[0]?.timeMs).to.equal(OCCURRED_AT_MS - 2 * 3_600_000);
  });
});
