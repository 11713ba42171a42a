import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './faults.ts';

export interface RecordedRequest {
  /** Such as `ReceiveMessage`. */
  readonly operation: string;
  readonly atMs: number;
  /** Whether a fault was done to it, or to its answer. */
  isFaulted: boolean;
}

/** A request that has no answer yet. */
interface Exchange {
  readonly recorded: RecordedRequest;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** Stands between a program and SQS, on loopback; it passes everything on, until it is told to do worse. */
export class FaultyProxy {
  readonly requests: RecordedRequest[] = [];
  readonly #upstream: string;
  readonly #server = createServer((req, res) => void this.#take(req, res));
  readonly #open = new Set<Exchange>();
  #fault: Fault | undefined;
  #healed = Promise.withResolvers<void>();
  #onRequest: (recorded: RecordedRequest) => void = () => {};

  static async open(upstream: string): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(upstream);
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  constructor(upstream: string) {
    this.#upstream = upstream;
  }

  /** What makes a program take this proxy for SQS. */
  get env(): Record<string, string> {
    const endpoint = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return { AWS_ENDPOINT_URL: endpoint, AWS_ENDPOINT_URL_SQS: endpoint };
  }

  /** Does it from now on, also to requests that are waiting for their answer. */
  strike(fault: Fault): void {
    this.#fault = fault;
    if (fault.kind === 'reset' || fault.kind === 'error')
      for (const exchange of this.#open) this.#fail(exchange, fault);
  }

  /** Strikes when the `nth` request of that operation arrives, which is the first one to be hit. */
  strikeAt(operation: string, nth: number, fault: Fault): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let left = nth;
    this.#onRequest = (recorded) => {
      if (recorded.operation !== operation) return;
      left -= 1;
      if (left > 0) return;
      this.#onRequest = () => {};
      this.strike(fault);
      resolve();
    };
    return promise;
  }

  /** Resolves once the requests so far are as `isMet` wants them; it is asked at each one that arrives. */
  async until(isMet: (requests: readonly RecordedRequest[]) => boolean): Promise<void> {
    while (!isMet(this.requests)) await once(this.#server, 'request');
  }

  heal(): void {
    // An answer that has not come yet is lost with the others.
    if (this.#fault?.kind === 'swallow') for (const exchange of this.#open) this.#fail(exchange, this.#fault);
    this.#fault = undefined;
    this.#healed.resolve();
    this.#healed = Promise.withResolvers();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.heal();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #take(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const operation = String(req.headers['x-amz-target']).replace(/.*\./, '');
    const recorded = { operation, atMs: performance.now(), isFaulted: false };
    this.requests.push(recorded);
    const exchange = { recorded, req, res };
    this.#open.add(exchange);
    const gone = new AbortController();
    // Either it is answered, or its sender has given it up.
    res.on('close', () => {
      this.#open.delete(exchange);
      gone.abort();
    });
    this.#onRequest(recorded);
    const body = Buffer.concat(await req.toArray().catch(() => []));
    try {
      await this.#treat(exchange, body, gone.signal);
    } catch {
      if (!res.destroyed) req.socket.destroy();
    }
  }

  async #treat(exchange: Exchange, body: Buffer, gone: AbortSignal): Promise<void> {
    const fault = this.#fault;
    if (fault) exchange.recorded.isFaulted = true;
    if (fault?.kind === 'latency') await delay(fault.delayMs, undefined, { signal: gone });
    if (fault?.kind === 'stall') await this.#healed.promise;
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'reset' || fault?.kind === 'error') return this.#fail(exchange, fault);
    const answer = await this.#passOn(exchange.req, body, gone);
    // By now there may be another fault than before, or none any more.
    const late = this.#fault?.kind;
    if (late && late !== 'latency') exchange.recorded.isFaulted = true;
    if (late === 'stall') await this.#healed.promise;
    if (late === 'silence' || exchange.res.destroyed) return;
    if (late === 'swallow') (exchange.req.socket as Socket).resetAndDestroy();
    else exchange.res.writeHead(answer.status, answer.headers).end(answer.body);
  }

  #fail({ recorded, req, res }: Exchange, fault: Fault): void {
    recorded.isFaulted = true;
    if (fault.kind === 'error') res.writeHead(fault.status, fault.headers).end(fault.body());
    else (req.socket as Socket).resetAndDestroy();
  }

  async #passOn(req: IncomingMessage, body: Buffer, signal: AbortSignal): Promise<Answer> {
    const { headers, method = 'POST', url = '/' } = req;
    const passedOn = request(`${this.#upstream}${url}`, { method, headers, agent: false, signal });
    const [answer] = (await once(passedOn.end(body), 'response')) as [IncomingMessage];
    const type = answer.headers['content-type'];
    return {
      status: answer.statusCode ?? 500,
      headers: type ? { 'content-type': type } : {},
      body: Buffer.concat(await answer.toArray()),
    };
  }
}
