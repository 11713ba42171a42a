import { expect } from 'chai';
import { fromFile, makeArray, makeDuplicate, makeMessage } from '../../../scripts/producer/message.ts';
import { Tally } from '../../../scripts/producer/summary.ts';
import { ingredientsOf } from '../ingredients.ts';

describe('the summary', () => {
  it('has every kind and every entry of the ledger from the start, at 0', () => {
    const { eventsByKind, messagesByKind, expected } = new Tally(7).summary();
    expect(eventsByKind).to.deep.include({ good: 0, late: 0, broken_json: 0, duplicate: 0 });
    expect(messagesByKind).to.deep.include({ array: 0, from_file: 0 });
    expect(expected.counted).to.deep.equal({ events: 0, messages: 0 });
  });

  it('expects of the ledger what was sent, in events and in messages', () => {
    const ingredients = ingredientsOf(1);
    const mixed = makeArray(['missing_field', 'good', 'late'], ingredients);
    const tally = new Tally(7);
    tally.sent(mixed);
    tally.sent(makeArray(['wrong_type', 'missing_field'], ingredients));
    tally.sent(makeDuplicate(mixed, ingredients));
    tally.sent(makeMessage('broken_json', ingredients));
    tally.sent(makeMessage('good', ingredients));
    tally.sent(fromFile('[{},{}]', 2, ingredients));
    const { expected, ...summary } = tally.summary();
    expect(summary).to.deep.include({ seed: 7, events: 10, messages: 6 });
    expect(expected).to.deep.equal({
      received: { events: 10, messages: 6 },
      counted: { events: 3, messages: 2 },
      duplicate: { events: 1, messages: 1 },
      'dead_lettered:invalid_json': { events: 1, messages: 1 },
      'dead_lettered:schema_violation': { events: 3, messages: 1 },
      unknown: { events: 2, messages: 1 },
    });
  });
});
