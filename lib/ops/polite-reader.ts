import { type Clock, sleep } from '../clock.ts';
import type { StateReader } from '../state/state-reader.ts';

/** After a read the next one waits this many times as long as it took, so commits get most of the time … */
const PAUSE_FACTOR = 4;
/** … but no longer than this, in milliseconds. */
const PAUSE_MAX_MS = 100;
/** With so many waiting, of either kind, a further one is refused. */
const WAITING_MAX = 100;

/** Too much is asked at this moment. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy';
  readonly statusCode = 503;
}

/** A read that waits for its turn; what comes of it goes to whoever asked. */
type Waiting = () => Promise<void>;

/**
 * Reads one at a time and with pauses in between: the state is read by the connection, and on the thread, that
 * commits, so however many ask, the pipeline must not wait for them. What is looked up comes before what is
 * searched for: probes and metrics need a read or two, a search through the windows may need hundreds, and however
 * many search, their reads only ever wait for each other.
 */
export function politely(reader: StateReader, clock: Clock): StateReader {
  const lookups: Waiting[] = [];
  const searches: Waiting[] = [];
  let isReading = false;
  const readAll = async () => {
    isReading = true;
    while (lookups.length + searches.length > 0) {
      const first = lookups.length > 0 ? lookups : searches;
      const startMs = clock.monotonicMs();
      await first[0]!();
      first.shift();
      const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_FACTOR * (clock.monotonicMs() - startMs));
      if (pauseMs > 0) await sleep(clock, pauseMs);
    }
    isReading = false;
  };
  const inTurn = <T>(waiting: Waiting[], read: () => Promise<T>): Promise<T> => {
    if (waiting.length >= WAITING_MAX)
      return Promise.reject(new TooBusy('Too many requests at the same time.'));
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    waiting.push(() => read().then(resolve, reject));
    if (!isReading) readAll();
    return promise;
  };
  return {
    readLedger: () => inTurn(lookups, () => reader.readLedger()),
    readTotals: () => inTurn(lookups, () => reader.readTotals()),
    readTotal: (type) => inTurn(lookups, () => reader.readTotal(type)),
    readSizes: () => inTurn(lookups, () => reader.readSizes()),
    readWindows: (query) => inTurn(searches, () => reader.readWindows(query)),
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
