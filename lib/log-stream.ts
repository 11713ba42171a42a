import { Writable } from 'node:stream';
import { withoutCredentials } from './masking.ts';

/** What may wait to be read. From half of it on errors alone are taken. */
const WAITING_BYTES_MAX = 1_048_576;

interface LogEntry {
  readonly level: string;
  /** The line as winston's formats have made it. */
  readonly [key: symbol]: unknown;
}
const LINE = Symbol.for('message');

/**
 * Writes log lines to a stream that nobody may be reading, such as a pipe to a process that hangs: Node.js keeps
 * what a pipe does not take in memory, without any bound. Here lines are dropped, and counted by level, once so
 * much waits. No line shows user or password of a URL.
 */
export class LogStream extends Writable {
  readonly #stream: Writable;
  #dropped = new Map<string, number>();
  /** Told how many lines of each level were dropped, as soon as everything that waited has been read. */
  onFlowing: (dropped: ReadonlyMap<string, number>) => void = () => {};

  constructor(stream: Writable) {
    // Entries and not lines, because what is dropped goes by their level.
    super({ objectMode: true });
    this.#stream = stream;
    stream.on('drain', () => this.#flow());
  }

  override _write(entry: LogEntry, _encoding: BufferEncoding, done: () => void): void {
    // Whatever a library put into its error's message, too.
    const line = `${withoutCredentials(String(entry[LINE]))}\n`;
    const bytesMax = entry.level === 'error' ? WAITING_BYTES_MAX : WAITING_BYTES_MAX / 2;
    if (this.#stream.writableLength + Buffer.byteLength(line) <= bytesMax) this.#stream.write(line);
    else this.#dropped.set(entry.level, (this.#dropped.get(entry.level) ?? 0) + 1);
    // At once: what waits for this would be kept in memory, too.
    done();
  }

  #flow(): void {
    if (this.#dropped.size === 0) return;
    const dropped = this.#dropped;
    this.#dropped = new Map();
    this.onFlowing(dropped);
  }
}
