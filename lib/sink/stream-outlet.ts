import { messageOf } from '../errors.ts';
import type { Outlet } from './outlet.ts';

/**
 * Linux takes a write of so many bytes into a pipe as a whole or not at all (`PIPE_BUF`). It is also a page, which
 * is what a full pipe takes next: so a slow reader is seen to read.
 */
const PART_MAX = 4_096;
const LINE_FEED = 0x0a;

/**
 * A pipe, a socket or a terminal, for which Node.js counts the bytes itself: a write is called back when the last
 * one of it has been taken. Meanwhile the process goes on, for however long nobody reads.
 */
export class StreamOutlet implements Outlet {
  readonly #stream: NodeJS.WritableStream;
  #fault: Error | undefined;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
    // Without a listener it would end the process. Every write from then on fails, too, and says less of the cause.
    stream.on('error', (error) => {
      this.#fault ??= error;
    });
  }

  write(bytes: Uint8Array): Promise<number> {
    const part = firstLines(bytes);
    return new Promise((resolve, reject) => {
      this.#stream.write(part, (error) => {
        if (!error) return resolve(part.length);
        const cause = this.#fault ?? error;
        reject(new Error(`Nobody reads stdout any more (${messageOf(cause)}).`, { cause }));
      });
    });
  }

  /** What a pipe has taken is its reader's. */
  async sync(): Promise<void> {}

  /** Whoever wrote into this pipe before left whole lines there, if it was this program. */
  async endsInHalfLine(): Promise<boolean> {
    return false;
  }
}

/** Whole lines, as many as a pipe takes as one; or a part of a line that is longer. */
function firstLines(bytes: Uint8Array): Uint8Array {
  const end = bytes.length <= PART_MAX ? bytes.length : bytes.lastIndexOf(LINE_FEED, PART_MAX - 1) + 1;
  return bytes.subarray(0, end || PART_MAX);
}
