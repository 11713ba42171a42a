import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Clock } from '../clock.ts';
import { checkBodies, md5 } from './body-check.ts';
import { isCredentialsRefusal } from './credentials-refresh.ts';
import type { HttpAnswer, HttpTransport } from './http-transport.ts';
import { RequestSigner, type SigningCredentials } from './signature.ts';
import { watchSigning } from './signing-target.ts';
import { NOT_SQS, tellEndpoint } from './sqs-fault.ts';

/** What happens for every batch, by its command; the names are those of the protocol. */
const HOT_OPERATIONS: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [ReceiveMessageCommand, 'ReceiveMessage'],
  [DeleteMessageBatchCommand, 'DeleteMessageBatch'],
  [ChangeMessageVisibilityBatchCommand, 'ChangeMessageVisibilityBatch'],
]);

interface Options {
  readonly abortSignal?: AbortSignal;
}

export interface HotClientParts {
  /** Makes the first call for each queue and all rare ones; has the credentials. Its attempts should be 1. */
  readonly sdk: Pick<SQSClient, 'send' | 'middlewareStack'> & {
    readonly config: Pick<SQSClient['config'], 'credentials'>;
  };
  readonly transport: HttpTransport;
  readonly clock: Clock;
}

/** Where the calls for one queue go, and who signs them. */
interface Connection {
  readonly origin: string;
  readonly host: string;
  readonly signer: RequestSigner;
}

/**
 * An SQS client whose calls per message take a fraction of the SDK's time: receive, delete and extend go straight
 * to a connection, with the protocol's JSON as it is. Everything else, and the first call for each queue, which
 * shows where to go and for whom to sign, is left to the SDK's client. Credentials are the SDK's, too, which
 * refreshes them in time.
 *
 * It does not repeat a call, but for a connection that turned out to be closed already; that is for the caller.
 * What it learns from a refusal serves the next call:
 *
 * | refused because of | the next call                                                        |
 * | ------------------ | -------------------------------------------------------------------- |
 * | its credentials    | is signed with credentials that are fetched anew                     |
 * | its time           | is signed with the server's time, as the refusal's `date` tells it   |
 */
export class HotClient {
  readonly #parts: HotClientParts;
  /** By the queue's URL. */
  readonly #connections = new Map<string, Connection>();
  /** The latest call was answered as it should be. */
  #isAnswered = true;
  #credentialsExpired = false;
  /** What the server's clock was ahead of ours when it last refused our time. */
  #clockSkewMs = 0;

  constructor(parts: HotClientParts) {
    this.#parts = parts;
    watchSigning(parts.sdk, (queueUrl, { origin, host, region, service }) => {
      if (!this.#connections.has(queueUrl))
        this.#connections.set(queueUrl, { origin, host, signer: new RequestSigner(region, service) });
    });
  }

  /** Typed as the SDK's client is used: a command in, its output out. */
  // biome-ignore lint/suspicious/noExplicitAny: stands in for the overloads of the SDK's client
  async send(command: any, options: Options = {}): Promise<any> {
    const operation = HOT_OPERATIONS.get(command.constructor);
    const connection = this.#connections.get(command.input.QueueUrl);
    if (!operation || !connection) return this.#parts.sdk.send(command, options);
    const output = await this.#call(connection, operation, command.input, options).catch((error) => {
      throw tellEndpoint(error, connection.origin);
    });
    if (command instanceof ReceiveMessageCommand)
      checkBodies((output as { Messages?: Message[] }).Messages ?? [], md5);
    return output;
  }

  close(): Promise<void> {
    return this.#parts.transport.close();
  }

  async #call(
    { origin, host, signer }: Connection,
    operation: string,
    input: object,
    options: Options,
  ): Promise<unknown> {
    const { transport, clock } = this.#parts;
    const body = JSON.stringify(input);
    const credentials = await this.#credentials();
    const headers = signer.sign(
      {
        method: 'POST',
        path: '/',
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          host,
          'x-amz-target': `AmazonSQS.${operation}`,
        },
        body,
      },
      credentials,
      clock.nowMs() + this.#clockSkewMs,
    );
    const request = { origin, headers, body, signal: options.abortSignal };
    const answer = await transport.send(request).catch((error) => {
      if (!this.#isAnswered || !isClosedConnection(error)) throw error;
      // Once only: when connections keep closing, the caller's waits are what SQS needs.
      this.#isAnswered = false;
      return transport.send(request);
    });
    const output = parsed(answer.text);
    this.#isAnswered = answer.status === 200 && output !== undefined;
    if (this.#isAnswered) return output;
    throw this.#learnFrom(answer, output);
  }

  #credentials(): Promise<SigningCredentials> {
    const forceRefresh = this.#credentialsExpired;
    this.#credentialsExpired = false;
    return this.#parts.sdk.config.credentials(forceRefresh ? { forceRefresh } : undefined);
  }

  /** What went wrong, as the SDK would name it; the next call is made with what there is to learn from it. */
  #learnFrom({ status, date = '', queryError }: HttpAnswer, output: ErrorOutput = {}): Error {
    const { __type = '', message, Message: text } = output;
    const name = queryError?.split(';')[0] || __type.split('#').at(-1)?.split(':')[0] || NOT_SQS;
    if (isCredentialsRefusal(name)) this.#credentialsExpired = true;
    // Also when that is none at all: our clock may have been put right since. A proxy's clock teaches nothing.
    const skewMs = Date.parse(date) - this.#parts.clock.nowMs();
    if (/Skew|Expired|Signature/.test(name) && Number.isFinite(skewMs)) this.#clockSkewMs = skewMs;
    const error = new Error(message ?? text ?? `an answer with the status ${status}`);
    return Object.assign(error, { name, $metadata: { httpStatusCode: status } });
  }
}

/** A kept connection may be closed by the server in the very moment in which it is used again. */
function isClosedConnection(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

interface ErrorOutput {
  readonly __type?: string;
  readonly message?: string;
  /** In place of `message`, from some parts of AWS. */
  readonly Message?: string;
}

/** What SQS says is always a JSON object; anything else was not said by SQS. */
function parsed(text: string): ErrorOutput | undefined {
  try {
    const output: unknown = JSON.parse(text);
    return typeof output === 'object' && output !== null ? output : undefined;
  } catch {
    return undefined;
  }
}
