import type { Quiet } from '../source/reception.ts';
import type { Progress } from '../state/state-store.ts';

/** The settings that decide how far behind the newest event things happen, in milliseconds. */
export interface LatenessRules {
  readonly maxOutOfOrdernessMs: number;
  readonly allowedLatenessMs: number;
}

/** No event older than this is expected any more. Before the first event it is behind everything. */
export function watermarkMs(progress: Progress, rules: LatenessRules): number {
  return progress.maxEventTimeMs === undefined
    ? Number.MIN_SAFE_INTEGER
    : progress.maxEventTimeMs - rules.maxOutOfOrdernessMs;
}

/**
 * Windows that end here or earlier are closed: by the watermark, and while the queue is quiet by the time that it is.
 * That is what the wall clock shows; or, since that may have been set back, what it showed when the last message came
 * and how long that is ago. Nor can it be earlier than the newest event allows, which was not too far in the future.
 */
export function closedUpToMs(
  progress: Progress,
  rules: LatenessRules & { readonly maxFutureSkewMs: number },
  nowMs: number,
  quiet: Quiet | undefined,
): number {
  const watermark = watermarkMs(progress, rules);
  if (!quiet) return watermark;
  const { maxEventTimeMs = Number.MIN_SAFE_INTEGER } = progress;
  const lastMessageMs = Math.max(quiet.sinceMs, maxEventTimeMs - rules.maxFutureSkewMs);
  return Math.max(watermark, Math.max(nowMs, lastMessageMs + quiet.lastedMs) - rules.maxOutOfOrdernessMs);
}

/** A window that ends here or earlier accepts nothing any more: every event for it alone is too late. */
export function isTooLate(windowEndMs: number, progress: Progress): boolean {
  return windowEndMs <= progress.horizonMs;
}

/**
 * What becomes of the progress once an event of `eventTimeMs` has been counted. The horizon is kept, not
 * computed when needed, because a window that was forgotten must never come back: its first revision would be
 * printed a second time, with other content. With settings made more lenient later, it would.
 */
export function advance(progress: Progress, eventTimeMs: number | undefined, rules: LatenessRules): Progress {
  const maxEventTimeMs = Math.max(
    progress.maxEventTimeMs ?? Number.MIN_SAFE_INTEGER,
    eventTimeMs ?? Number.MIN_SAFE_INTEGER,
  );
  if (maxEventTimeMs === Number.MIN_SAFE_INTEGER) return progress;
  const advanced = { maxEventTimeMs, horizonMs: progress.horizonMs };
  return {
    maxEventTimeMs,
    horizonMs: Math.max(progress.horizonMs, watermarkMs(advanced, rules) - rules.allowedLatenessMs),
  };
}
