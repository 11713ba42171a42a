import { Console } from 'node:console';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { scheduleDeadline, systemClock } from './clock.ts';
import { CannotGoOn, messageOf, RetryLater, WrongSettings } from './errors.ts';
import { createLog, type Log } from './log.ts';
import { withoutCredentials } from './masking.ts';
import { DeadLetterLog } from './ops/dead-letter-log.ts';
import { combine } from './ops/observer.ts';
import type { Ops, OpsParts } from './ops/ops.ts';
import { runPipeline } from './pipeline.ts';
import { effectiveSettings } from './settings/effective.ts';
import { helpText } from './settings/help.ts';
import { ignoredVariables, readSettings, type Settings } from './settings/settings.ts';
import { openStdout } from './sink/stdout.ts';
import { md5 } from './source/body-check.ts';
import { trustCaBundle } from './source/ca-bundle.ts';
import { HotClient } from './source/hot-client.ts';
import { UndiciTransport } from './source/http-transport.ts';
import { homeOf, queueNameOf } from './source/queue-address.ts';
import { checkDeadLetterQueue, openQueue } from './source/queue-connection.ts';
import { RequestTally } from './source/request-tally.ts';
import { createSqsClient } from './source/sqs-client.ts';
import { SqliteStore } from './state/sqlite-store.ts';
import { VERSION } from './version.ts';

const EXIT = { stopped: 0, fault: 1, wrongSettings: 2 } as const;

// A library that prints must not print among the result lines.
globalThis.console = new Console(process.stderr, process.stderr);

async function main(args: readonly string[]): Promise<number> {
  const [mode = '--run', ...more] = args;
  if (mode === '--help') {
    process.stdout.write(helpText());
    return EXIT.stopped;
  }
  if (mode === '--version') {
    process.stdout.write(`${VERSION}\n`);
    return EXIT.stopped;
  }
  // Wrong settings are mostly read by the person who has just typed them.
  let log = createLog(
    'info',
    process.env.LOG_FORMAT === 'pretty' || process.stderr.isTTY ? 'pretty' : 'json',
  );
  try {
    if ((mode !== '--run' && mode !== '--check') || more.length > 0)
      throw new WrongSettings(`Unknown argument "${args.join(' ')}"; --help shows what there is.`);
    const settings = readSettings(process.env);
    trustCaBundle(process.env);
    log = createLog(settings.logLevel, settings.logFormat);
    for (const sentence of ignoredVariables(process.env)) log.warn(sentence);
    return await (mode === '--check' ? check(settings, log) : run(settings, log));
  } catch (error) {
    if (error instanceof WrongSettings) {
      log.error(error.message);
      return EXIT.wrongSettings;
    }
    const isUnderstood = error instanceof CannotGoOn || error instanceof RetryLater;
    // What nobody foresaw is a bug, to be found by its stack.
    log.error(
      messageOf(error),
      isUnderstood ? {} : { stack: error instanceof Error ? error.stack : undefined },
    );
    return EXIT.fault;
  }
}

