import { expect } from 'chai';
import { type ParsedBody, parseBody } from '../../lib/validate/body.ts';
import { createEventTimeParser } from '../../lib/validate/event-time.ts';
import { eventJson, eventJsonWithValue, OCCURRED_AT, OCCURRED_AT_MS } from '../support/builders.ts';

const parseTime = createEventTimeParser('UTC');

function parse(body: string): ParsedBody {
  return parseBody(body, parseTime);
}

/** The one rejection of a body that holds no event. */
function rejectionOf(body: string) {
  const { events, rejections } = parse(body);
  expect(events).to.deep.equal([]);
  expect(rejections).to.have.length(1);
  return rejections[0]!;
}

describe('a message body', () => {
  it('may be one event', () => {
    expect(parse(eventJson())).to.deep.equal({
      events: [{ type: 'purchase', value: 19.99, timeMs: OCCURRED_AT_MS, index: undefined }],
      rejections: [],
    });
  });

  it('may be an array of events, which keep their order and their index', () => {
    const { events, rejections } = parse(
      ` [${eventJson()},\n${eventJson({ type: 'page_view', value: 1 })} ] `,
    );
    expect(rejections).to.deep.equal([]);
    expect(events).to.deep.equal([
      { type: 'purchase', value: 19.99, timeMs: OCCURRED_AT_MS, index: 0 },
      { type: 'page_view', value: 1, timeMs: OCCURRED_AT_MS, index: 1 },
    ]);
  });

  it('may be an array with good and bad elements: each is in one of the two lists, with its index', () => {
    const { events, rejections } = parse(
      `[${eventJson()}, 5, ${eventJson({ value: '1' })}, ${eventJson()}, [${eventJson()}], null]`,
    );
    expect(events.map(({ index }) => index)).to.deep.equal([0, 3]);
    expect(rejections).to.deep.equal([
      { reason: 'schema_violation', detail: 'an event must be a JSON object', index: 1 },
      { reason: 'schema_violation', detail: 'value must be number', index: 2 },
      { reason: 'schema_violation', detail: 'an event must be a JSON object', index: 4 },
      { reason: 'schema_violation', detail: 'an event must be a JSON object', index: 5 },
    ]);
  });

  it('must not be an empty array, which is rejected as a whole', () => {
    expect(rejectionOf(' [ ] ')).to.deep.equal({
      reason: 'schema_violation',
      detail: 'the array holds no event',
      index: undefined,
    });
  });

  it('may hold 50,000 events', () => {
    const { events, rejections } = parse(`[${Array(50_000).fill(eventJsonWithValue('1e-400')).join(',')}]`);
    expect(rejections).to.deep.equal([]);
    expect(events).to.have.length(50_000);
    expect(events.at(-1)).to.deep.equal({
      type: 'purchase',
      value: '1e-400',
      timeMs: OCCURRED_AT_MS,
      index: 49_999,
    });
  });

  it('may have other properties beside those of an event, of any kind and depth', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const body = `{"deep":${deep},"index":9,"reason":"x",${eventJsonWithValue('12345678901234567890').slice(1)}`;
    expect(parse(body)).to.deep.equal({
      events: [{ type: 'purchase', value: '12345678901234567890', timeMs: OCCURRED_AT_MS, index: undefined }],
      rejections: [],
    });
  });

  const notJson = new Map([
    ['empty', ''],
    ['blank', ' \n'],
    ['cut off', eventJson().slice(0, -1)],
    ['followed by more', `${eventJson()} ${eventJson()}`],
    ['preceded by a byte order mark', `\ufeff${eventJson()}`],
    ['in single quotes', "{'type':'a'}"],
    ['with a trailing comma', `[${eventJson()},]`],
    ['with NaN as a value', eventJsonWithValue('NaN')],
    ['with a leading zero', eventJsonWithValue('01')],
    ['with a raw control character', '{"type":"\u0001"}'],
    ['1 MiB of opening brackets', '['.repeat(1_048_576)],
    ['plain text', 'hello\u0000world'],
  ]);
  for (const [name, body] of notJson)
    it(`is invalid JSON when it is ${name}, and the detail says what is wrong`, () => {
      const { reason, detail, index } = rejectionOf(body);
      expect({ reason, index }).to.deep.equal({ reason: 'invalid_json', index: undefined });
      expect(detail).to.match(/JSON/);
    });

  for (const body of ['null', 'true', '0', '1e999', '"text"', `"${OCCURRED_AT}"`])
    it(`is no event when it is ${body}`, () => {
      expect(rejectionOf(body)).to.deep.equal({
        reason: 'schema_violation',
        detail: 'an event must be a JSON object',
        index: undefined,
      });
    });

  it('is one bad element when it is an array nested 500,000 levels deep', () => {
    expect(rejectionOf(`${'['.repeat(500_000)}${']'.repeat(500_000)}`)).to.deep.equal({
      reason: 'schema_violation',
      detail: 'an event must be a JSON object',
      index: 0,
    });
  });
});
