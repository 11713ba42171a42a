import { Readable } from 'node:stream';
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { HotClient } from '../../lib/source/hot-client.ts';
import type { HttpAnswer, HttpRequest, HttpTransport } from '../../lib/source/http-transport.ts';
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

interface SentBySdk {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** The hot client and the SDK's beside it, both on a network that is a function of the spec. */
export class HotStage {
  readonly clock = new ManualClock();
  readonly requests: SeenRequest[] = [];
  /** Each time that the SDK fetched credentials: because it had none, or because it was told to. */
  readonly fetches: ('first' | 'anew')[] = [];
  answer: (request: SeenRequest) => Answer = () => ({});
  readonly sdk: SQSClient;
  readonly hot: HotClient;

  constructor(config: SQSClientConfig = {}, createSdk = (given: SQSClientConfig) => new SQSClient(given)) {
    const { clock } = this;
    this.sdk = createSdk({
      region: 'eu-west-1',
      maxAttempts: 1,
      requestHandler: {
        handle: async (request: SentBySdk) => ({ response: this.#answerSdk(request) }),
      } as never,
      credentials: async (identity?: { forceRefresh?: boolean }) => {
        this.fetches.push(identity?.forceRefresh ? 'anew' : 'first');
        return { accessKeyId: 'AKIDSPEC', secretAccessKey: 'secret' };
      },
      ...config,
    });
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

  #answerSdk({ protocol, hostname, port, headers }: SentBySdk): object {
    const { status, text, date, queryError } = this.#take(
      'sdk',
      `${protocol}//${hostname}${port ? `:${port}` : ''}`,
      headers,
    );
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
