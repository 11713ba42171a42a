import { Readable } from 'node:stream';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import { refreshRefusedCredentials } from '../../lib/source/credentials-refresh.ts';
import { faultOf } from '../state/contract/subject.ts';

interface SentRequest {
  readonly headers: Readonly<Record<string, string>>;
}

describe("the credentials of the SDK's client", () => {
  for (const refusal of ['ExpiredToken', 'InvalidClientTokenId', 'UnrecognizedClientException'])
    it(`are fetched anew after ${refusal}, for the next call`, async () => {
      let good = 'AKID1';
      const sdk = new SQSClient({
        region: 'eu-west-1',
        maxAttempts: 1,
        credentials: async () => ({ accessKeyId: good, secretAccessKey: 'secret' }),
        requestHandler: {
          handle: async ({ headers }: SentRequest) => ({ response: answerTo(headers, good, refusal) }),
        } as never,
      });
      refreshRefusedCredentials(sdk);
      const call = () => sdk.send(new GetQueueUrlCommand({ QueueName: 'events' }));
      expect((await call()).QueueUrl).to.equal('http://sqs/1/events');
      good = 'AKID2';
      expect(((await faultOf(call())) as Error).name).to.equal(refusal);
      expect((await call()).QueueUrl).to.equal('http://sqs/1/events');
    });
});

function answerTo({ authorization = '' }: SentRequest['headers'], good: string, refusal: string): object {
  const isGood = authorization.includes(`Credential=${good}/`);
  const answer = isGood ? { QueueUrl: 'http://sqs/1/events' } : { __type: `com.amazonaws.sqs#${refusal}` };
  return {
    statusCode: isGood ? 200 : 403,
    headers: {},
    body: Readable.from([Buffer.from(JSON.stringify(answer))]),
  };
}
