import { scheduleDeadline, systemClock } from '../clock.ts';
import type { Log } from '../log.ts';

/** The program's exit code where it gives up. */
const EXIT_FAULT = 1;

/** The first signal asks for an orderly stop, which may take so long; the second ends the process at once. */
export function stopOnSignal(shutdownTimeoutMs: number, log: Log): AbortSignal {
  const stop = new AbortController();
  const giveUp = (why: string) => {
    log.error(
      `${why} Ended at once: nothing is lost, what was not finished is done again by the next start.`,
    );
    // Gives the log line a moment to leave; nothing else is waited for.
    systemClock.schedule(() => process.exit(EXIT_FAULT), 50);
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
