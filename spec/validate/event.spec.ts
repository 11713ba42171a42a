import { expect } from 'chai';
import { explainSchemaViolation, isSentEvent } from '../../lib/validate/event.ts';
import { sentEvent } from '../support/builders.ts';

/** What is said of a candidate that breaks a rule. */
function explained(candidate: unknown): string {
  expect(isSentEvent(candidate)).to.equal(false);
  return explainSchemaViolation(isSentEvent.errors);
}

describe('the check of an event as it is sent', () => {
  it('passes a good one, and one with more properties', () => {
    expect(isSentEvent(sentEvent())).to.equal(true);
    expect(isSentEvent(sentEvent({ value: -0.5, user: { id: 5 } }))).to.equal(true);
  });

  it('converts nothing: a string is no number and a number is no string', () => {
    const candidate = sentEvent({ value: '5' });
    expect(isSentEvent(candidate)).to.equal(false);
    expect(candidate.value).to.equal('5');
    expect(isSentEvent(sentEvent({ type: 5 }))).to.equal(false);
  });

  it('takes no number that is not finite', () => {
    for (const value of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN])
      expect(isSentEvent(sentEvent({ value }))).to.equal(false);
  });

  it('counts the characters of a type, not their code units', () => {
    expect(isSentEvent(sentEvent({ type: '😀'.repeat(256) }))).to.equal(true);
    expect(isSentEvent(sentEvent({ type: '😀'.repeat(257) }))).to.equal(false);
  });
});

describe('the explanation of what is wrong with an event', () => {
  it('names the property and the rule', () => {
    expect(explained(sentEvent({ value: 'much' }))).to.equal('value must be number');
    expect(explained(sentEvent({ type: '' }))).to.equal('type must NOT have fewer than 1 characters');
  });

  it('speaks of the event itself where a property is missing', () => {
    expect(explained(sentEvent({ value: undefined }))).to.equal(
      "the event must have required property 'value'",
    );
    expect(explained('text')).to.equal('the event must be object');
  });

  it('is still a sentence where nothing is known', () => {
    for (const errors of [undefined, null, []])
      expect(explainSchemaViolation(errors)).to.equal('does not match the schema of an event');
  });
});
