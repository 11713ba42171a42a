import type { SQSClient } from '@aws-sdk/client-sqs';
import { systemClock } from '../clock.ts';
import type { Log } from '../log.ts';
import { withoutCredentials } from '../masking.ts';
import { DeadLetterLog } from '../ops/dead-letter-log.ts';
import { combine } from '../ops/observer.ts';
import type { Ops, OpsParts } from '../ops/ops.ts';
import { runPipeline } from '../pipeline.ts';
import { effectiveSettings } from '../settings/effective.ts';
import type { Settings } from '../settings/settings.ts';
import { openStdout } from '../sink/stdout.ts';
import { md5 } from '../source/body-check.ts';
import { HotClient } from '../source/hot-client.ts';
import { UndiciTransport } from '../source/http-transport.ts';
import { homeOf, queueNameOf } from '../source/queue-address.ts';
import { checkDeadLetterQueue, openQueue } from '../source/queue-connection.ts';
import { RequestTally } from '../source/request-tally.ts';
import { createSqsClient } from '../source/sqs-client.ts';
import { checkOwner } from '../state/owner.ts';
import { SqliteStore } from '../state/sqlite-store.ts';
import { VERSION } from '../version.ts';
import { stopOnSignal } from './stop-on-signal.ts';

/**
 * The pipeline, until it is told to stop.
 *
 * @throws {WrongSettings} when a setting keeps it from starting
 * @throws {Error} with a fault that it could not ride out
 */
export async function run(settings: Settings, log: Log): Promise<'stopped' | 'stdout lost'> {
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
  await checkOwner(store, queue.traits.arn, settings.statePath);
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
  return outcome;
}

/** Loaded only when it is wanted: without HTTP none of it takes time or memory. */
async function openOps(
  settings: Settings,
  state: Pick<OpsParts, 'reader' | 'sqs' | 'queueUrl' | 'requests'>,
  log: Log,
): Promise<Ops | undefined> {
  const { httpHost, httpAllowedHosts, httpPort } = settings;
  if (httpPort === 'off') return undefined;
  const { startOps } = await import('../ops/ops.ts');
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
