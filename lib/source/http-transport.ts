import { Agent } from 'undici';
import { CONNECTION_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from './sqs-client.ts';

/** A POST to the path `/`. */
export interface HttpRequest {
  /** Scheme, host and port: `https://sqs.eu-west-1.amazonaws.com`. */
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** The header `date`: the server's clock. */
  readonly date: string | undefined;
  /** The header `x-amzn-query-error`: the error's name in SQS' older protocol, by which it is known. */
  readonly queryError: string | undefined;
}

/**
 * What sends the hot client's requests: one request, one answer, whatever its status. It signs nothing, repeats
 * nothing and judges nothing, so that all of that can be run against a simulated server.
 */
export interface HttpTransport {
  /**
   * @throws {Error} an `AbortError` when `signal` aborts; one with the `code` `UND_ERR_SOCKET`, `ECONNRESET` or
   *   `EPIPE` when the connection was closed before the answer; any other where there is no answer
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** The real one: a pool of kept connections for each origin. */
export class UndiciTransport implements HttpTransport {
  readonly #agent: Agent;

  /** @param connections the most requests to an origin at the same time */
  constructor(connections: number) {
    this.#agent = new Agent({
      connections,
      connect: { timeout: CONNECTION_TIMEOUT_MS },
      headersTimeout: REQUEST_TIMEOUT_MS,
      bodyTimeout: REQUEST_TIMEOUT_MS,
    });
  }

  async send({ origin, headers, body, signal }: HttpRequest): Promise<HttpAnswer> {
    const response = await this.#agent.request({
      origin,
      method: 'POST',
      path: '/',
      headers,
      body,
      ...(signal ? { signal } : {}),
    });
    return {
      status: response.statusCode,
      text: await response.body.text(),
      date: response.headers.date as string | undefined,
      queryError: response.headers['x-amzn-query-error'] as string | undefined,
    };
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}
