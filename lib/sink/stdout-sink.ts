import { Writable } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { rideOut } from '../retry.ts';
import type { OutboxLine, StateStore } from '../state/state-store.ts';

export interface StdoutSinkOptions {
  readonly store: Pick<StateStore, 'removeLines'>;
  readonly stdout: NodeJS.WritableStream;
  readonly clock: Clock;
  readonly log: Log;
  /** Called once when stdout cannot be written to any more, such as when its reader has gone. */
  readonly onLost: (error: Error) => void;
  /** Called with lines that stdout has taken. */
  readonly onPrinted?: (lines: readonly OutboxLine[]) => void;
}

/**
 * Writes result lines to stdout and takes them out of the outbox once stdout has them. A crash between the two
 * makes the next process write them again, byte for byte; a crash before the first, for the first time.
 *
 * When stdout is lost the sink goes on taking lines without doing anything with them, so that what was received
 * can be committed and stopped in order; the lines stay in the outbox.
 */
export class StdoutSink extends Writable {
  readonly #options: StdoutSinkOptions;
  readonly #stopping = new AbortController();
  #isLost = false;

  constructor(options: StdoutSinkOptions) {
    super({ objectMode: true, highWaterMark: 1 });
    this.#options = options;
    options.stdout.on('error', this.#lose);
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
    if (this.#isLost || !(await this.#write(lines.map(({ line }) => `${line}\n`).join('')))) return;
    const { store, clock, log, onPrinted } = this.#options;
    onPrinted?.(lines);
    const remove = () => store.removeLines(lines.at(-1)!.seq);
    await rideOut(remove, { clock, log, signal: this.#stopping.signal });
  }

  /** Resolves when stdout has taken the text: true, or when it is lost: false. */
  #write(text: string): Promise<boolean> {
    return new Promise((resolve) => {
      this.#options.stdout.write(text, (error) => {
        if (error) this.#lose(error);
        resolve(!error);
      });
    });
  }

  readonly #lose = (error: Error): void => {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#options.onLost(error);
  };
}
