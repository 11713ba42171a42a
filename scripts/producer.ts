/**
 * Sends test events to a queue: the scenario of 27 messages, a steady stream, or the user's own file. What can be
 * set is in `producer/definitions.ts` and printed by `--help`; what is sent, in `producer/produce.ts`.
 */
import { systemClock } from '../lib/clock.ts';
import { messageOf, WrongSettings } from '../lib/errors.ts';
import { createLog } from '../lib/log.ts';
import { trustCaBundle } from '../lib/source/ca-bundle.ts';
import { findQueue } from '../lib/source/queue-connection.ts';
import { createSqsClient } from '../lib/source/sqs-client.ts';
import { asStartFault } from '../lib/source/sqs-fault.ts';
import { produce } from './producer/produce.ts';
import { type ProducerSettings, producerHelp, readProducerSettings } from './producer/settings.ts';
import type { Summary } from './producer/summary.ts';

export { type Load, type ProduceDeps, type ProduceOptions, produce } from './producer/produce.ts';
export type { Expected, Summary } from './producer/summary.ts';

const EXIT_FAULT = 1;
const EXIT_WRONG_SETTINGS = 2;

async function run(settings: ProducerSettings, signal: AbortSignal): Promise<Summary> {
  const log = createLog(settings.logLevel, settings.logFormat);
  // One try a call: the producer has its own back-off, which knows when to stop.
  const sqs = createSqsClient(1, settings.queue);
  try {
    const queueUrl = await findQueue(sqs, settings.queue, settings.createQueues).catch((error: unknown) => {
      throw asStartFault(error, Object.values(settings.queue).join(), 'sqs:GetQueueUrl');
    });
    return await produce(settings, { sqs, queueUrl, log, clock: systemClock, signal });
  } finally {
    sqs.destroy();
  }
}

/** The first signal ends the sending in good order; the second one ends the process. */
function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(EXIT_FAULT);
    controller.abort();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  return controller.signal;
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(producerHelp());
    return 0;
  }
  if (args.length > 0) throw new WrongSettings(`Unknown argument ${args.join(' ')}; see --help.`);
  trustCaBundle(process.env);
  const signal = stopOnSignals();
  const { refused, unconfirmed } = await run(readProducerSettings(process.env), signal);
  return refused > 0 || (unconfirmed > 0 && !signal.aborted) ? EXIT_FAULT : 0;
}

if (import.meta.main)
  process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    return error instanceof WrongSettings ? EXIT_WRONG_SETTINGS : EXIT_FAULT;
  });
