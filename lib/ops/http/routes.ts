import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { StateReader } from '../../state/state-reader.ts';
import { VERSION } from '../../version.ts';
import { exact } from '../json.ts';
import type { Readiness } from '../readiness.ts';
import { SECURITY_HEADERS } from './headers.ts';
import { type LineStreams, STREAMS_MAX } from './line-streams.ts';
import {
  faults,
  healthSchema,
  readinessSchema,
  statsOrTotalSchema,
  statsQuerySchema,
  text,
  totalSchema,
  windowsQuerySchema,
  windowsSchema,
} from './schemas.ts';
import { type WindowsQuery, windowsOf } from './windows.ts';

/** What the endpoints answer from. */
export interface Answers {
  readonly readiness: () => Readiness;
  /** The whole of `/stats`, as JSON. */
  readonly stats: () => Promise<string>;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  readonly reader: StateReader;
  readonly streams: LineStreams;
}

const JSON_TYPE = 'application/json; charset=utf-8';

export function addRoutes(
  app: FastifyInstance,
  { readiness, stats, metrics, reader, streams }: Answers,
): void {
  for (const path of ['/health', '/healthz'])
    app.get(path, {
      schema: { summary: 'Is it alive?', tags: ['operation'], response: { 200: healthSchema } },
      handler: async () => ({ status: 'ok', version: VERSION }),
    });

  app.get('/readyz', {
    schema: {
      summary: 'Do messages get through?',
      tags: ['operation'],
      response: { 200: readinessSchema, 503: readinessSchema },
    },
    handler: async (_request, reply) => {
      const answer = readiness();
      return reply.code(answer.ready ? 200 : 503).send(answer);
    },
  });

  const sendTotal = async (type: string, reply: FastifyReply) => {
    const total = await reader.readTotal(type);
    return total ? reply.send({ ...total, sum: exact(total.sum) }) : reply.callNotFound();
  };

  app.get<{ Querystring: { type?: string } }>('/stats', {
    schema: {
      summary: 'Running totals, ledger, watermark, queue; with `type`, the running total of that type alone',
      tags: ['results'],
      querystring: statsQuerySchema,
      response: {
        200: statsOrTotalSchema,
        400: faults.badRequest,
        404: faults.notFound,
        421: faults.otherHost,
        500: faults.failed,
        503: faults.busy,
      },
    },
    handler: async ({ query: { type } }, reply) =>
      type === undefined ? reply.type(JSON_TYPE).send(await stats()) : sendTotal(type, reply),
  });

  app.get<{ Params: { type: string } }>('/stats/:type', {
    schema: {
      summary: 'The running total of one type; `/stats?type=` finds also those that no path can name',
      tags: ['results'],
      params: { type: 'object', properties: { type: { type: 'string' } }, required: ['type'] },
      response: {
        200: totalSchema,
        400: faults.badRequest,
        404: faults.notFound,
        414: faults.tooLong,
        421: faults.otherHost,
        500: faults.failed,
        503: faults.busy,
      },
    },
    handler: ({ params }, reply) => sendTotal(params.type, reply),
  });

  app.get<{ Querystring: WindowsQuery }>('/windows', {
    schema: {
      summary: 'Windows with their latest content',
      tags: ['results'],
      querystring: windowsQuerySchema,
      response: {
        200: windowsSchema,
        400: faults.badRequest,
        421: faults.otherHost,
        500: faults.failed,
        503: faults.busy,
      },
    },
    handler: ({ query }) => windowsOf(reader, query),
  });

  app.get('/stats/stream', {
    schema: {
      summary: 'New result lines, as server-sent events of the type "line"',
      tags: ['results'],
      response: {
        200: text('text/event-stream', 'It does not end.'),
        421: faults.otherHost,
        503: faults.busy,
      },
    },
    handler: (request, reply) => openStream(request, reply, streams),
  });

  app.get('/metrics', {
    schema: {
      summary: 'Metrics for Prometheus',
      tags: ['operation'],
      response: {
        200: text('text/plain', 'Prometheus’ text format.'),
        500: faults.failed,
        503: faults.busy,
      },
    },
    handler: async (_request, reply) => {
      const { contentType, text } = await metrics();
      return reply.type(contentType).send(text);
    },
  });
}

function openStream(request: FastifyRequest, reply: FastifyReply, streams: LineStreams): void {
  if (streams.isFull)
    throw Object.assign(new Error(`There are ${STREAMS_MAX} readers already.`), { statusCode: 503 });
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...SECURITY_HEADERS,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-request-id': request.id,
    // nginx would gather the lines first.
    'x-accel-buffering': 'no',
  });
  if (request.method === 'HEAD') raw.end();
  else streams.add(raw);
}
