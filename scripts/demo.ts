/**
 * Everything at once, on this machine alone: an embedded SQS, a producer and the pipeline. Result lines come on
 * stdout; Ctrl-C, or `-- --seconds 20`, ends it with a reconciliation on stderr, to the event.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import parserStream from 'stream-chain/jsonl/parserStream.js';
import { scheduleDeadline, sleep, systemClock } from '../lib/clock.ts';
import { messageOf, WrongSettings } from '../lib/errors.ts';
import { createLog } from '../lib/log.ts';
import { findQueue } from '../lib/source/queue-connection.ts';
import { createSqsClient } from '../lib/source/sqs-client.ts';
import { SqliteStore } from '../lib/state/sqlite-store.ts';
import type { Ledger } from '../lib/state/state-store.ts';
import { DEMO_HELP, readArguments } from './demo/arguments.ts';
import { freePort } from './demo/page-port.ts';
import { startPipeline } from './demo/pipeline-process.ts';
import { PrintedLines } from './demo/printed-lines.ts';
import { reconcile } from './demo/reconciliation.ts';
import { spawnEmbeddedSqs } from './embedded-sqs.ts';
import { produce } from './producer/produce.ts';

const QUEUE = 'hands-on-interview';
const DEAD_LETTER_QUEUE = `${QUEUE}-dead-letter`;
const LOOPBACK = '127.0.0.1';
/** Where somebody who has read the README looks for the page. */
const PAGE_PORT = 8_000;
const MESSAGES_PER_SECOND = 50;
/** How long the last windows may take to close and be printed once the producer has stopped. */
const LAST_LINES_TIMEOUT_MS = 20_000;
/** Windows that are short enough for somebody who watches. */
const PIPELINE_SETTINGS = {
  SQS_QUEUE_NAME: QUEUE,
  SQS_CREATE_QUEUES: 'true',
  WINDOW: '2s',
  MAX_OUT_OF_ORDERNESS: '1s',
  IDLE_TIMEOUT: '1s',
  REVISION_INTERVAL: '2s',
  LOG_LEVEL: 'warn',
  LOG_FORMAT: 'pretty',
};

/** What is not to outlive this process, however it ends; in the order in which it was made. */
const leftovers: Array<() => void> = [];

function clearAway(): void {
  for (const clear of leftovers.splice(0).reverse()) clear();
}

/** @returns whether everything added up */
async function demo(seconds: number, stop: AbortController): Promise<boolean> {
  // Released in reverse, whatever happens.
  await using releasers = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'nps-kata-demo-'));
  leftovers.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  const embedded = await spawnEmbeddedSqs();
  releasers.defer(() => embedded.stop());
  Object.assign(process.env, embedded.env);
  const queue = { name: QUEUE };
  const sqs = createSqsClient(3, queue);
  releasers.defer(() => sqs.destroy());
  const queueUrl = await findQueue(sqs, queue, true);

  const statePath = join(folder, 'state.db');
  // Chosen here and not by the pipeline, so that the address is known without reading its log.
  const port = await freePort(LOOPBACK, PAGE_PORT);
  const pipeline = startPipeline({
    ...PIPELINE_SETTINGS,
    STATE_URL: `sqlite:${statePath}`,
    HTTP_HOST: LOOPBACK,
    HTTP_PORT: String(port),
  });
  leftovers.push(() => pipeline.kill());
  releasers.defer(async () => {
    await pipeline.stop();
  });
  const printed = new PrintedLines();
  pipeline.stdout.pipe(process.stdout);
  pipeline.stdout.pipe(parserStream()).pipe(printed);
  // A reader that went away (`npm run demo | head`) ends the demo, and so does a pipeline that ended too early.
  process.stdout.on('error', () => stop.abort());
  pipeline.ended.then(() => stop.abort());

  note(`The page: http://${LOOPBACK}:${port}`);
  note(
    `Sending ${MESSAGES_PER_SECOND} messages a second. Ctrl-C ends the demo and shows whether everything adds up.`,
  );
  if (Number.isFinite(seconds)) sleep(systemClock, seconds * 1000, stop.signal).then(() => stop.abort());
  const sent = await produce(
    {
      seed: Date.now() % 2 ** 32,
      load: { kind: 'steady', perSecond: MESSAGES_PER_SECOND, messages: Infinity },
    },
    { sqs, queueUrl, log: createLog('warn', 'pretty'), clock: systemClock, signal: stop.signal },
  );

  note('Waiting for the last windows to close …');
  const tooLong = sleep(systemClock, LAST_LINES_TIMEOUT_MS);
  await Promise.race([printed.reach(sent.expected.counted.events), pipeline.ended, tooLong]);
  const exitCode = await pipeline.stop();
  const { addsUp, table } = reconcile({
    sent,
    ledger: await readLedger(statePath),
    printedEvents: printed.events,
    deadLetters: await depthOf(sqs, DEAD_LETTER_QUEUE),
  });
  const verdict =
    addsUp && exitCode === 0 ? 'Everything adds up.' : `It does NOT add up (exit code ${exitCode}).`;
  note(`${table}\n${verdict}`);
  return addsUp && exitCode === 0;
}

async function readLedger(statePath: string): Promise<Ledger> {
  const store = new SqliteStore(statePath);
  try {
    return await store.readLedger();
  } finally {
    await store.close();
  }
}

async function depthOf(sqs: SQSClient, queueName: string): Promise<number> {
  const QueueUrl = await findQueue(sqs, { name: queueName }, false);
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages);
}

/** For the person who watches; stdout belongs to result lines. */
function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The first signal asks for the orderly end, the second ends the demo at once. */
function stopOnSignals(): AbortController {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (!stop.signal.aborted) return stop.abort();
      clearAway();
      // As if nobody had listened: npm says nothing of a script that ends by the signal which npm got, too.
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
  return stop;
}

async function main(): Promise<number> {
  const wanted = readArguments(process.argv.slice(2));
  if (wanted === 'help') {
    process.stdout.write(DEMO_HELP);
    return 0;
  }
  process.once('exit', clearAway);
  return (await demo(wanted.seconds, stopOnSignals())) ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  note(messageOf(error));
  return error instanceof WrongSettings ? 2 : 1;
});
// The timer of a wait that was not needed, or an idle connection, must not keep the process.
scheduleDeadline(() => process.exit(), 1_000);
