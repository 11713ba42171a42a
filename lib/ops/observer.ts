import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { OutboxLine } from '../state/state-store.ts';
import type { CommitOutcome } from '../window/commit.ts';

/** What may be asked of a running pipeline at any time; every answer is at hand. */
export interface PipelineView {
  readonly queueName: string;
  /** Some receive failed, and SQS has not answered that poller since. */
  isReceptionFailing(): boolean;
  isQuiet(): boolean;
  /** How long ago the oldest message was received that is not committed yet, in milliseconds; 0 without any. */
  oldestInHandMs(): number;
  /** Dead letters in the outbox. */
  deadLettersWaiting(): number;
}

/**
 * What the stages tell whoever looks on. They know no more of metrics or HTTP than this, and nothing that is
 * behind it can fail or delay them: see {@link combine}.
 */
export interface Observer {
  /** Everything is set up, and messages are received from now on. */
  running(view: PipelineView): void;
  /** The pipeline has come to its end. */
  ended(): void;
  /** So many receives may be under way at the same time, from now on. */
  pollers(count: number): void;
  /** A batch is durable and may be deleted, so long after it was received. */
  acknowledged(messages: number, latencyMs: number): void;
  commitBegan(): void;
  committed(messages: number, outcome: CommitOutcome): void;
  /** The state could not be written; the commit is tried again. */
  commitFailed(): void;
  /** The next commit waits for the reader of stdout … */
  heldUp(): void;
  /** … and goes on. */
  released(): void;
  /** stdout has taken nothing for a while, although so many lines wait for it … */
  stdoutBlocked(lines: number): void;
  /** … and goes on. */
  stdoutUnblocked(): void;
  /** stdout has taken these lines. */
  printed(lines: readonly OutboxLine[]): void;
  /** SQS has confirmed that so many messages are deleted. */
  deleted(messages: number): void;
  /** So many could not be deleted and will be delivered again, as duplicates. */
  deleteFailed(messages: number): void;
}

const CALLS = [
  'running',
  'ended',
  'pollers',
  'acknowledged',
  'commitBegan',
  'committed',
  'commitFailed',
  'heldUp',
  'released',
  'stdoutBlocked',
  'stdoutUnblocked',
  'printed',
  'deleted',
  'deleteFailed',
] as const satisfies readonly (keyof Observer)[];

/** One observer for all of them. What one of them throws is a bug of its own: it is logged once and goes no further. */
export function combine(observers: readonly Partial<Observer>[], log: Log): Observer {
  let isReported = false;
  const report = (name: string, error: unknown) => {
    if (!isReported) log.error(`Looking on failed (${name}: ${messageOf(error)}); counting goes on.`);
    isReported = true;
  };
  const calls = CALLS.map((name) => {
    // Looked up once and not at each call: some come with every message.
    const listeners = observers.flatMap((observer) => {
      const listener = observer[name] as ((...args: unknown[]) => void) | undefined;
      return listener ? [listener.bind(observer)] : [];
    });
    const call = (first?: unknown, second?: unknown) => {
      for (const listener of listeners)
        try {
          listener(first, second);
        } catch (error) {
          report(name, error);
        }
    };
    return [name, call] as const;
  });
  return Object.fromEntries(calls) as unknown as Observer;
}
