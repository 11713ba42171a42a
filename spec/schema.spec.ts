import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { eventSchema } from '../lib/validate/event.ts';
import { sentEvent } from './support/builders.ts';

const validate = new Ajv({ strict: true, allErrors: true }).compile(eventSchema);

describe("the event's JSON Schema", () => {
  it('is valid draft-07', () => {
    const metaSchema = new URL('../node_modules/ajv/dist/refs/json-schema-draft-07.json', import.meta.url);
    const ajv = new Ajv({ meta: false });
    ajv.addMetaSchema(JSON.parse(readFileSync(metaSchema, 'utf8')));
    expect(ajv.validateSchema(eventSchema), ajv.errorsText()).to.equal(true);
    expect(eventSchema.$schema).to.equal('http://json-schema.org/draft-07/schema#');
  });

  it('is plain JSON, so that others can be given it', () => {
    expect(JSON.parse(JSON.stringify(eventSchema))).to.deep.equal(eventSchema);
  });

  const good = new Map<string, unknown>([
    ['an event', sentEvent()],
    ['a value of zero', sentEvent({ value: 0 })],
    ['a negative value with decimals', sentEvent({ value: -19.99 })],
    ['the largest double', sentEvent({ value: Number.MAX_VALUE })],
    ['a type of one character', sentEvent({ type: ' ' })],
    ['a type of 256 characters', sentEvent({ type: 'é'.repeat(256) })],
    ['a time with offset', sentEvent({ occurred_at: '2020-10-06T10:02:05.5+02:00' })],
    ['further properties', sentEvent({ user: { id: 5 }, tags: [null] })],
  ]);
  for (const [name, example] of good)
    it(`is met by ${name}`, () => {
      expect(validate(example), JSON.stringify(validate.errors)).to.equal(true);
    });

  const bad = new Map<string, readonly [unknown, string]>([
    ['an event without type', [sentEvent({ type: undefined }), '/required']],
    ['an event without value', [sentEvent({ value: undefined }), '/required']],
    ['an event without occurred_at', [sentEvent({ occurred_at: undefined }), '/required']],
    ['an empty type', [sentEvent({ type: '' }), '/properties/type/minLength']],
    ['a type of 257 characters', [sentEvent({ type: 'é'.repeat(257) }), '/properties/type/maxLength']],
    ['a number as type', [sentEvent({ type: 1 }), '/properties/type/type']],
    ['null as type', [sentEvent({ type: null }), '/properties/type/type']],
    ['a string as value', [sentEvent({ value: '1' }), '/properties/value/type']],
    ['a boolean as value', [sentEvent({ value: false }), '/properties/value/type']],
    ['an infinite value', [sentEvent({ value: Number.POSITIVE_INFINITY }), '/properties/value/type']],
    ['a number as occurred_at', [sentEvent({ occurred_at: 1_601_978_525 }), '/properties/occurred_at/type']],
    ['an array', [[sentEvent()], '/type']],
    ['a string', ['event', '/type']],
    ['null', [null, '/type']],
  ]);
  for (const [name, [example, rule]] of bad)
    it(`is violated by ${name}, at one rule`, () => {
      expect(validate(example)).to.equal(false);
      expect(validate.errors?.map(({ schemaPath }) => schemaPath)).to.deep.equal([`#${rule}`]);
    });
});