async function run(settings: Settings, log: Log): Promise<number> {
  log.info('Starting.', { version: VERSION, settings: effectiveSettings(process.env, settings) });
  const stop = stopOnSignal(settings.shutdownTimeoutMs, log);
  const stdout = openStdout(log);
  // Released in reverse, also when a later step of the start fails.
  await using releasers = new AsyncDisposableStack();
  const store = new SqliteStore(settings.statePath);
  releasers.defer(() => store.close());
  const sdk = createSqsClient(1, settings.queue);
  releasers.defer(() => sdk.destroy());
  const requests = new RequestTally();
  requests.watch(sdk);
  const transport = requests.counted(new UndiciTransport(settings.pollersMax));
  const hot = new HotClient({ sdk, transport, clock: systemClock });
  releasers.defer(() => hot.close());
  const deadLetterSdk = createSqsClient(1, homeOf(settings.deadLetterQueue, settings.queue));
  requests.watch(deadLetterSdk);
  releasers.defer(() => deadLetterSdk.destroy());
  const queue = await openQueue(settings.queue, settings.createQueues);
  await checkStateIsOf(queue.traits.arn, store, settings.statePath);
  await store.writeQueueArn(queue.traits.arn);
  const deadLetterProblem = await checkDeadLetterQueue(settings, queue.url);
  if (deadLetterProblem)
    log.warn(`${deadLetterProblem.message} Until then dead letters wait in the state; results go on.`);
  // Before the first message: a port that is taken is a wrong setting, and ends the start.
  const ops = await openOps(
    settings,
    { reader: store.reader, sqs: sdk, queueUrl: queue.url, requests: requests.counts },
    log,
  );
  releasers.defer(() => ops?.close());
  if (!md5)
    log.warn('MD5 is not to be had (FIPS mode): bodies of messages are not compared with their checksums.');
  log.info('Started.', { queue: withoutCredentials(queue.url), state: settings.statePath });
  const outcome = await runPipeline({
    settings,
    sqs: hot as Pick<SQSClient, 'send'>,
    deadLetterSqs: deadLetterSdk,
    queueUrl: queue.url,
    queueTraits: queue.traits,
    store,
    stdout,
    clock: systemClock,
    log,
    stop,
    observer: combine([new DeadLetterLog(systemClock, log), ops?.observer ?? {}], log),
  });
  log.info('Stopped.');
  return outcome === 'stopped' ? EXIT.stopped : EXIT.fault;
}

/** Loaded only when it is wanted: without HTTP none of it takes time or memory. */
async function openOps(
  settings: Settings,
  state: Pick<OpsParts, 'reader' | 'sqs' | 'queueUrl' | 'requests'>,
  log: Log,
): Promise<Ops | undefined> {
  const { httpHost, httpAllowedHosts, httpPort } = settings;
  if (httpPort === 'off') return undefined;
  const { startOps } = await import('./ops/ops.ts');
  const parts = {
    ...state,
    queueName: queueNameOf(state.queueUrl),
    rules: settings,
    hosts: { host: httpHost, allowed: httpAllowedHosts },
    clock: systemClock,
    log,
  };
  return startOps(parts, httpPort);
}

async function check(settings: Settings, log: Log): Promise<number> {
  await using releasers = new AsyncDisposableStack();
  const store = new SqliteStore(settings.statePath);
  releasers.defer(() => store.close());
  const queue = await openQueue(settings.queue, settings.createQueues);
  await checkStateIsOf(queue.traits.arn, store, settings.statePath);
  const deadLetterProblem = await checkDeadLetterQueue(settings, queue.url);
  if (deadLetterProblem) throw deadLetterProblem;
  log.info('Settings, state store and queues are in order.', {
    queue: withoutCredentials(queue.url),
    state: settings.statePath,
  });
  return EXIT.stopped;
}

/** @throws {WrongSettings} when it is the state of another queue: its windows and identities are not this one's. */
async function checkStateIsOf(queueArn: string, store: SqliteStore, path: string): Promise<void> {
  const ownArn = await store.readQueueArn();
  if (ownArn !== undefined && ownArn !== queueArn)
    throw new WrongSettings(
      `The state ${path} belongs to the queue ${ownArn}, and SQS_QUEUE_NAME or SQS_QUEUE_URL names ${queueArn}. Set one of them to that queue, or give this one a state of its own with STATE_URL.`,
    );
}

/** The first signal asks for an orderly stop, which may take so long; the second ends the process at once. */
function stopOnSignal(shutdownTimeoutMs: number, log: Log): AbortSignal {
  const stop = new AbortController();
  const giveUp = (why: string) => {
    log.error(
      `${why} Ended at once: nothing is lost, what was not finished is done again by the next start.`,
    );
    // Gives the log line a moment to leave; nothing else is waited for.
    systemClock.schedule(() => process.exit(EXIT.fault), 50);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    if (stop.signal.aborted) return giveUp(`A second ${signal}.`);
    log.info(`Stopping on ${signal}.`);
    stop.abort();
    scheduleDeadline(() => giveUp('SHUTDOWN_TIMEOUT has passed.'), shutdownTimeoutMs);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return stop.signal;
}

process.exitCode = await main(process.argv.slice(2));
// Nothing is left to do. An idle connection must not keep the process, and log lines need a moment to leave.
scheduleDeadline(() => process.exit(), 1_000);
