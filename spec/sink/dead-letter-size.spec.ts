import { expect } from 'chai';
import { deadLettersOf, MESSAGE_SIZE_MAX, sizeOf } from '../../lib/sink/dead-letter.ts';

const MESSAGE = { reason: 'schema_violation', detail: 'wrong', index: undefined } as const;
const ATTRIBUTES = {
  reason: 'schema_violation',
  detail: 'wrong',
  source_message_id: 'message-1',
  source_queue: 'events',
};
/** SQS counts names, data types and values. */
const ATTRIBUTES_SIZE = Object.entries(ATTRIBUTES)
  .map(([name, value]) => name.length + 'String'.length + value.length)
  .reduce((total, size) => total + size);

function letterOf(body: string) {
  return [...deadLettersOf({ messageId: 'message-1', body }, [MESSAGE], 'events')][0]!;
}

describe('the size of a dead letter', () => {
  it('is that of its body, and of the names, types and values of its attributes, in UTF-8', () => {
    expect(sizeOf(letterOf('x'))).to.equal(1 + ATTRIBUTES_SIZE);
    expect(sizeOf({ body: 'é😀', attributes: { ä: '€' } })).to.equal(6 + 2 + 6 + 3);
  });

  it('may be exactly 1 MiB', () => {
    const body = 'x'.repeat(MESSAGE_SIZE_MAX - ATTRIBUTES_SIZE);
    expect(MESSAGE_SIZE_MAX).to.equal(1_048_576);
    expect(letterOf(body).attributes).to.deep.equal(ATTRIBUTES);
  });

  it('costs the detail first when it is one byte more', () => {
    const { detail: _detail, ...others } = ATTRIBUTES;
    expect(letterOf('x'.repeat(MESSAGE_SIZE_MAX - ATTRIBUTES_SIZE + 1)).attributes).to.deep.equal(others);
    // So many characters fit, but their bytes do not.
    const body = 'é'.repeat((MESSAGE_SIZE_MAX - ATTRIBUTES_SIZE) / 2 + 1);
    expect(letterOf(body).attributes).to.deep.equal(others);
  });

  it('costs the attributes one by one, the reason last, and never the body', () => {
    const held = new Set<string>();
    for (let room = 0; room <= ATTRIBUTES_SIZE; room += 1) {
      const body = 'x'.repeat(MESSAGE_SIZE_MAX - room);
      const letter = letterOf(body);
      expect(letter.body === body).to.equal(true);
      expect(sizeOf(letter)).to.be.at.most(MESSAGE_SIZE_MAX);
      held.add(Object.keys(letter.attributes).join(' '));
    }
    expect([...held]).to.deep.equal([
      '',
      'reason',
      'reason source_message_id',
      'reason source_message_id source_queue',
      'reason detail source_message_id source_queue',
    ]);
  });

  it('keeps the room of a body that takes all of it', () => {
    expect(letterOf('x'.repeat(MESSAGE_SIZE_MAX))).to.deep.equal({
      body: 'x'.repeat(MESSAGE_SIZE_MAX),
      attributes: {},
    });
  });
});
