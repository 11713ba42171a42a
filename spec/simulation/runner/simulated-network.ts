import { Readable } from 'node:stream';
import { SQSClient } from '@aws-sdk/client-sqs';
import { refreshRefusedCredentials } from '../../../lib/source/credentials-refresh.ts';
import { HotClient } from '../../../lib/source/hot-client.ts';
import type { HttpAnswer } from '../../../lib/source/http-transport.ts';
import type { Claims } from '../model/claims.ts';
import type { ReadingSpell } from '../model/reading-spell.ts';
import type { Process } from './process.ts';
import type { SimulatedServer } from './simulated-server.ts';
import type { World } from './world.ts';

/** As the program's transport and the SDK's handler are set. */
const REQUEST_TIMEOUT_MS = 30_000;

interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** As the SDK hands it over. */
interface SdkRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export interface NetworkParts {
  readonly world: World;
  readonly server: SimulatedServer;
  /** Those who keep count of when the queue is read. */
  readonly spells: readonly ReadingSpell[];
  readonly claims: Claims;
  readonly identityOfReceipt: (receiptHandle: string) => string;
  readonly visibilityTimeoutMs: number;
  /** Told of each message that the program receives, with when it was sent. */
  readonly onReceived: (sentAtMs: number) => void;
}

/** What lies between one process and SQS: latency, connections that break, and the clients on the near side. */
export class SimulatedNetwork {
  readonly #parts: NetworkParts;
  readonly #process: Process;
  /** When the receive was sent that brought a receipt handle. */
  readonly #requestedMs = new Map<string, number>();

  constructor(parts: NetworkParts, process: Process) {
    this.#parts = parts;
    this.#process = process;
  }

  /** The program's own client, in front of one of the SDK's, as in `lib/commands/run.ts`. */
  createHotClient(): HotClient {
    const transport = {
      send: ({ headers, body, signal }: Request & { readonly signal: AbortSignal | undefined }) =>
        this.#exchange({ headers, body }, signal),
      close: async () => {},
    };
    const clock = this.#parts.world.clock.of(this.#process);
    return new HotClient({ sdk: this.createSdk(), transport, clock });
  }

  createSdk(): SQSClient {
    const { world, server } = this.#parts;
    const sdk = new SQSClient({
      region: 'eu-west-1',
      endpoint: 'http://sqs',
      useQueueUrlAsEndpoint: false,
      // Whatever is not given here would be looked for in files of the machine.
      useFipsEndpoint: false,
      useDualstackEndpoint: false,
      defaultsMode: 'standard',
      retryMode: 'standard',
      userAgentAppId: async () => undefined,
      authSchemePreference: async () => [],
      disableClockSkewCorrection: false,
      maxAttempts: 1,
      credentials: async () => ({ accessKeyId: server.accessKeyId, secretAccessKey: 'secret' }),
      requestHandler: {
        handle: async ({ headers, body }: SdkRequest, options: { abortSignal?: AbortSignal } = {}) => {
          // How many promises the SDK has waited for differs from call to call: here everybody is in step again.
          await world.clock.wait(0);
          const answer = await this.#exchange({ headers, body: textOf(body) }, options.abortSignal);
          return { response: toSdk(answer) };
        },
      } as never,
    });
    refreshRefusedCredentials(sdk);
    return sdk;
  }

