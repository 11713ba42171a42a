import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import type { HttpTransport } from '../../lib/source/http-transport.ts';
import { RequestTally } from '../../lib/source/request-tally.ts';
import { QUEUE_URL } from '../support/fake-sqs.ts';

describe('the tally of requests to SQS', () => {
  const clientThat = (answer: () => number, maxAttempts = 1) =>
    new SQSClient({
      region: 'eu-west-1',
      maxAttempts,
      credentials: { accessKeyId: 'spec', secretAccessKey: 'spec' },
      requestHandler: {
        handle: async () => ({ response: { statusCode: answer(), headers: {}, body: undefined } }),
      } as never,
    });

  it('tells what each is for', async () => {
    const tally = new RequestTally();
    const sdk = clientThat(() => 200);
    tally.watch(sdk);
    const QueueUrl = QUEUE_URL;
    await sdk.send(new ReceiveMessageCommand({ QueueUrl }));
    await sdk.send(new ReceiveMessageCommand({ QueueUrl }));
    await sdk.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: [] }));
    await sdk.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: [] }));
    await sdk.send(new SendMessageBatchCommand({ QueueUrl, Entries: [] }));
    await sdk.send(new GetQueueAttributesCommand({ QueueUrl }));
    expect(tally.counts).to.deep.equal({ receive: 2, delete: 1, extend: 1, send: 1, other: 1 });
  });

  it('counts each try of the SDK, answered or not', async () => {
    const tally = new RequestTally();
    let tries = 0;
    const sdk = clientThat(() => (++tries < 3 ? 503 : 200), 3);
    tally.watch(sdk);
    await sdk.send(new ReceiveMessageCommand({ QueueUrl: QUEUE_URL }));
    expect([tries, tally.counts.receive]).to.deep.equal([3, 3]);
  });

  it('counts what goes past the SDK', async () => {
    const tally = new RequestTally();
    const sent: unknown[] = [];
    let isClosed = false;
    const transport: HttpTransport = {
      send: async (request) => {
        sent.push(request);
        throw new Error('no answer');
      },
      close: async () => {
        isClosed = true;
      },
    };
    const counted = tally.counted(transport);
    const headers = { 'x-amz-target': 'AmazonSQS.ReceiveMessage' };
    const request = { origin: 'http://sqs', headers, body: '{}', signal: undefined };
    const fault = await counted.send(request).catch((error: Error) => error.message);
    await counted.close();
    expect([fault, sent, isClosed]).to.deep.equal(['no answer', [request], true]);
    expect(tally.counts.receive).to.equal(1);
  });
});
