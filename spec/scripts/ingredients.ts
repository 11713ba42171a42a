import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Ingredients } from '../../scripts/producer/message.ts';
import { mulberry32 } from '../../scripts/producer/random.ts';

export const NOW_MS = Date.UTC(2020, 9, 6, 10, 2, 5);

/** A clock that goes to the next appointment as soon as everyone waits. */
export function leapingClock(): Clock {
  let nowMs = NOW_MS;
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    schedule(callback, delayMs) {
      const immediate = setImmediate(() => {
        nowMs += delayMs;
        callback();
      });
      return () => clearImmediate(immediate);
    },
  };
}

export function ingredientsOf(seed: number): Ingredients {
  let made = 0;
  return { random: mulberry32(seed), clock: leapingClock(), nextId: () => `id-${made++}` };
}

/** A log that remembers its lines. */
export function listeningLog(): { log: Log; lines: { level: string; message: string; details: unknown }[] } {
  const lines: { level: string; message: string; details: unknown }[] = [];
  const at = (level: string) => (message: string, details: unknown) =>
    void lines.push({ level, message, details });
  const log = { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
  return { log: log as unknown as Log, lines };
}
