import { expect } from 'chai';
import fc from 'fast-check';
import { deadLettersOf } from '../../lib/sink/dead-letter.ts';
import type { Rejection } from '../../lib/validate/body.ts';

const QUEUE = 'hands-on-interview';

function lettersOf(body: string, ...rejections: Partial<Rejection>[]) {
  const complete = rejections.map(
    (given): Rejection => ({ reason: 'schema_violation', detail: 'wrong', index: undefined, ...given }),
  );
  return [...deadLettersOf({ messageId: 'message-1', body }, complete, QUEUE)];
}

/** The `detail` that a dead letter gets for this one. */
function detailOf(detail: string): string {
  return lettersOf('x', { detail })[0]!.attributes.detail!;
}

describe('a dead letter', () => {
  it('is the body verbatim, with the reason and where it came from', () => {
    const body = '  {"type" : 5,\n"caf\u00e9":"\\u00e9"}\t';
    expect(lettersOf(body, { detail: 'type must be string' })).to.deep.equal([
      {
        body,
        attributes: {
          reason: 'schema_violation',
          detail: 'type must be string',
          source_message_id: 'message-1',
          source_queue: QUEUE,
        },
      },
    ]);
  });

  it('is the element verbatim for an element of an array, with its index', () => {
    const letters = lettersOf(
      '[ {"a": 1.0} , {"value" :1e999 }, "\\u0041" ]',
      { reason: 'too_late', index: 0 },
      { index: 1 },
      { index: 2 },
    );
    expect(letters.map(({ body }) => body)).to.deep.equal(['{"a": 1.0}', '{"value" :1e999 }', '"\\u0041"']);
    expect(letters.map(({ attributes }) => attributes.event_index)).to.deep.equal(['0', '1', '2']);
    expect(letters.map(({ attributes }) => attributes.reason)).to.deep.equal([
      'too_late',
      'schema_violation',
      'schema_violation',
    ]);
  });

  it('is the whole body where the array as such is wrong', () => {
    const [letter] = lettersOf(' [ ] ', {});
    expect(letter!.body).to.equal(' [ ] ');
    expect(letter!.attributes).to.not.have.property('event_index');
  });

  it('need not be JSON', () => {
    expect(lettersOf('not [ JSON', { reason: 'invalid_json' })[0]!.body).to.equal('not [ JSON');
  });

  it('does not exist where nothing was rejected', () => {
    expect(lettersOf('[1,2]')).to.deep.equal([]);
  });
});

describe('the detail of a dead letter', () => {
  it('has at most 256 characters, the last of which shows that it was cut', () => {
    expect(detailOf('x'.repeat(256))).to.equal('x'.repeat(256));
    expect(detailOf('x'.repeat(257))).to.equal(`${'x'.repeat(255)}…`);
    expect(detailOf('x'.repeat(1_000_000))).to.equal(`${'x'.repeat(255)}…`);
  });

  it('is not cut within a character that takes two code units', () => {
    expect(detailOf('😀'.repeat(256))).to.equal('😀'.repeat(256));
    expect(detailOf('😀'.repeat(257))).to.equal(`${'😀'.repeat(255)}…`);
    expect(detailOf(`x${'😀'.repeat(1_000)}`)).to.equal(`x${'😀'.repeat(254)}…`);
  });

  it('has no character that SQS refuses', () => {
    expect(detailOf('a\0b\u0008c\u001bd\ufffee\uffff')).to.equal('a\ufffdb\ufffdc\ufffdd\ufffde\ufffd');
    expect(detailOf('tab\tline\nend\r')).to.equal('tab\tline\nend\r');
    expect(detailOf('half \ud83d and \ude00 a pair')).to.equal('half \ufffd and \ufffd a pair');
  });

  it('is never empty, because SQS refuses that', () => {
    expect(detailOf('')).to.equal('-');
  });

  it('is something that SQS takes, whatever it is about', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600, size: 'max' }), (text) => {
        const detail = detailOf(text);
        expect([...detail].length).to.be.within(1, 256);
        expect(detail).to.match(/^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]+$/u);
      }),
    );
  });
});
