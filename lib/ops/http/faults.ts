import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SECURITY_HEADERS } from './headers.ts';

/** What is answered when something cannot be answered: the same shape for every status. */
export interface Fault {
  readonly error: {
    readonly status: number;
    /** For programs: `not_found`. */
    readonly code: string;
    readonly message: string;
    /** Stands in the log, too. */
    readonly request_id: string;
  };
}

/** A message may repeat what the client sent. */
const MESSAGE_LENGTH_MAX = 200;
const MESSAGES: ReadonlyMap<number, string> = new Map([
  [404, 'There is nothing here; /docs lists what there is.'],
  [405, 'Only GET and HEAD are allowed.'],
  [500, 'Something went wrong; the log says what, under this request id.'],
]);
/** What a client may have said so badly that it never became a request. */
const CLIENT_FAULTS: ReadonlyMap<string, number> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
  ['HPE_HEADER_OVERFLOW', 431],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413],
]);

export function faultOf(status: number, message: string, requestId: string): Fault {
  const code = (STATUS_CODES[status] ?? 'error').toLowerCase().replace(/[^a-z]+/g, '_');
  return {
    error: {
      status,
      code,
      message: MESSAGES.get(status) ?? message.slice(0, MESSAGE_LENGTH_MAX),
      request_id: requestId,
    },
  };
}

/** Answers in the one shape, and logs it under the request's id. */
export function answerFault(
  reply: FastifyReply,
  request: FastifyRequest,
  status: number,
  error?: Error,
): FastifyReply {
  const { id, method, url } = request;
  const details = { request_id: id, method, url: url.slice(0, 200), status };
  if (status === 500)
    request.log.error({ ...details, stack: error?.stack }, `A request failed: ${error?.message}`);
  else {
    const reason = error?.message.slice(0, MESSAGE_LENGTH_MAX);
    request.log.warn({ ...details, reason }, `A request was refused: ${STATUS_CODES[status]}.`);
  }
  return reply
    .code(status)
    .headers({ ...SECURITY_HEADERS, 'x-request-id': id })
    .type('application/json; charset=utf-8')
    .send(faultOf(status, error?.message ?? '', id));
}

/** Everything that goes wrong with a request ends in {@link answerFault}. */
export function handleFaults(app: FastifyInstance): void {
  // Before anything of the request is looked at, its body above all.
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (request.method === 'GET' || request.method === 'HEAD') return;
    return answerFault(reply.header('allow', 'GET, HEAD'), request, 405);
  });
  app.setNotFoundHandler((request, reply) => answerFault(reply, request, 404));
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { statusCode = 500 } = error;
    const isKnown = (statusCode >= 400 && statusCode < 500) || statusCode === 503;
    return answerFault(reply, request, isKnown ? statusCode : 500, error);
  });
}

/** For what is not even HTTP, or came too slowly. Node.js hands over the bare socket. */
export function refuseClient(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = CLIENT_FAULTS.get(error.code ?? '') ?? 400;
  const body = JSON.stringify(faultOf(status, 'This is no request that can be understood.', randomUUID()));
  const headers = Object.entries({
    ...SECURITY_HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`);
  // Not end(): a client that never closes its side would keep the connection.
  socket.destroySoon();
}
