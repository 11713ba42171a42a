import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Somewhere to keep a state where space ends, and comes back when told to. */
export interface SmallDisk {
  readonly folder: string;
  /** What a program has to be started through to feel the end of this disk. */
  readonly through: readonly string[];
  /** Leaves no room at all, or as much as the limit still allows. */
  fill(): void;
  /** Makes room again, also for the process that is running. */
  free(pid: number): void;
  remove(): void;
}

const succeeds = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;

function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'nps-kata-disk-'));
}

function mountTmpfs(folder: string, size = '16m'): boolean {
  return succeeds('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder);
}

function unmount(folder: string): void {
  spawnSync('umount', ['--lazy', folder]);
  rmSync(folder, { recursive: true });
}

/** A file system in memory, which a ballast fills: a real ENOSPC. 16 MiB are enough for the whole work without it. */
function tmpfs(): SmallDisk {
  const folder = makeFolder();
  if (!mountTmpfs(folder)) throw new Error(`No tmpfs can be mounted at ${folder}.`);
  const ballast = join(folder, 'ballast');
  return {
    folder,
    through: [],
    fill() {
      const file = openSync(ballast, 'w');
      try {
        for (;;) writeSync(file, Buffer.alloc(4_096));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast),
    remove: () => unmount(folder),
  };
}

/** A limit on the size of each file that the process writes, which can be lifted while it runs. */
function sizeLimit(): SmallDisk {
  const folder = makeFolder();
  return {
    folder,
    // The unit is 512 or 1,024 bytes, depending on the shell.
    through: ['sh', '-c', 'ulimit -S -f 400; exec "$@"', 'sh'],
    fill() {},
    free: liftSizeLimit,
    remove: () => rmSync(folder, { recursive: true }),
  };
}

function liftSizeLimit(pid: number): void {
  // A process that has ended took its limit with it.
  if (existsSync(`/proc/${pid}`) && !succeeds('prlimit', '--pid', String(pid), '--fsize=unlimited'))
    throw new Error('The limit cannot be lifted.');
}

function canMount(): boolean {
  const folder = makeFolder();
  try {
    return mountTmpfs(folder) && succeeds('umount', folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [canTmpfs, canLimit] = [canMount(), succeeds('prlimit', '--version')];

/** The kinds of small disk that this machine and user can make: a mount takes root, lifting a limit Linux. */
export const smallDisks: ReadonlyMap<string, () => SmallDisk> = new Map([
  ...(canTmpfs ? [['the end of its file system', tmpfs] as const] : []),
  ...(canLimit ? [['a limit on the size of its files', sizeLimit] as const] : []),
]);

/** How much a {@link SmallFile} takes before it is full. */
export const SMALL_FILE_BYTES = 65_536;

/** A file that is full after {@link SMALL_FILE_BYTES}, until room is made. */
export interface SmallFile extends Omit<SmallDisk, 'folder' | 'fill'> {
  readonly path: string;
  /** What was written into it so far. */
  read(): string;
}

function fileOnSmallTmpfs(): SmallFile {
  const folder = makeFolder();
  if (!mountTmpfs(folder, String(SMALL_FILE_BYTES))) throw new Error(`No tmpfs can be mounted at ${folder}.`);
  const path = join(folder, 'lines.jsonl');
  return {
    path,
    through: [],
    read: () => readFileSync(path, 'utf8'),
    free() {
      if (!succeeds('mount', '-o', 'remount,size=16m', folder)) throw new Error('No room can be made.');
    },
    remove: () => unmount(folder),
  };
}

/** The limit leaves enough for all other files, so this one begins with a hole. */
function fileNearItsLimit(): SmallFile {
  const limit = 32 * 1_048_576;
  const hole = limit - SMALL_FILE_BYTES;
  const folder = makeFolder();
  const path = join(folder, 'lines.jsonl');
  writeFileSync(path, '');
  truncateSync(path, hole - 1);
  appendFileSync(path, '\n');
  return {
    path,
    through: ['prlimit', `--fsize=${limit}:unlimited`],
    read: () => readFileSync(path).toString('utf8', hole),
    free: liftSizeLimit,
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** The kinds of small file that this machine and user can make. */
export const smallFiles: ReadonlyMap<string, () => SmallFile> = new Map([
  ...(canTmpfs ? [['the end of its file system', fileOnSmallTmpfs] as const] : []),
  ...(canLimit ? [['a limit on its size', fileNearItsLimit] as const] : []),
]);
