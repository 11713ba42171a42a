import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { answerFault } from './faults.ts';

/** By what a request may call this server, beside the names of loopback and IP addresses. */
export interface ServedHosts {
  /** The name or address that is listened on. */
  readonly host: string;
  /** Host names, without ports. */
  readonly allowed: readonly string[];
}

/** Probes and Prometheus come by names of all kinds, and what they see is about nobody. */
const ANSWERED_TO_ALL: ReadonlySet<string | undefined> = new Set([
  '/health',
  '/healthz',
  '/readyz',
  '/metrics',
]);
const HOST_HEADER = /^(?:\[(?<address>[\da-f:.]+)\]|(?<name>[^:[\]]+?)\.?)(?::\d*)?$/i;
/** RFC 6761: `localhost` and all names within it mean this machine. */
const LOOPBACK = /^(?:[\w-]+\.)*localhost$/;

/**
 * Refuses requests that are for somebody else. Loopback alone keeps no browser out: any site's page can have a
 * name of its own point at 127.0.0.1 (DNS rebinding), and by that name the browser takes this server for the
 * site's own and lets the page read every answer. Then, though, that name is what stands in `Host`. An IP address
 * there can be nobody's trick, since the page would have had to come from that very address.
 */
export function refuseOtherHosts(app: FastifyInstance, hosts: ServedHosts): void {
  const isServed = hostCheck(hosts);
  app.addHook('onRequest', async (request, reply) => {
    const { host = '' } = request.headers;
    if (ANSWERED_TO_ALL.has(request.routeOptions.url) || isServed(host)) return;
    const error = new Error(
      `This server is not called "${host.slice(0, 100)}". If it should be, add that name to HTTP_ALLOWED_HOSTS.`,
    );
    return answerFault(reply, request, 421, error);
  });
}

/** Tells whether a `Host` header is for this server. */
export function hostCheck({ host, allowed }: ServedHosts): (header: string) => boolean {
  const names = new Set([host, ...allowed].map((name) => name.toLowerCase().replace(/\.$/, '')));
  return (header) => {
    const { address = '', name = '' } = HOST_HEADER.exec(header)?.groups ?? {};
    const lower = name.toLowerCase();
    return isIP(address) === 6 || isIP(lower) === 4 || LOOPBACK.test(lower) || names.has(lower);
  };
}
