import { fstatSync, statSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { devNull } from 'node:os';
import { WrongSettings } from '../errors.ts';
import type { Log } from '../log.ts';
import { FileOutlet } from './file-outlet.ts';
import type { Outlet } from './outlet.ts';
import { StreamOutlet } from './stream-outlet.ts';

const STDOUT = 1;

/**
 * This process's stdout. Node.js has good streams for pipes, sockets and terminals, all of them sockets to it.
 * @throws {WrongSettings} when stdout was not opened for writing
 */
export function openStdout(log: Log): Outlet {
  if (process.stdout instanceof Socket) return new StreamOutlet(process.stdout);
  if (!isWritable())
    throw new WrongSettings(
      'stdout is not open for writing. Start the program with a stdout that takes result lines, such as `>> lines.jsonl`.',
    );
  // Node.js opens the null device in place of a stdout that was closed, so the two cannot be told apart.
  if (fstatSync(STDOUT).rdev === statSync(devNull).rdev)
    log.warn(`stdout is ${devNull}, or was closed: result lines go nowhere, and count as delivered.`);
  return new FileOutlet(STDOUT);
}

function isWritable(): boolean {
  try {
    writeSync(STDOUT, new Uint8Array());
  } catch (error) {
    // Anything else, such as a full disk, may pass.
    if ((error as NodeJS.ErrnoException).code === 'EBADF') return false;
  }
  return true;
}
