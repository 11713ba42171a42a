import { randomUUID } from 'node:crypto';
import { BATCH_MESSAGES_MAX } from './batch.ts';
import { readEventFile } from './event-file.ts';
import { grouped, limited, paced } from './flow.ts';
import type { Ingredients, Message } from './message.ts';
import { untilEmpty } from './queue-depth.ts';
import { mulberry32 } from './random.ts';
import { scenario } from './scenario.ts';
import { Sender, type SenderDeps } from './sender.ts';
import { steadyStream } from './steady-stream.ts';
import { type Summary, Tally } from './summary.ts';

/** What to send; `Infinity` messages end with the signal, `Infinity` per second is as fast as SQS takes them. */
export type Load =
  | { readonly kind: 'scenario'; readonly iterations: number }
  | { readonly kind: 'steady'; readonly perSecond: number; readonly messages: number }
  | { readonly kind: 'file'; readonly path: string; readonly perSecond: number };

export interface ProduceOptions {
  readonly seed: number;
  readonly load: Load;
}

/** A queue with its client, and what decides when; the signal ends the sending in good order. */
export type ProduceDeps = SenderDeps;

/**
 * Sends the load to the queue and says what it sent: as its result, and, however it ends, as one line of the log.
 *
 *     load → groups of messages (paced) → batches within SQS's limits → SQS, with retries → tally → summary
 */
export async function produce({ seed, load }: ProduceOptions, deps: ProduceDeps): Promise<Summary> {
  const tally = new Tally(seed);
  const sender = new Sender(deps, tally);
  // Not from the seed: a second run with the same seed sends the same events, but they are new ones.
  const run = randomUUID();
  let made = 0;
  const ingredients = { random: mulberry32(seed), clock: deps.clock, nextId: () => `${run}-${made++}` };
  try {
    for await (const group of groupsOf(load, ingredients, deps)) {
      await sender.send(group);
      if (deps.signal.aborted) break;
    }
  } finally {
    deps.log.info('sent', tally.summary());
  }
  return tally.summary();
}

async function* groupsOf(load: Load, ingredients: Ingredients, deps: ProduceDeps): AsyncGenerator<Message[]> {
  switch (load.kind) {
    case 'scenario':
      for (let done = 0; done < load.iterations && !deps.signal.aborted; done++) {
        yield scenario(ingredients);
        if (done + 1 < load.iterations) await untilEmpty(deps);
      }
      return;
    case 'steady':
      yield* atPace(limited(steadyStream(ingredients), load.messages), load.perSecond, deps);
      return;
    case 'file':
      yield* atPace(readEventFile(load.path, ingredients), load.perSecond, deps);
  }
}

function atPace(
  messages: AsyncGenerator<Message>,
  perSecond: number,
  { clock, signal }: ProduceDeps,
): AsyncGenerator<Message[]> {
  return perSecond === Infinity
    ? grouped(messages, BATCH_MESSAGES_MAX)
    : paced(messages, perSecond, clock, signal);
}
