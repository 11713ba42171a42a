import { constants, fstat, fsync, type Stats, write } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { CannotGoOn, messageOf, RetryLater } from '../errors.ts';
import type { Outlet } from './outlet.ts';

const fstatOf = promisify<number, Stats>(fstat);

/** The calls whose outcome is up to the disk. */
export interface DiskCalls {
  write(fd: number, bytes: Uint8Array): Promise<{ readonly bytesWritten: number }>;
  fsync(fd: number): Promise<void>;
}

const disk: DiskCalls = { write: promisify(write), fsync: promisify(fsync) };

const LINE_FEED = 0x0a;

/** No room now, or a device that is not ready: somebody can change that, and then the same write succeeds. */
const PASSING: ReadonlySet<string | undefined> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'EAGAIN',
  'ENOBUFS',
  'ENOMEM',
]);

/**
 * A file or a device. Node's own stream for these takes a part that was written for the whole, so each write
 * is asked for its number of bytes here. It is made where the kernel says: at the end of a file that was opened
 * to append, else where whoever shares the descriptor has left off.
 */
export class FileOutlet implements Outlet {
  readonly #fd: number;
  readonly #disk: DiskCalls;

  constructor(fd: number, calls = disk) {
    this.#fd = fd;
    this.#disk = calls;
  }

  async write(bytes: Uint8Array): Promise<number> {
    const { bytesWritten } = await this.#disk.write(this.#fd, bytes).catch(explain);
    if (bytesWritten === 0) throw new RetryLater('stdout takes nothing now.');
    return bytesWritten;
  }

  async sync(): Promise<void> {
    if ((await this.#stats()).isFile()) await this.#disk.fsync(this.#fd).catch(explain);
  }

  async endsInHalfLine(): Promise<boolean> {
    const at = await this.#nextPosition();
    if (at === 0) return false;
    try {
      // The descriptor itself is mostly for writing only.
      await using reader = await open(`/proc/self/fd/${this.#fd}`, 'r');
      const { buffer } = await reader.read(Buffer.alloc(1), 0, 1, at - 1);
      return buffer[0] !== LINE_FEED;
    } catch {
      // No right to read it, or no Linux. An empty line too many does no harm, one too few spoils two lines.
      return true;
    }
  }

  #stats(): Promise<Stats> {
    return fstatOf(this.#fd).catch(explain);
  }

  /** Where the next byte will stand; 0 for what has no positions. */
  async #nextPosition(): Promise<number> {
    const info = await readFile(`/proc/self/fdinfo/${this.#fd}`, 'latin1').catch(() => '');
    const [, position] = /^pos:\s*(\d+)/m.exec(info) ?? [];
    const [, flags] = /^flags:\s*(\d+)/m.exec(info) ?? [];
    const isAppending = flags === undefined || (Number.parseInt(flags, 8) & constants.O_APPEND) !== 0;
    return isAppending ? (await this.#stats()).size : Number(position);
  }
}

function explain(error: NodeJS.ErrnoException): never {
  if (PASSING.has(error.code))
    throw new RetryLater(`stdout cannot be written to now (${messageOf(error)}).`, { cause: error });
  throw new CannotGoOn(`stdout cannot be written to any more (${messageOf(error)}).`, { cause: error });
}
