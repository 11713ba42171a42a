/** A span of event time, in milliseconds since the Unix epoch: `startMs` inclusive, `endMs` exclusive. */
export interface WindowBounds {
  readonly startMs: number;
  readonly endMs: number;
}

/** How event time is cut into windows. A tumbling window is a hopping one whose slide is its size. */
export type WindowSpec =
  | { readonly kind: 'hopping'; readonly sizeMs: number; readonly slideMs: number }
  | { readonly kind: 'total' };

/** The one window of running totals. It never ends, so no watermark closes it and nothing is late for it. */
export const TOTAL: WindowBounds = { startMs: Number.MIN_SAFE_INTEGER, endMs: Number.MAX_SAFE_INTEGER };

export function isTotal(bounds: WindowBounds): boolean {
  return bounds.endMs === TOTAL.endMs;
}

/** The windows that an event of this time belongs to, the earliest first. */
export type WindowAssigner = (timeMs: number) => readonly WindowBounds[];

/** Windows are aligned to the Unix epoch: a window of 1 minute starts on the minute, in UTC. */
export function createWindowAssigner(spec: WindowSpec): WindowAssigner {
  if (spec.kind === 'total') return () => [TOTAL];
  const { sizeMs, slideMs } = spec;
  // Neighbouring events mostly share their windows, so the last answer is kept.
  let lastStartMs = Number.NaN;
  let windows: WindowBounds[] = [];
  return (timeMs) => {
    const startMs = Math.floor(timeMs / slideMs) * slideMs;
    if (startMs !== lastStartMs) {
      lastStartMs = startMs;
      windows = [];
      for (let earlierMs = startMs - sizeMs + slideMs; earlierMs <= startMs; earlierMs += slideMs)
        windows.push({ startMs: earlierMs, endMs: earlierMs + sizeMs });
    }
    return windows;
  };
}
