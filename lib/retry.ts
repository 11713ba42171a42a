import { backoffMs } from './backoff.ts';
import { type Clock, sleep } from './clock.ts';
import { messageOf, RetryLater } from './errors.ts';
import type { Log } from './log.ts';

const BOUNDS = { minMs: 100, maxMs: 10_000 };

/**
 * Repeats `work` while it throws {@link RetryLater}, with growing pauses, and says so once, not each time. Any
 * other error is thrown on, and so is the last one when `signal` aborts.
 */
export async function rideOut<T>(
  work: () => Promise<T>,
  { clock, log, signal }: { clock: Clock; log: Log; signal: AbortSignal },
): Promise<T> {
  for (let failures = 0; ; ) {
    try {
      const result = await work();
      if (failures > 0) log.info('It works again.', { failures });
      return result;
    } catch (error) {
      if (!(error instanceof RetryLater) || signal.aborted) throw error;
      failures += 1;
      if (failures === 1) log.error(`${messageOf(error)} Trying again until it works; nothing is lost.`);
      await sleep(clock, backoffMs(failures, BOUNDS), signal);
    }
  }
}
