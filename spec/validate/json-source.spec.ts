import { expect } from 'chai';
import fc from 'fast-check';
import { elementSources, memberSource } from '../../lib/validate/json-source.ts';

const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 3 });
const characters = [
  'a',
  '\\"',
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  ' ',
  '\\\\',
  '\\/',
  '\\n',
  '\\u005D',
  '\\ud800',
  'é',
  '😀',
];
const strings = fc.string({ unit: fc.constantFrom(...characters), maxLength: 8 }).map((text) => `"${text}"`);
const scalars = fc.oneof(
  strings,
  fc.constantFrom('0', '-0', '1.50', '-1e-400', '12345678901234567890', '1E+2', 'true', 'false', 'null'),
);

/** Sources of JSON values, put together from parts, so that it is known where each part stands. */
const { value: values } = fc.letrec<{ value: string; array: string; object: string }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalars, tie('array'), tie('object')),
  array: fc
    .tuple(fc.array(tie('value'), { maxLength: 4 }), space)
    .map(([items, gap]) => joined('[', items, ']', gap)),
  object: fc.tuple(fc.array(fc.tuple(strings, tie('value')), { maxLength: 4 }), space).map(([members, gap]) =>
    joined(
      '{',
      members.map(([key, value]) => `${key}${gap}:${gap}${value}`),
      '}',
      gap,
    ),
  ),
}));

function joined(open: string, items: readonly string[], close: string, gap: string): string {
  return `${gap}${open}${gap}${items.join(`${gap},${gap}`)}${gap}${close}${gap}`;
}

describe('the sources of the elements of an array', () => {
  it('are the elements as they were written', () => {
    const json = ' [ 1.50 , "a,]\\"[" ,\n{"b" : [1, 2]}\t,[ ],12345678901234567890,null,true] ';
    expect(elementSources(json)).to.deep.equal([
      '1.50',
      '"a,]\\"["',
      '{"b" : [1, 2]}',
      '[ ]',
      '12345678901234567890',
      'null',
      'true',
    ]);
  });

  it('are none in an empty array', () => {
    for (const json of ['[]', ' [ \n ] ', '[\t]']) expect(elementSources(json)).to.deep.equal([]);
  });

  it('are a backslash in front of a closing quote, and what comes behind it', () => {
    expect(elementSources('["\\\\","b"]')).to.deep.equal(['"\\\\"', '"b"']);
    expect(elementSources('["\\\\\\"]",2]')).to.deep.equal(['"\\\\\\"]"', '2']);
  });

  it('are verbatim whatever they hold and whatever is between them', () => {
    fc.assert(
      fc.property(fc.array(values), space, (items, gap) => {
        const trimmed = items.map((item) => item.trim());
        const json = joined('[', items, ']', gap);
        expect(JSON.parse(json)).to.have.length(items.length);
        expect(elementSources(json)).to.deep.equal(trimmed);
      }),
      { numRuns: 1_000 },
    );
  });

  it('parse to the same values as the whole', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(0, 1, '\t'), (items, indent) => {
        const json = JSON.stringify(items, null, indent);
        expect(elementSources(json).map((source) => JSON.parse(source))).to.deep.equal(JSON.parse(json));
      }),
    );
  });

  it('may be nested 100,000 levels deep, and there may be 100,000 of them', () => {
    const deep = `${'[{"a":'.repeat(50_000)}[]${'}]'.repeat(50_000)}`;
    expect(elementSources(`[1,${deep},2]`)).to.deep.equal(['1', deep, '2']);
    expect(elementSources(`[${Array(100_000).fill('{}').join(',')}]`)).to.have.length(100_000);
  });
});

describe('the source of a member of an object', () => {
  const cases: ReadonlyArray<readonly [string, string, string | undefined]> = [
    ['is the value as it was written', '{"a":1,"value": 1.50 ,"b":2}', '1.50'],
    ['is nothing in an empty object', ' { } ', undefined],
    ['is nothing where only a nested object has such a member', '{"a":{"value":1}}', undefined],
    ['is not the text of a string that looks like a member', '{"a":"\\"value\\":1","value":2}', '2'],
    ['is found behind nested ones', '{"value":1,"a":{"value":2},"b":[{"value":3}]}', '1'],
    ['is found where the key is written with escapes', '{"v\\u0061lue":7}', '7'],
    ['is the last of several with that name', '{"value":1,"v\\u0061lue":2,"value" : 3}', '3'],
    ['may be a whole object', ' {"value" : {"}":["]"]} } ', '{"}":["]"]}'],
    ['is not that of a key that only starts alike', '{"values":1,"valu":2}', undefined],
  ];
  for (const [name, json, source] of cases)
    it(name, () => {
      expect(memberSource(json, 'value')).to.equal(source);
    });

  it('works for names that objects have anyway', () => {
    expect(memberSource('{"__proto__":1,"a":2}', '__proto__')).to.equal('1');
    expect(memberSource('{"a":2}', 'constructor')).to.equal(undefined);
  });

  it('is verbatim for every key, and the last one for a key that comes twice', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(strings, values)), space, (members, gap) => {
        const items = members.map(([key, value]) => `${key}${gap}:${gap}${value}`);
        const json = joined('{', items, '}', gap);
        JSON.parse(json);
        const lastByKey = new Map(members.map(([key, value]) => [JSON.parse(key) as string, value.trim()]));
        for (const [key, source] of lastByKey) expect(memberSource(json, key)).to.equal(source);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is found behind 100,000 levels of nesting', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(memberSource(`{"a":${deep},"value":5}`, 'value')).to.equal('5');
  });
});
