import { expect } from 'chai';
import { reachedFrom } from '../../lib/source/queue-address.ts';

describe('the URL of a dead-letter queue that was looked up by its name', () => {
  const LOOKED_UP = 'https://sqs.eu-west-1.amazonaws.com/1/events-dead-letter';

  it('is at the VPC endpoint, or whatever host a person has given, where the queue is', () => {
    const vpc = 'https://vpce-1-2.sqs.eu-west-1.vpce.amazonaws.com';
    expect(reachedFrom(`${vpc}/1/events`, LOOKED_UP)).to.equal(`${vpc}/1/events-dead-letter`);
    expect(reachedFrom('http://sqs:4566/1/events', LOOKED_UP)).to.equal(
      'http://sqs:4566/1/events-dead-letter',
    );
  });

  for (const host of [
    'sqs.eu-west-1.amazonaws.com',
    'sqs-fips.eu-west-1.amazonaws.com',
    'eu-west-1.queue.amazonaws.com',
  ])
    it(`is as it was looked up where the queue is at ${host}, which everybody reaches`, () => {
      expect(reachedFrom(`https://${host}/1/events`, LOOKED_UP)).to.equal(LOOKED_UP);
    });
});
