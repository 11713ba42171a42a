import type { StateReader, WindowRow } from '../../state/state-reader.ts';
import { isTotal } from '../../window/window-assigner.ts';
import { exact, isoTime } from '../json.ts';
import { cursorOf, placeOf } from './cursor.ts';

/**
 * So many pages of the state are looked through for one answer, which is 20,000 windows: somebody else is waiting.
 * Whoever looks for a type that is seldom goes on with `next`.
 */
const PAGES_MAX = 200;

export interface WindowsQuery {
  readonly type?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** Reads page after page, so that commits get their turn in between. */
export async function windowsOf(reader: StateReader, { type, from, to, limit, cursor }: WindowsQuery) {
  const rows: WindowRow[] = [];
  let place = cursor === undefined ? undefined : placeOf(cursor);
  for (let pages = 0; pages < PAGES_MAX && rows.length < limit; pages += 1) {
    const page = await reader.readWindows({
      type,
      endAfterMs: timeOf('from', from) ?? Number.MIN_SAFE_INTEGER,
      endUpToMs: timeOf('to', to) ?? Number.MAX_SAFE_INTEGER,
      limit: limit - rows.length,
      place,
    });
    rows.push(...page.rows);
    place = page.next;
    if (!place) break;
  }
  return { windows: rows.map(windowOf), next: place ? cursorOf(place) : null };
}

function windowOf({ type, count, sum, bounds, revision, isClosed }: WindowRow) {
  return {
    type,
    count,
    sum: exact(sum),
    window_start: isTotal(bounds) ? null : isoTime(bounds.startMs),
    window_end: isTotal(bounds) ? null : isoTime(bounds.endMs),
    // What is kept is the revision that the next line will have.
    revision: revision === 0 ? null : revision - 1,
    closed: isClosed,
  };
}

/** The schema has accepted the text, but lets through what no calendar holds, such as a leap second. */
function timeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const timeMs = Date.parse(text);
  if (Number.isNaN(timeMs))
    throw Object.assign(new Error(`querystring/${name} must be a time that exists`), { statusCode: 400 });
  return timeMs;
}
