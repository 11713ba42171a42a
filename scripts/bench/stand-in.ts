/**
 * A stand-in for SQS that is fast enough not to be the limit of a benchmark: plain HTTP on loopback, prepared
 * bodies, the protocol's own answers with their MD5s, and nothing kept of a message but a count. It hands out so
 * many messages and no more. Run in a process of its own; it tells its parent what has been deleted.
 */
import { hash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the parent is told: the endpoint, then the moments between which it measures. */
export type StandInReport =
  | { readonly at: 'listening'; readonly endpoint: string }
  | { readonly at: 'first receive' | 'warm' }
  | { readonly at: 'done'; readonly latencyMsP50: number; readonly latencyMsP99: number };

const MESSAGES = Number(process.env.STAND_IN_MESSAGES ?? 100_000);
const WARM_UP = Math.floor(MESSAGES / 5);
const EVENTS_PER_MESSAGE = Number(process.env.STAND_IN_EVENTS_PER_MESSAGE ?? 1);
const TYPES = Number(process.env.STAND_IN_TYPES ?? 50);
const BODIES = EVENTS_PER_MESSAGE > 100 ? 20 : 1_000;
/** As long as a real one, which is what a delete has to send back. */
const RECEIPT_PADDING = 'AQEB'.padEnd(180, 'wJnKyrHigUMZj6rYigCgxlaS3SLy0a');

const startedMs = Date.now();
const bodies = Array.from({ length: BODIES }, (_, index) => {
  const events = Array.from({ length: EVENTS_PER_MESSAGE }, (_, at) =>
    eventSource(index * EVENTS_PER_MESSAGE + at),
  );
  const body = EVENTS_PER_MESSAGE === 1 ? events[0]! : `[${events.join(',')}]`;
  return `"MD5OfBody":"${hash('md5', body)}","Body":${JSON.stringify(body)}`;
});

function eventSource(index: number): string {
  const occurredAt = new Date(startedMs - (index % 30_000)).toISOString().slice(0, 19).replace('T', ' ');
  return `{"type":"type-${index % TYPES}","value":${((index * 7919) % 10_000) / 100},"occurred_at":"${occurredAt}"}`;
}

let handedOut = 0;
let deleted = 0;
let receives = 0;
/** When the batch that begins with this message was handed out, in milliseconds. */
const handedOutAtMs = new Map<number, number>();
const latenciesMs: number[] = [];

function receive(wantsSentTimestamp: boolean): string {
  if (receives++ === 0) report({ at: 'first receive' });
  const messages: string[] = [];
  handedOutAtMs.set(handedOut, performance.now());
  for (let count = 0; count < 10 && handedOut < MESSAGES; count += 1, handedOut += 1) {
    const number = handedOut.toString(16).padStart(12, '0');
    const attributes = wantsSentTimestamp
      ? `,"Attributes":{"SentTimestamp":"${startedMs + Math.floor(handedOut / 20)}"}`
      : '';
    messages.push(
      `{"MessageId":"${randomUUID()}","ReceiptHandle":"${RECEIPT_PADDING}${number}",${bodies[handedOut % BODIES]}${attributes}}`,
    );
  }
  return messages.length === 0 ? '{}' : `{"Messages":[${messages.join(',')}]}`;
}

function confirm(request: string): string {
  const { Entries } = JSON.parse(request) as { Entries: { Id: string; ReceiptHandle: string }[] };
  const first = Number.parseInt(Entries[0]!.ReceiptHandle.slice(-12), 16);
  const sinceMs = handedOutAtMs.get(first);
  if (sinceMs !== undefined && deleted > WARM_UP) latenciesMs.push(performance.now() - sinceMs);
  handedOutAtMs.delete(first);
  const before = deleted;
  deleted += Entries.length;
  if (before < WARM_UP && deleted >= WARM_UP) report({ at: 'warm' });
  if (before < MESSAGES && deleted >= MESSAGES) reportDone();
  return JSON.stringify({ Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] });
}

function reportDone(): void {
  latenciesMs.sort((a, b) => a - b);
  const quantile = (share: number) => latenciesMs[Math.floor(latenciesMs.length * share)] ?? Number.NaN;
  report({ at: 'done', latencyMsP50: quantile(0.5), latencyMsP99: quantile(0.99) });
}

function answer(operation: string, request: string, response: ServerResponse): void {
  switch (operation) {
    case 'ReceiveMessage': {
      const body = receive(request.includes('SentTimestamp'));
      // An empty queue holds the long poll, as SQS does.
      if (body === '{}') setTimeout(() => respond(response, body), 1_000).unref();
      else respond(response, body);
      return;
    }
    case 'DeleteMessageBatch':
      respond(response, confirm(request));
      return;
    case 'GetQueueUrl':
      respond(response, `{"QueueUrl":"${endpoint()}/000000000000/${JSON.parse(request).QueueName}"}`);
      return;
    case 'GetQueueAttributes':
      respond(response, '{"Attributes":{"VisibilityTimeout":"30","MessageRetentionPeriod":"345600"}}');
      return;
    default:
      respond(response, '{"Successful":[],"Failed":[]}');
  }
}

function respond(response: ServerResponse, body: string): void {
  response.writeHead(200, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function report(what: StandInReport): void {
  process.send?.(what);
}

const server = createServer((request: IncomingMessage, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    text += chunk;
  });
  request.on('end', () => answer(String(request.headers['x-amz-target']).split('.')[1]!, text, response));
});

function endpoint(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => report({ at: 'listening', endpoint: endpoint() }));
