import type { StateReader, WindowRow } from '../../state/state-reader.ts';
import type { WindowBounds } from '../../window/window-assigner.ts';
import { isTotal } from '../../window/window-assigner.ts';
import { exact, isoTime } from '../json.ts';

/** So many pages of the state are looked through for one answer; a type that is seldom may need many. */
const PAGES_MAX = 200;

export interface WindowsQuery {
  readonly type?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
}

/** Reads page after page, so that commits get their turn in between. */
export async function windowsOf(reader: StateReader, { type, from, to, limit }: WindowsQuery) {
  const rows: WindowRow[] = [];
  let behind: WindowBounds | undefined;
  for (let pages = 0; pages < PAGES_MAX && rows.length < limit; pages += 1) {
    const page = await reader.readWindows({
      type,
      endAfterMs: timeOf('from', from) ?? Number.MIN_SAFE_INTEGER,
      endUpToMs: timeOf('to', to) ?? Number.MAX_SAFE_INTEGER,
      limit: limit - rows.length,
      behind,
    });
    rows.push(...page.rows);
    behind = page.next;
    if (!behind) break;
  }
  return { windows: rows.map(windowOf) };
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
