import { hash } from 'node:crypto';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { Pool } from 'undici';
import type { Clock } from '../clock.ts';
import { CONNECTION_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from './queue-connection.ts';
import { RequestSigner, type SigningCredentials } from './signature.ts';
import { type SigningTarget, watchSigning } from './signing-target.ts';

/** Beyond this the clocks are held to differ, and not only to be read at different moments. */
const CLOCK_SKEW_MIN_MS = 60_000;

interface Options {
  readonly abortSignal?: AbortSignal;
}

/** A SigV4 target with what is kept for it. */
interface Connection {
  readonly pool: Pool;
  readonly host: string;
  readonly signer: RequestSigner;
}

/**
 * An SQS client whose calls per message take a fraction of the SDK's time: receive, delete and extend go straight
 * to a connection, with the protocol's JSON as it is. Everything else, and the first call, which shows where to
 * go and for whom to sign, is left to the SDK's client. Credentials are the SDK's, too, which refreshes them in
 * time.
 *
 * It does not repeat a call, but for a connection that turned out to be closed already; that is for the caller.
 */
export class HotClient {
  readonly #sdk: SQSClient;
  readonly #clock: Clock;
  readonly #connections: number;
  #connection: Connection | undefined;
  /** The latest call was answered as it should be. */
  #isAnswered = true;
  #credentialsExpired = false;
  /** What the server's clock is ahead of ours, where that matters. */
  #clockSkewMs = 0;

  /** @param connections the most calls at the same time */
  constructor(sdk: SQSClient, clock: Clock, connections: number) {
    this.#sdk = sdk;
    this.#clock = clock;
    this.#connections = connections;
    watchSigning(sdk, (target) => {
      this.#connection ??= this.#connect(target);
    });
  }

  /** Typed as the SDK's client is used: a command in, its output out. */
  // biome-ignore lint/suspicious/noExplicitAny: stands in for the overloads of the SDK's client
  async send(command: any, options: Options = {}): Promise<any> {
    const connection = this.#connection;
    if (!connection) return this.#sdk.send(command, options);
    if (command instanceof ReceiveMessageCommand)
      return verified(await this.#call(connection, 'ReceiveMessage', command.input, options));
    if (command instanceof DeleteMessageBatchCommand)
      return this.#call(connection, 'DeleteMessageBatch', command.input, options);
    if (command instanceof ChangeMessageVisibilityBatchCommand)
      return this.#call(connection, 'ChangeMessageVisibilityBatch', command.input, options);
    return this.#sdk.send(command, options);
  }

  async close(): Promise<void> {
    await this.#connection?.pool.destroy();
  }

  #connect({ origin, host, region, service }: SigningTarget): Connection {
    const pool = new Pool(origin, {
      connections: this.#connections,
      connect: { timeout: CONNECTION_TIMEOUT_MS },
      headersTimeout: REQUEST_TIMEOUT_MS,
      bodyTimeout: REQUEST_TIMEOUT_MS,
    });
    return { pool, host, signer: new RequestSigner(region, service) };
  }

  async #call(connection: Connection, operation: string, input: object, options: Options): Promise<unknown> {
    const body = JSON.stringify(input);
    const credentials = await this.#credentials();
    const headers = connection.signer.sign(
      {
        method: 'POST',
        path: '/',
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          host: connection.host,
          'x-amz-target': `AmazonSQS.${operation}`,
        },
        body,
      },
      credentials,
      this.#clock.nowMs() + this.#clockSkewMs,
    );
    const answer = await exchange(connection.pool, headers, body, options.abortSignal).catch((error) => {
      if (!this.#isAnswered || !isClosedConnection(error)) throw error;
      // Once only: when connections keep closing, the caller's waits are what SQS needs.
      this.#isAnswered = false;
      return exchange(connection.pool, headers, body, options.abortSignal);
    });
    this.#isAnswered = answer.status === 200;
    if (this.#isAnswered) return JSON.parse(answer.text);
    throw this.#learnFrom(answer);
  }

  #credentials(): Promise<SigningCredentials> {
    const forceRefresh = this.#credentialsExpired;
    this.#credentialsExpired = false;
    return this.#sdk.config.credentials(forceRefresh ? { forceRefresh } : undefined);
  }

  /** What went wrong, as the SDK would name it; the next call is made with what there is to learn from it. */
  #learnFrom({ status, text, date, queryError }: Answer): Error {
    const { __type = '', message, Message: text2 } = parsed(text);
    const name = queryError?.split(';')[0] || __type.split('#').at(-1)?.split(':')[0] || `HTTP ${status}`;
    if (/Expired|UnrecognizedClient|InvalidClientTokenId/.test(name)) this.#credentialsExpired = true;
    const skewMs = date ? Date.parse(date) - this.#clock.nowMs() : 0;
    if (/Skew|Expired|Signature/.test(name) && Math.abs(skewMs) > CLOCK_SKEW_MIN_MS)
      this.#clockSkewMs = skewMs;
    const error = new Error(message ?? text2 ?? `SQS answered with the status ${status}`);
    return Object.assign(error, { name, $metadata: { httpStatusCode: status } });
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly date: string | undefined;
  readonly queryError: string | undefined;
}

async function exchange(
  pool: Pool,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const response = await pool.request({
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

/** A kept connection may be closed by the server in the very moment in which it is used again. */
function isClosedConnection(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

/** @throws {Error} when a body is not what its checksum says */
function verified(output: unknown): unknown {
  for (const { MessageId, Body, MD5OfBody } of (output as { Messages?: Message[] }).Messages ?? [])
    if (Body !== undefined && MD5OfBody !== hash('md5', Body))
      throw Object.assign(new Error(`The body of message ${MessageId} does not match its MD5.`), {
        name: 'BodyMismatch',
      });
  return output;
}

function parsed(text: string): { __type?: string; message?: string; Message?: string } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
