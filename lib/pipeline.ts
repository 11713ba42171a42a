import { pipeline } from 'node:stream/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Observer } from './ops/observer.ts';
import type { Settings } from './settings/settings.ts';
import { DeadLetterSink } from './sink/dead-letter-sink.ts';
import type { Outlet } from './sink/outlet.ts';
import { StdoutSink } from './sink/stdout-sink.ts';
import { WatchedOutlet } from './sink/watched-outlet.ts';
import { Gate } from './source/gate.ts';
import { nameIn, queueNameOf, reachedFrom } from './source/queue-address.ts';
import { findQueue, type QueueTraits } from './source/queue-connection.ts';
import { QueueSource } from './source/queue-source.ts';
import { Reading } from './source/reading.ts';
import { Reception } from './source/reception.ts';
import { StateClock } from './state/state-clock.ts';
import type { StateStore } from './state/state-store.ts';
import { createEventTimeParser } from './validate/event-time.ts';
import { ValidateTransform } from './validate/validate-transform.ts';
import { imbalanceOf } from './window/ledger.ts';
import { createWindowAssigner } from './window/window-assigner.ts';
import { WindowTransform } from './window/window-transform.ts';

export interface PipelineParts {
  readonly settings: Settings;
  readonly sqs: Pick<SQSClient, 'send'>;
  /** For the dead-letter queue, which may be in another region. */
  readonly deadLetterSqs: Pick<SQSClient, 'send'>;
  readonly queueUrl: string;
  readonly queueTraits: QueueTraits;
  readonly store: StateStore;
  readonly stdout: Outlet;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborts when the pipeline shall stop. */
  readonly stop: AbortSignal;
  /** Told what happens; nothing waits for it. */
  readonly observer?: Observer | undefined;
}

/**
 * The whole flow. Resolves when it has stopped in order, to `stopped`, or to `stdout lost` when it stopped
 * because stdout takes nothing any more; rejects with a fault that it could not ride out.
 *
 *     SQS ──► QueueSource ──► ValidateTransform ──► WindowTransform ──► StdoutSink ──► stdout
 *      ▲                                              │ one commit:
 *      └── delete, once committed ◄───────────────────┤ identities, windows, ledger, outbox
 *                                                     └──► DeadLetterSink ──► dead-letter queue
 */
export async function runPipeline(parts: PipelineParts): Promise<'stopped' | 'stdout lost'> {
  const { settings, sqs, deadLetterSqs, queueUrl, queueTraits, store, stdout, clock, log, observer } = parts;
  const queueName = queueNameOf(queueUrl);
  const reception = new Reception(queueName, clock, log);
  const admission = new Gate();
  await checkLedger(store, log);
  const { visibilityTimeoutMs } = queueTraits;
  const stateClock = new StateClock(clock, (await store.readRetention()).clockMs, visibilityTimeoutMs);
  const rules = { ...settings, dedupRetentionMs: retentionRaised(settings, queueTraits, log) };
  const reading = new Reading(clock, stateClock, {
    breakMs: visibilityTimeoutMs,
    backlogMs: rules.dedupRetentionMs / 2,
  });

  const deadLetters = new DeadLetterSink({
    store,
    sqs: deadLetterSqs,
    queueName: nameIn(settings.deadLetterQueue),
    findQueueUrl: async () => {
      const url = await findQueue(deadLetterSqs, settings.deadLetterQueue, settings.createQueues);
      return 'url' in settings.deadLetterQueue ? url : reachedFrom(queueUrl, url);
    },
    admission,
    clock,
    log,
  });
  let pollersPeak = 0;
  const source = new QueueSource({
    queueUrl,
    sqs,
    visibilityTimeoutMs,
    pollersMax: settings.pollersMax,
    reception,
    reading,
    admission,
    clock,
    stateClock,
    onAcknowledged: (messages, latencyMs) => observer?.acknowledged(messages, latencyMs),
    onDeleteFailed: (messages) => observer?.deleteFailed(messages),
    onDeleted: (identity, proof) => {
      if (proof === 'certain') windows.confirmDeleted(identity);
      observer?.deleted(1);
    },
    onPollers: (pollers) => {
      pollersPeak = Math.max(pollersPeak, pollers);
      log.debug('Pollers.', { pollers });
      observer?.pollers(pollers);
    },
  });
  const validate = new ValidateTransform(createEventTimeParser(settings.eventTimezone), settings.eventTime);
  const windows = new WindowTransform({
    store,
    rules: {
      ...rules,
      assign: createWindowAssigner(settings.window),
      queueRetentionMs: queueTraits.retentionMs,
      sourceQueue: queueName,
    },
    clock,
    stateClock,
    renewedMs: () => reading.renewedMs(),
    log,
    pollers: () => source.pollers,
    lingerMs: settings.commitLingerMs,
    quiet: () => reception.quiet(settings.idleTimeoutMs),
    onDeadLetters: (added) => deadLetters.added(added),
    observer,
  });
  let outcome: 'stopped' | 'stdout lost' = 'stopped';
  const watched = new WatchedOutlet(stdout, {
    countLines: () => store.countLines(),
    clock,
    log,
    observer,
    onFault: (error) => sink.destroy(error),
  });
  const sink = new StdoutSink({
    store,
    stdout: watched,
    clock,
    log,
    onPrinted: (lines) => observer?.printed(lines),
    onLost: (error) => {
      log.error(`${error.message} Stopping; undelivered lines are kept for the next start.`);
      outcome = 'stdout lost';
      source.stop();
    },
  });

  // The ordered stop: the source ends when everything it received is committed and deleted; each stage then
  // finishes what it holds; the dead letters go last, because the last commit may have added some.
  const stop = () => source.stop();
  parts.stop.addEventListener('abort', stop, { once: true });
  if (parts.stop.aborted) stop();
  await deadLetters.start();
  observer?.running({
    queueName,
    isReceptionFailing: () => reception.isFailing,
    isQuiet: () => reception.isQuiet(settings.idleTimeoutMs),
    oldestInHandMs: () => source.oldestInHandMs,
    deadLettersWaiting: () => deadLetters.waiting,
  });
  try {
    await pipeline(source, validate, windows, sink);
  } finally {
    parts.stop.removeEventListener('abort', stop);
    watched.close();
    await deadLetters.stop();
    observer?.ended();
  }
  await checkLedger(store, log, { pollersPeak });
  return outcome;
}

/**
 * How long an identity is kept after its deletion was confirmed, in milliseconds: as set, but at least three visibility
 * timeouts, since a message may be delivered once more for each of them before anything is known of it.
 */
function retentionRaised(
  { dedupRetentionMs }: Settings,
  { visibilityTimeoutMs }: QueueTraits,
  log: Log,
): number {
  const leastMs = 3 * visibilityTimeoutMs;
  if (dedupRetentionMs >= leastMs) return dedupRetentionMs;
  log.warn(
    'DEDUP_RETENTION is raised to three times the visibility timeout of the queue: identities have to be kept that long.',
    { given: `${dedupRetentionMs / 1000}s`, raised: `${leastMs / 1000}s` },
  );
  return leastMs;
}

/** A ledger that does not balance is a bug of this program; it is reported, and counting goes on. */
async function checkLedger(store: StateStore, log: Log, more: object = {}): Promise<void> {
  const ledger = await store.readLedger();
  const difference = imbalanceOf(ledger);
  const report = { ledger: Object.fromEntries(ledger), difference, ...more };
  if (difference.events === 0 && difference.messages === 0) log.info('The ledger balances.', report);
  else log.error('The ledger does not balance: this is a bug, please report it with this line.', report);
}
