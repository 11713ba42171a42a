import { Writable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { RetryLater } from '../errors.ts';
import type { Log } from '../log.ts';
import { rideOut } from '../retry.ts';
import type { OutboxLine, StateStore } from '../state/state-store.ts';
import type { Outlet } from './outlet.ts';

export interface StdoutSinkOptions {
  readonly store: Pick<StateStore, 'removeLines'>;
  readonly stdout: Outlet;
  readonly clock: Clock;
  readonly log: Log;
  /** Called once when stdout cannot be written to any more, such as when its reader has gone. */
  readonly onLost: (error: Error) => void;
  /** Called with lines that stdout has taken. */
  readonly onPrinted?: (lines: readonly OutboxLine[]) => void;
}

/**
 * Writes result lines to stdout and takes them out of the outbox once stdout has every byte of them. A crash
 * between the two makes the next process write them again, byte for byte; a crash before the first, for the first
 * time.
 *
 * A line that was cut because there is no room is completed by this process when there is. One that an earlier
 * process left cut off is ended by a line feed, so that it does not run together with the next one.
 *
 * When stdout is lost the sink goes on taking lines without doing anything with them, so that what was received
 * can be committed and stopped in order; the lines stay in the outbox.
 */
export class StdoutSink extends Writable {
  readonly #options: StdoutSinkOptions;
  readonly #stopping = new AbortController();
  /** The next byte is known to begin a line, or to go on with one that this process has begun. */
  #isInPlace = false;
  #isLost = false;

  constructor(options: StdoutSinkOptions) {
    super({ objectMode: true, highWaterMark: 1 });
    this.#options = options;
  }

  override _write(
    lines: readonly OutboxLine[],
    _encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    this.#print(lines).then(() => done(), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stopping.abort();
    done(error);
  }

  async #print(lines: readonly OutboxLine[]): Promise<void> {
    if (this.#isLost || (await this.#deliver(lines)) === 'lost') return;
    const { store, onPrinted } = this.#options;
    onPrinted?.(lines);
    await this.#rideOut(() => store.removeLines(lines.at(-1)!.seq));
  }

  /** Resolves when stdout has taken every byte for good, or will take no more. */
  async #deliver(lines: readonly OutboxLine[]): Promise<'taken' | 'lost'> {
    const bytes = Buffer.from(lines.map(({ line }) => `${line}\n`).join(''));
    let taken = 0;
    try {
      await this.#rideOut(async () => {
        await this.#beginLine();
        while (taken < bytes.length) taken += await this.#options.stdout.write(bytes.subarray(taken));
        try {
          await this.#options.stdout.sync();
        } catch (error) {
          // How much of it is there cannot be known any more, so all of it is written again, behind whatever is.
          taken = 0;
          this.#isInPlace = false;
          throw error;
        }
      });
      return 'taken';
    } catch (error) {
      // Not ridden out to its end: the pipeline has failed elsewhere.
      if (error instanceof RetryLater) throw error;
      this.#isLost = true;
      this.#options.onLost(error as Error);
      return 'lost';
    }
  }

  async #beginLine(): Promise<void> {
    const { stdout } = this.#options;
    if (!this.#isInPlace && (await stdout.endsInHalfLine())) await stdout.write(Buffer.from('\n'));
    this.#isInPlace = true;
  }

  #rideOut(work: () => Promise<void>): Promise<void> {
    const { clock, log } = this.#options;
    return rideOut(work, { clock, log, signal: this.#stopping.signal });
  }
}
