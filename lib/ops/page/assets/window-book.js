/** @import { WindowRow } from './shapes.d.ts' */

/** As many rows as are kept; far more than a screen shows, far less than would make a browser slow. */
const ROWS_MAX = 6_000;
const ROWS_KEPT = 5_000;

/**
 * @typedef {WindowRow & { key: string, startMs: number | undefined, endMs: number | undefined, seenMs: number }} Row
 */

/**
 * The newest state known of each window and type, from whatever tells it: the store's answers and the lines as
 * they are printed. They overlap and overtake each other; a count only ever grows, so the larger one is newer.
 */
export class WindowBook {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** Windows that begin here or earlier may be known in part only: the store's answer was cut off there. */
  cutOffMs = -Infinity;

  clear() {
    this.#rows.clear();
    this.cutOffMs = -Infinity;
  }

  get rows() {
    return [...this.#rows.values()];
  }

  /**
   * @param {WindowRow} told
   * @param {number} nowMs when it was told; 0 for what is merely the past to somebody who opens the page
   * @returns {Row | undefined} the row, if this was news
   */
  take(told, nowMs) {
    const { type, window_start: start, window_end: end } = told;
    const key = JSON.stringify([start ?? '', end ?? '', type]);
    const known = this.#rows.get(key);
    if (known) {
      const news =
        told.count - known.count ||
        (told.revision ?? -1) - (known.revision ?? -1) ||
        Number(told.closed) - Number(known.closed);
      if (news <= 0) return undefined;
    }
    /** @type {Row} */
    const row = {
      ...told,
      key,
      startMs: start ? Date.parse(start) : undefined,
      endMs: end ? Date.parse(end) : undefined,
      seenMs: nowMs,
    };
    this.#rows.set(key, row);
    return row;
  }

  /** Forgets the oldest windows once there are too many. */
  prune() {
    if (this.#rows.size <= ROWS_MAX) return;
    const oldestFirst = this.rows.sort((a, b) => (a.startMs ?? 0) - (b.startMs ?? 0));
    for (const row of oldestFirst.slice(0, oldestFirst.length - ROWS_KEPT)) {
      this.#rows.delete(row.key);
      this.cutOffMs = Math.max(this.cutOffMs, row.startMs ?? -Infinity);
    }
  }

  /**
   * @param {'newest' | 'printed'} order
   * @param {string | undefined} type
   * @param {number} limit
   */
  list(order, type, limit) {
    const rows = this.rows.filter((row) => type === undefined || row.type === type);
    /** @type {(a: Row, b: Row) => number} */
    const newestFirst = (a, b) =>
      (b.startMs ?? 0) - (a.startMs ?? 0) || (b.endMs ?? 0) - (a.endMs ?? 0) || b.count - a.count;
    if (order === 'newest') return rows.sort(newestFirst).slice(0, limit);
    return rows
      .filter(({ revision }) => revision !== null)
      .sort((a, b) => b.seenMs - a.seenMs || newestFirst(a, b))
      .slice(0, limit);
  }
}
