import { Readable } from 'node:stream';
import { HotClient } from '../../lib/source/hot-client.ts';
import type { HttpAnswer, HttpRequest, HttpTransport } from '../../lib/source/http-transport.ts';
import type { QueueAddress } from '../../lib/source/queue-address.ts';
import { createSqsClient, originOf, type Target } from '../../lib/source/sqs-client.ts';
import { ManualClock } from './manual-clock.ts';

export interface SeenRequest {
  /** Who sent it. */
  readonly by: 'sdk' | 'hot client';
  readonly origin: string;
  /** Such as `ReceiveMessage`. */
  readonly operation: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer as SQS gives it; what is left out is that of an empty receive. */
export type Answer = Partial<HttpAnswer>;

interface SentBySdk extends Target {
  readonly headers: Readonly<Record<string, string>>;
}

/** The hot client and the SDK's beside it, as the program makes them, on a network that is a function of the spec. */
export class HotStage {
  readonly clock = new ManualClock();
  readonly requests: SeenRequest[] = [];
  answer: (request: SeenRequest) => Answer = () => ({});
  readonly sdk;
  readonly hot: HotClient;

  constructor(address: QueueAddress) {
    const { clock } = this;
    this.sdk = createSqsClient(1, address);
    this.sdk.config.credentials = async () => ({ accessKeyId: 'AKIDSPEC', secretAccessKey: 'secret' });
    this.sdk.config.requestHandler = {
      handle: async (request: SentBySdk) => ({ response: this.#answerSdk(request) }),
    } as never;
    this.hot = new HotClient({ sdk: this.sdk, transport: this.#transport(), clock });
  }

  /** The requests' origins, oldest first. */
  get origins(): string[] {
    return this.requests.map(({ origin }) => origin);
  }

  #transport(): HttpTransport {
    return {
      send: async ({ origin, headers }: HttpRequest) => this.#take('hot client', origin, headers),
      close: async () => {},
    };
  }

  #answerSdk(request: SentBySdk): object {
    const { status, text, date, queryError } = this.#take('sdk', originOf(request), request.headers);
    return {
      statusCode: status,
      headers: { ...(date ? { date } : {}), ...(queryError ? { 'x-amzn-query-error': queryError } : {}) },
      body: Readable.from([Buffer.from(text)]),
    };
  }

  #take(by: SeenRequest['by'], origin: string, headers: Readonly<Record<string, string>>): HttpAnswer {
    const operation = String(headers['x-amz-target']).replace('AmazonSQS.', '');
    const request = { by, origin, operation, headers };
    this.requests.push(request);
    return { status: 200, text: '{}', date: undefined, queryError: undefined, ...this.answer(request) };
  }
}
