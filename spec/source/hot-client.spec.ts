import { hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import { HotClient } from '../../lib/source/hot-client.ts';
import { UndiciTransport } from '../../lib/source/http-transport.ts';
import { ManualClock } from '../support/manual-clock.ts';

interface Request {
  readonly operation: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}

const BODY = '{"type":"ünï"}';
const RECEIVED = {
  Messages: [{ MessageId: 'm', ReceiptHandle: 'r', Body: BODY, MD5OfBody: hash('md5', BODY) }],
};

describe('the hot client', () => {
  let server: Server;
  let requests: Request[];
  let answer: (response: ServerResponse, request: Request) => void;
  let sdk: SQSClient;
  let hot: HotClient;

  beforeEach(async () => {
    requests = [];
    answer = (response) => response.end(JSON.stringify(RECEIVED));
    server = createServer(async (incoming, response) => {
      const chunks = await Array.fromAsync(incoming);
      const operation = String(incoming.headers['x-amz-target']).replace('AmazonSQS.', '');
      const request = {
        operation,
        headers: incoming.headers,
        body: JSON.parse(Buffer.concat(chunks).toString()),
      };
      requests.push(request);
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      answer(response, request);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    sdk = new SQSClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIDSPEC', secretAccessKey: 'secret', sessionToken: 'token' },
      useQueueUrlAsEndpoint: false,
      maxAttempts: 1,
    });
    hot = new HotClient({ sdk, transport: new UndiciTransport(4), clock: new ManualClock() });
  });
  afterEach(async () => {
    await hot.close();
    sdk.destroy();
    server.closeAllConnections();
    server.close();
  });

  const receive = (options?: { abortSignal: AbortSignal }) =>
    hot.send(new ReceiveMessageCommand({ QueueUrl: 'http://queue', MaxNumberOfMessages: 10 }), options);
  const isFromSdk = ({ headers }: Request) => headers['amz-sdk-invocation-id'] !== undefined;

  async function failure(work: Promise<unknown>): Promise<Error> {
    return work.then(
      () => expect.fail('it did not fail'),
      (error: unknown) => error as Error,
    );
  }

  it('leaves the first call to the SDK, and then asks as it did, without it', async () => {
    expect((await receive()).Messages[0].Body).to.equal(BODY);
    const { Messages } = await receive();
    expect(Messages).to.deep.equal(RECEIVED.Messages);
    expect(requests.map(isFromSdk)).to.deep.equal([true, false]);
    const [bySdk, byHot] = requests as [Request, Request];
    expect(byHot.body).to.deep.equal(bySdk.body);
    expect(byHot.headers.host).to.equal(bySdk.headers.host);
    expect(byHot.headers['x-amz-security-token']).to.equal('token');
    const scopeOf = ({ headers }: Request) =>
      /\/\d{8}(\/\S+\/aws4_request),/.exec(headers.authorization!)![1];
    expect(scopeOf(byHot)).to.equal(scopeOf(bySdk)).and.to.equal('/eu-west-1/sqs/aws4_request');
  });

  it('deletes without the SDK, and leaves to it what is rare', async () => {
    await receive();
    await hot.send(
      new DeleteMessageBatchCommand({ QueueUrl: 'http://queue', Entries: [{ Id: 'm', ReceiptHandle: 'r' }] }),
    );
    await hot.send(new GetQueueUrlCommand({ QueueName: 'events' }));
    expect(requests.map((request) => [request.operation, isFromSdk(request)])).to.deep.equal([
      ['ReceiveMessage', true],
      ['DeleteMessageBatch', false],
      ['GetQueueUrl', true],
    ]);
  });

  it('refuses a body that is not what its checksum says', async () => {
    await receive();
    const [message] = RECEIVED.Messages;
    answer = (response) => response.end(JSON.stringify({ Messages: [{ ...message, Body: 'another' }] }));
    expect((await failure(receive())).name).to.equal('BodyMismatch');
  });

  it('names an error as SQS does', async () => {
    await receive();
    answer = (response) => {
      response.statusCode = 400;
      response.setHeader('x-amzn-query-error', 'AWS.SimpleQueueService.NonExistentQueue;Sender');
      response.end('{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no such queue"}');
    };
    const error = await failure(receive());
    expect([error.name, error.message]).to.deep.equal([
      'AWS.SimpleQueueService.NonExistentQueue',
      'no such queue',
    ]);
    answer = (response) => {
      response.statusCode = 503;
      response.end('<html>not JSON at all</html>');
    };
    expect(await failure(receive())).to.deep.include({ name: 'NotSqs', $metadata: { httpStatusCode: 503 } });
    answer = (response) => response.end('"JSON, but nothing that SQS says"');
    expect(await failure(receive())).to.deep.include({ name: 'NotSqs', $metadata: { httpStatusCode: 200 } });
  });

  it('ends a receive that is aborted', async () => {
    await receive();
    const stop = new AbortController();
    answer = () => stop.abort();
    expect((await failure(receive({ abortSignal: stop.signal }))).name).to.equal('AbortError');
  });

  it('asks again at once when its connection was closed, and no more than once', async () => {
    await receive();
    answer = (response, { operation }) => {
      const isFirst = requests.filter((request) => request.operation === operation).length === 2;
      if (isFirst) response.destroy();
      else response.end(JSON.stringify(RECEIVED));
    };
    expect((await receive()).Messages).to.have.length(1);
    answer = (response) => response.destroy();
    const before = requests.length;
    await failure(receive());
    expect(requests.length - before).to.equal(2);
  });
});
