import { backoffMs } from '../../lib/backoff.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import { messageOf, RetryLater } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { asStartFault } from '../../lib/source/sqs-fault.ts';

/** About a minute in all: long enough for a restart of the network, short enough for a person who waits. */
const TRIES_MAX = 12;
const BACKOFF = { minMs: 100, maxMs: 10_000 } as const;

export interface Patience {
  readonly queueUrl: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the waiting: the last fault is thrown at once. */
  readonly signal: AbortSignal;
}

/**
 * Does `work` until it succeeds; a fault that waiting cannot cure, or the last of many, is thrown, in words for
 * the person who can cure it. `operation` is the permission that the work needs, such as `sqs:SendMessage`.
 */
export async function retrying<T>(
  operation: string,
  work: () => Promise<T>,
  { queueUrl, clock, log, signal }: Patience,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      const fault = asStartFault(error, queueUrl, operation);
      if (!mayPass(error) || failures >= TRIES_MAX || signal.aborted) throw fault;
      const delayMs = backoffMs(failures, BACKOFF);
      log.warn('trying again', { operation, error: messageOf(error), delayMs: Math.round(delayMs) });
      await sleep(clock, delayMs, signal);
      if (signal.aborted) throw fault;
    }
  }
}

/** Whether the same call may succeed later: SQS is busy, broken or out of reach, and not saying no. */
function mayPass(error: unknown): boolean {
  if (error instanceof RetryLater) return true;
  if (!(error instanceof Error)) return false;
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: unknown };
  if (/Throttl|TooManyRequests|RequestLimitExceeded|OverLimit/.test(error.name)) return true;
  if (($metadata?.httpStatusCode ?? 0) >= 500) return true;
  // What the network reports: ECONNREFUSED, ECONNRESET, ENOTFOUND, EPIPE, ….
  return error.name === 'TimeoutError' || (typeof code === 'string' && /^E[A-Z_]+$/.test(code));
}
