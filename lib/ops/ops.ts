import type { SQSClient } from '@aws-sdk/client-sqs';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { RequestKind } from '../source/request-tally.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { LatenessRules } from '../window/watermark.ts';
import type { ServedHosts } from './http/allowed-hosts.ts';
import { createHttpServer, listen } from './http/http-server.ts';
import { LineStreams } from './http/line-streams.ts';
import { exact, isoTime } from './json.ts';
import { LiveState } from './live-state.ts';
import { Metrics } from './metrics.ts';
import { combine, type Observer } from './observer.ts';
import { type OverviewParts, overviewOf } from './overview.ts';
import { cached, politely } from './polite-reader.ts';
import { QueueDepth } from './queue-depth.ts';
import { readinessOf } from './readiness.ts';

/** What is shown may be so old, however many look. */
const MAX_AGE_MS = 500;

export interface OpsParts {
  readonly reader: StateReader;
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly queueUrl: string;
  readonly queueName: string;
  readonly rules: LatenessRules;
  readonly hosts: ServedHosts;
  /** Requests to SQS so far. */
  readonly requests: Readonly<Record<RequestKind, number>>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Ops {
  /** To be handed to the stages. */
  readonly observer: Observer;
  readonly server: FastifyInstance;
  /** Cuts all connections off. */
  close(): Promise<void>;
}

/** Everything that looks on, put together: what the stages tell, what the state holds, and who asks for it. */
export async function createOps(parts: OpsParts): Promise<Ops> {
  const { clock, log } = parts;
  const live = new LiveState(clock);
  const metrics = new Metrics(parts.requests);
  const streams = new LineStreams(clock);
  const depth = new QueueDepth(parts.sqs, parts.queueUrl, clock);
  const reader = politely(parts.reader, clock);
  const overviewParts = { ...parts, live, reader, depth, streamReaders: () => streams.readers };
  const overview = cached(() => overviewOf(overviewParts), MAX_AGE_MS, clock);
  const server = await createHttpServer(
    {
      readiness: () => readinessOf(live),
      stats: cached(() => statsOf(overviewParts), MAX_AGE_MS, clock),
      metrics: async () => metrics.expose(await overview()),
      reader,
      streams,
    },
    parts.hosts,
    log,
    clock,
  );
  return {
    observer: combine([live, metrics, streams], log),
    server,
    async close() {
      depth.stop();
      streams.close();
      await server.close();
    },
  };
}

/** Starts listening. @throws {WrongSettings} when the address cannot be listened on */
export async function startOps(parts: OpsParts, port: number): Promise<Ops> {
  const ops = await createOps(parts);
  try {
    const address = await listen(ops.server, parts.hosts.host, port);
    parts.log.info('The HTTP server listens.', { address });
    return ops;
  } catch (error) {
    await ops.close();
    throw error;
  }
}

/** `/stats`, as JSON. */
async function statsOf(parts: OverviewParts): Promise<string> {
  const { sinceMs, totals } = await parts.reader.readTotals();
  const {
    oldest_unprinted_window_age_seconds,
    oldest_message_in_hand_seconds,
    stream_readers,
    ready,
    ...overview
  } = await overviewOf(parts);
  return JSON.stringify({
    since: isoTime(sinceMs),
    totals: totals.map(({ type, count, sum }) => ({ type, count, sum: exact(sum) })),
    ...overview,
    dead_letter_examples: parts.live.examples.map(({ atMs, ...example }) => ({
      at: isoTime(atMs),
      ...example,
    })),
  });
}
