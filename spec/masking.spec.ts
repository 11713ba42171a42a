import { expect } from 'chai';
import { withoutCredentials } from '../lib/masking.ts';

describe('a text without credentials', () => {
  const cases: ReadonlyArray<readonly [string, string, string]> = [
    ['user and password', 'http://user:pass@sqs:4566/0/events', 'http://…@sqs:4566/0/events'],
    ['a password with an apostrophe', "http://user:it's@sqs/0/events", 'http://…@sqs/0/events'],
    ['a user alone', 'https://token@sqs.example/0/events', 'https://…@sqs.example/0/events'],
    ['characters that belong encoded', 'postgres://u:p/a#s?s@w@db/state', 'postgres://…@db/state'],
    [
      'URLs in a sentence',
      'from "http://a:b@c" to http://d:e@f, x@y',
      'from "http://…@c" to http://…@f, x@y',
    ],
  ];
  for (const [what, text, shown] of cases)
    it(`does not show ${what}`, () => {
      expect(withoutCredentials(text)).to.equal(shown);
    });

  for (const text of [
    'https://sqs.eu-west-1.amazonaws.com/1/events',
    'sqlite:data/a@b.db',
    'me@example.com',
    '',
  ])
    it(`is the text itself where there are none: "${text}"`, () => {
      expect(withoutCredentials(text)).to.equal(text);
    });

  it('costs no more than its length, whatever it looks like', () => {
    // Each of these would keep the process busy for minutes if it were searched anew from every character.
    for (const part of ['x', 'a.', 'x://', 'x@'])
      expect(withoutCredentials(part.repeat(20_000))).to.equal(part.repeat(20_000));
  });
});
