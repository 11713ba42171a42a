import { expect } from 'chai';
import { explainSqsFault, tellEndpoint } from '../../lib/source/sqs-fault.ts';
import { errorNamed } from '../support/fake-sqs.ts';

describe('a fault of SQS in words', () => {
  const explain = (error: unknown, queue = 'events') => explainSqsFault(error, queue, 'sqs:ReceiveMessage');

  it('names the endpoint that the call went to, wherever that was configured', () => {
    const error = tellEndpoint(
      errorNamed('TimeoutError', 'too late'),
      'https://sqs-fips.us-east-1.amazonaws.com',
    );
    expect(explain(error)).to.equal(
      'SQS cannot be reached at the endpoint https://sqs-fips.us-east-1.amazonaws.com (too late). Check AWS_ENDPOINT_URL, AWS_REGION and the network.',
    );
  });

  it('says that it is not SQS that answers, with the status, in one sentence', () => {
    for (const name of ['NotSqs', 'SyntaxError', 'Unknown']) {
      const error = Object.assign(errorNamed(name, 'Unexpected token <'), {
        $metadata: { httpStatusCode: 407 },
      });
      expect(explain(tellEndpoint(error, 'http://127.0.0.1:1'))).to.equal(
        'sqs:ReceiveMessage on "events" failed: what answers with the status 407 at the endpoint http://127.0.0.1:1 is not SQS. Check AWS_ENDPOINT_URL, AWS_REGION and any proxy in between.',
      );
    }
  });

  it('shows neither user nor password of a URL', () => {
    const url = 'https://user:secret@sqs.test/1/events';
    const faults = [
      errorNamed('QueueDoesNotExist', `no ${url}`),
      errorNamed('AccessDenied', `${url} refuses`),
      errorNamed('TimeoutError', `${url} is silent`),
      errorNamed('Other', `${url} is odd`),
    ];
    for (const fault of faults) {
      expect(explain(fault, url)).to.include('https://…@sqs.test/1/events').and.not.include('secret');
      expect(explain(tellEndpoint(fault, 'http://user:secret@127.0.0.1'), url)).to.not.include('secret');
    }
  });
});
