import type { FastifyBaseLogger } from 'fastify';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';

/** A client can cause as many warnings as it likes; so many a second are written. */
const WARNINGS_PER_SECOND = 10;

/** Fastify's logger, on the program's own log: warnings and errors only. */
export function fastifyLogger(log: Log, clock: Clock): FastifyBaseLogger {
  const isAllowed = perSecond(WARNINGS_PER_SECOND, clock);
  const at = (level: 'warn' | 'error') => (details: unknown, message?: string) => {
    if (level === 'warn' && !isAllowed()) return;
    if (typeof details === 'string') log[level](details);
    else log[level](message ?? 'HTTP', plain(details));
  };
  const quiet = () => {};
  const logger = {
    level: 'warn',
    silent: quiet,
    trace: quiet,
    debug: quiet,
    info: quiet,
    warn: at('warn'),
    error: at('error'),
    fatal: at('error'),
    child: () => logger,
  };
  return logger as unknown as FastifyBaseLogger;
}

/** Fastify hands over requests and errors as they are, which no log line can hold. */
function plain(details: unknown): Record<string, unknown> {
  const { req, res, err, ...rest } = details as Record<string, unknown>;
  return err instanceof Error ? { ...rest, error: err.message, stack: err.stack } : rest;
}

function perSecond(max: number, clock: Clock): () => boolean {
  let second = 0;
  let used = 0;
  return () => {
    const now = Math.floor(clock.monotonicMs() / 1000);
    if (now !== second) {
      second = now;
      used = 0;
    }
    used += 1;
    return used <= max;
  };
}
