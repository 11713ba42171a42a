/**
 * What the program tells, and whether it tells anything.
 *
 * - `connecting`: nothing has been heard yet.
 * - `live`: the last question was answered. `/stats` is asked again and again, printed lines arrive by themselves.
 * - `lost`: the last question was not. It is repeated with growing pauses, by the clock, by the browser being
 *   online again, by the event stream finding its way back, or by the reader's wish; the first answer ends it.
 * - `paused`: the reader wants to look at something in peace. Nothing is asked and nothing is shown.
 *
 * A page that is out of sight asks nothing either, and catches up when it is looked at again.
 */
import { parseExactly } from './exact.js';

/** @import { Stats, WindowRow } from './shapes.d.ts' */
/** @typedef {'connecting' | 'live' | 'lost' | 'paused'} FeedState */

const POLL_MS = 2_000;
const BACK_OFF_MAX_MS = 15_000;
const ANSWER_TIMEOUT_MS = 5_000;
/** Everything that the charts can show, when there is nothing yet or something may have been missed. */
const HISTORY_ROWS = 1_000;
/** Windows that are still open change without a line being printed. */
const NEWEST_ROWS = 100;

/**
 * @typedef {object} Listener
 * @property {(state: FeedState) => void} onState
 * @property {(stats: Stats) => void} onStats
 * @property {(rows: WindowRow[], kind: 'history' | 'newest') => void} onWindows
 * @property {(line: WindowRow) => void} onLine
 */

export class Feed {
  /** @type {Listener} */
  #listener;
  /** @type {FeedState} */
  state = 'connecting';
  #failures = 0;
  #needsHistory = true;
  #isPaused = false;
  #wake = () => {};
  /** @type {EventSource | undefined} */
  #stream;

  /** @param {Listener} listener */
  constructor(listener) {
    this.#listener = listener;
  }

  start() {
    addEventListener('online', () => this.retry());
    document.addEventListener('visibilitychange', () => this.retry());
    this.#openStream();
    this.#askForever();
  }

  /** Asks now rather than later. */
  retry() {
    this.#wake();
  }

  /** @param {boolean} isPaused */
  pause(isPaused) {
    this.#isPaused = isPaused;
    this.#needsHistory = true;
    if (isPaused) this.#become('paused');
    else this.#openStream();
    this.retry();
  }

  async #askForever() {
    for (let turn = 0; ; turn += 1) {
      if (!this.#isPaused && document.visibilityState === 'visible') await this.#ask(turn);
      const backOffMs = Math.min(BACK_OFF_MAX_MS, 1_000 * 2 ** (this.#failures - 1));
      await this.#sleep(this.#failures === 0 ? POLL_MS : backOffMs * (0.8 + 0.4 * Math.random()));
    }
  }

  /** @param {number} turn */
  async #ask(turn) {
    try {
      const stats = /** @type {Stats} */ (await fetchExactly('/stats'));
      const kind = this.#needsHistory ? 'history' : 'newest';
      const wantsWindows = kind === 'history' || turn % 2 === 0;
      const limit = kind === 'history' ? HISTORY_ROWS : NEWEST_ROWS;
      const { windows } = wantsWindows ? await fetchExactly(`/windows?limit=${limit}`) : { windows: [] };
      if (this.#isPaused) return;
      this.#failures = 0;
      this.#become('live');
      this.#listener.onStats(stats);
      if (wantsWindows) this.#listener.onWindows(windows, kind);
      this.#needsHistory = false;
      if (this.#stream?.readyState === EventSource.CLOSED) this.#openStream();
    } catch {
      if (this.#isPaused) return;
      this.#failures += 1;
      this.#needsHistory = true;
      this.#become('lost');
    }
  }

  /** The browser reconnects by itself, except after an answer that was an error: then `#ask` opens a new one. */
  #openStream() {
    this.#stream?.close();
    this.#stream = new EventSource('/stats/stream');
    this.#stream.addEventListener('line', ({ data }) => {
      if (!this.#isPaused) this.#listener.onLine({ ...parseExactly(data), closed: true });
    });
    let isFirst = true;
    this.#stream.addEventListener('open', () => {
      // Lines that were printed while it was closed are in the store.
      if (!isFirst) this.#needsHistory = true;
      isFirst = false;
      if (this.state === 'lost') this.retry();
    });
    this.#stream.addEventListener('error', () => {
      this.#needsHistory = true;
      // The first sign that something is wrong. Later ones, at each attempt of the browser's, must not undo the pauses.
      if (this.state === 'live') this.retry();
    });
  }

  /** @param {FeedState} state */
  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.#listener.onState(state);
  }

  /** @param {number} timeMs @returns {Promise<void>} */
  #sleep(timeMs) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** @param {string} path */
export async function fetchExactly(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS), cache: 'no-store' });
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}`);
  return parseExactly(await response.text());
}
