import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';

/**
 * A pipe as the shell makes one, to be a program's stdout. The kernel holds 64 KiB of it; nothing is read
 * unless {@link read} is called.
 */
export class Fifo {
  readonly writeEnd: number;
  readonly #readEnd: number;
  #text = '';

  constructor(path: string) {
    execFileSync('mkfifo', [path]);
    this.#readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    this.writeEnd = openSync(path, 'w');
  }

  /** To be called once the writer has it, so that its end is the end of the pipe. */
  closeWriteEnd(): void {
    closeSync(this.writeEnd);
  }

  /** Takes at most so many bytes out of the pipe; false when its writer is gone and it is empty. */
  read(bytes: number): boolean {
    const buffer = Buffer.alloc(bytes);
    try {
      const taken = readSync(this.#readEnd, buffer);
      this.#text += buffer.toString('latin1', 0, taken);
      return taken > 0;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      return true;
    }
  }

  /** The whole lines read so far; the text must be ASCII. */
  get lines(): string[] {
    return this.#text.split('\n').slice(0, -1);
  }

  /** What was read behind the last whole line. */
  get rest(): string {
    return this.#text.slice(this.#text.lastIndexOf('\n') + 1);
  }

  close(): void {
    closeSync(this.#readEnd);
  }
}