  /** One request and its answer. The process may die or stand still before and after. */
  async #exchange(request: Request, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    const { world, spells } = this.#parts;
    const operation = (request.headers['x-amz-target'] ?? '').replace('AmazonSQS.', '');
    await this.#process.step(`before ${operation}`, operation === 'DeleteMessageBatch' ? 'is late' : 'usual');
    const sentMs = world.clock.nowMs;
    const reading = (operation === 'ReceiveMessage' ? spells : []).map((spell) => ({
      spell,
      receive: spell.began(sentMs),
    }));
    const hangUp = new AbortController();
    try {
      const answer = await this.#untilHungUp(this.#roundTrip(request, operation, hangUp.signal), signal);
      for (const { spell, receive } of reading)
        if (answer.status === 200) spell.answered(receive, world.clock.nowMs);
        else spell.failed(receive);
      await this.#process.step(`after ${operation}`, this.#bringsBack(answer) ? 'forgets' : 'usual');
      this.#takeNote(operation, request.body, answer, sentMs);
      return answer;
    } catch (error) {
      for (const { spell, receive } of reading) spell.failed(receive);
      await this.#process.step(`after ${operation}`);
      throw error;
    } finally {
      hangUp.abort();
    }
  }

  /** The way there and back. Goes on when the client has hung up, as far as SQS has not noticed. */
  async #roundTrip(request: Request, operation: string, hungUp: AbortSignal): Promise<HttpAnswer> {
    const { world, server } = this.#parts;
    await world.clock.wait(1 + world.below(world.happens('slowRequest') ? 40_000 : 20));
    if (world.happens('connectionClosed')) throw coded('UND_ERR_SOCKET', 'other side closed');
    const answer = await server.answer({ ...request, operation, hungUp });
    await world.clock.wait(1 + world.below(20));
    if (world.happens('answerLost')) throw coded('ECONNRESET', 'read ECONNRESET');
    return answer;
  }

  #untilHungUp(answer: Promise<HttpAnswer>, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    const abort = () => reject(Object.assign(new Error('The receive was aborted.'), { name: 'AbortError' }));
    const cancel = this.#parts.world.clock.schedule(
      this.#process,
      () => reject(coded('UND_ERR_HEADERS_TIMEOUT', 'no answer in time')),
      REQUEST_TIMEOUT_MS,
    );
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    answer.then(resolve, reject);
    return promise.finally(() => {
      cancel();
      signal?.removeEventListener('abort', abort);
    });
  }

  /** Messages that were committed before are on their way: a process that stands still now knows them no more. */
  #bringsBack({ text }: HttpAnswer): boolean {
    const { claims, identityOfReceipt } = this.#parts;
    const handles = [...text.matchAll(/"ReceiptHandle":"([^"]+)"/g)].map(([, handle]) => handle!);
    return handles.some((handle) => claims.isCommitted(identityOfReceipt(handle)));
  }

  /** What the program now has in hand, and what it may take for deleted. */
  #takeNote(operation: string, body: string, { text }: HttpAnswer, sentMs: number): void {
    if (operation !== 'ReceiveMessage' && operation !== 'DeleteMessageBatch') return;
    const { world, claims, identityOfReceipt, visibilityTimeoutMs, onReceived } = this.#parts;
    if (!text.startsWith('{')) return;
    const { Messages = [], Successful = [] } = JSON.parse(text);
    for (const { ReceiptHandle, Attributes } of Messages) {
      this.#requestedMs.set(ReceiptHandle, sentMs);
      onReceived(Number(Attributes.SentTimestamp));
    }
    const { Entries = [] } = JSON.parse(body);
    const handles = new Map<string, string>(
      Entries.map(({ Id, ReceiptHandle }: Record<string, string>) => [Id, ReceiptHandle]),
    );
    for (const { Id } of Successful) {
      const handle = handles.get(Id)!;
      const requestedMs = this.#requestedMs.get(handle);
      this.#requestedMs.delete(handle);
      if (requestedMs !== undefined && world.clock.nowMs - requestedMs < visibilityTimeoutMs)
        claims.closed(identityOfReceipt(handle), world.clock.nowMs);
    }
  }
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function toSdk({ status, text, date, queryError }: HttpAnswer): object {
  return {
    statusCode: status,
    headers: { ...(date ? { date } : {}), ...(queryError ? { 'x-amzn-query-error': queryError } : {}) },
    body: Readable.from([Buffer.from(text)]),
  };
}

function textOf(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}
