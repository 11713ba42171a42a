import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Clock } from '../../clock.ts';
import { messageOf, WrongSettings } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { VERSION } from '../../version.ts';
import { pagePlugin } from '../page/plugin.ts';
import { refuseOtherHosts, type ServedHosts } from './allowed-hosts.ts';
import { Connections } from './connections.ts';
import { answerFault, handleFaults, refuseClient } from './faults.ts';
import { CONTENT_SECURITY_POLICY, SECURITY_HEADERS } from './headers.ts';
import { fastifyLogger } from './log-adapter.ts';
import { type Answers, addRoutes } from './routes.ts';
import { faultSchema } from './schemas.ts';

/** Each connection takes a file descriptor, of which a process often has no more than 1,024. */
const CONNECTIONS_MAX = 256;
/** How long a request may take to arrive; nobody sends more than a few hundred bytes. */
const REQUEST_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_TIMEOUT_MS = 30_000;
/** A connection on which nothing moves; the stream has a heartbeat more often than that. */
const SOCKET_TIMEOUT_MS = 60_000;
const BODY_BYTES_MAX = 1_024;
/** A type's 256 characters, each as up to four escaped bytes. */
const PARAM_LENGTH_MAX = 256 * 4 * 3;

/** The server, not listening yet: nothing of it knows where its answers come from. */
export async function createHttpServer(
  answers: Answers,
  hosts: ServedHosts,
  log: Log,
  clock: Clock,
): Promise<FastifyInstance> {
  const connections = new Connections(CONNECTIONS_MAX);
  const app = Fastify({
    loggerInstance: fastifyLogger(log, clock),
    // Ids are given out here; those of clients could repeat, or forge a log line.
    genReqId: () => randomUUID(),
    bodyLimit: BODY_BYTES_MAX,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    forceCloseConnections: true,
    // A query that is not understood is refused, not corrected.
    ajv: { customOptions: { removeAdditional: false } },
    serverFactory: (handler) => {
      const limits = {
        requestTimeout: REQUEST_TIMEOUT_MS,
        headersTimeout: REQUEST_TIMEOUT_MS,
        keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
        connectionsCheckingInterval: 1_000,
      };
      const server = createServer(limits, handler);
      server.setTimeout(SOCKET_TIMEOUT_MS);
      connections.watch(server);
      return server;
    },
    clientErrorHandler: refuseClient,
    frameworkErrors: (error, request, reply) =>
      answerFault(reply as FastifyReply, request, error.statusCode ?? 400, error),
  });
  // Sums are exact, which fastify's own serializer would spoil; it would also hide what the schemas forgot.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS).header('cache-control', 'no-store');
  });
  refuseOtherHosts(app, hosts);
  handleFaults(app);
  app.addSchema(faultSchema);
  await addDocumentation(app);
  addRoutes(app, answers);
  app.register(async (scope, options) => {
    try {
      await pagePlugin(scope, options);
    } catch (error) {
      // The page is not worth the pipeline.
      log.error(`The page cannot be shown: ${messageOf(error)}`);
    }
  });
  await app.ready();
  return app;
}

async function addDocumentation(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'nps-kata',
        version: VERSION,
        description: 'What the pipeline has counted, and how it is doing. Read-only.',
      },
      tags: [
        { name: 'results', description: 'What has been counted' },
        { name: 'operation', description: 'For probes and Prometheus' },
      ],
    },
    refResolver: { buildLocalReference: (json) => String(json.$id) },
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    // No badge from another host.
    uiConfig: { validatorUrl: null },
    staticCSP: `${CONTENT_SECURITY_POLICY}; img-src 'self' data:`,
  });
}

/** @throws {WrongSettings} when the address cannot be listened on */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    throw new WrongSettings(explain(error, host, port), { cause: error });
  }
}

function explain(error: unknown, host: string, port: number): string {
  switch ((error as { code?: string }).code) {
    case 'EADDRINUSE':
      return `HTTP_PORT="${port}" is taken at ${host} by another process. Choose another port, 0 for any free one, or off for none.`;
    case 'EACCES':
      return `HTTP_PORT="${port}" may not be used by this user. Choose a port from 1024 on, 0 for any free one, or off for none.`;
    default:
      return `HTTP_HOST="${host}" with HTTP_PORT="${port}" cannot be listened on (${messageOf(error)}). Choose an address of this machine.`;
  }
}
