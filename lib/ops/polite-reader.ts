import { type Clock, sleep } from '../clock.ts';
import type { StateReader } from '../state/state-reader.ts';

/** After a read the next one waits this many times as long as it took, so commits get most of the time … */
const PAUSE_FACTOR = 4;
/** … but no longer than this, in milliseconds. */
const PAUSE_MAX_MS = 100;
/** With so many waiting, a further one is refused. */
const WAITING_MAX = 100;

/** Too much is asked at this moment. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy';
  readonly statusCode = 503;
}

/**
 * Reads one at a time and with pauses in between: the state is read by the connection, and on the thread, that
 * commits, so however many ask, the pipeline must not wait for them.
 */
export function politely(reader: StateReader, clock: Clock): StateReader {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const inTurn = <T>(read: () => Promise<T>): Promise<T> => {
    if (waiting >= WAITING_MAX) return Promise.reject(new TooBusy('Too many requests at the same time.'));
    waiting += 1;
    let startMs = 0;
    const turn = last.then(() => {
      startMs = clock.monotonicMs();
      return read();
    });
    const pause = async () => {
      waiting -= 1;
      const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_FACTOR * (clock.monotonicMs() - startMs));
      if (pauseMs > 0) await sleep(clock, pauseMs);
    };
    last = turn.then(pause, pause);
    return turn;
  };
  return {
    readLedger: () => inTurn(() => reader.readLedger()),
    readTotals: () => inTurn(() => reader.readTotals()),
    readTotal: (type) => inTurn(() => reader.readTotal(type)),
    readWindows: (query) => inTurn(() => reader.readWindows(query)),
    readSizes: () => inTurn(() => reader.readSizes()),
  };
}

/** What `load` gives, loaded at most once every `maxAgeMs`, however many ask, and together for all who wait. */
export function cached<T>(load: () => Promise<T>, maxAgeMs: number, clock: Clock): () => Promise<T> {
  let loading: Promise<T> | undefined;
  let loadedMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (loading && clock.monotonicMs() - loadedMs < maxAgeMs) return loading;
    loadedMs = clock.monotonicMs();
    const started = load();
    loading = started;
    // Of a failure nothing is kept.
    started.catch(() => {
      if (loading === started) loading = undefined;
    });
    return started;
  };
}
