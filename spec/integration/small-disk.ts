import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
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

function mountTmpfs(folder: string): boolean {
  return succeeds('mount', '-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder);
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
    remove() {
      spawnSync('umount', ['--lazy', folder]);
      rmSync(folder, { recursive: true });
    },
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
    free(pid) {
      // A process that has ended took its limit with it.
      if (existsSync(`/proc/${pid}`) && !succeeds('prlimit', '--pid', String(pid), '--fsize=unlimited'))
        throw new Error('The limit cannot be lifted.');
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

function canMount(): boolean {
  const folder = makeFolder();
  try {
    return mountTmpfs(folder) && succeeds('umount', folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The kinds of small disk that this machine and user can make: a mount takes root, lifting a limit Linux. */
export const smallDisks: ReadonlyMap<string, () => SmallDisk> = new Map([
  ...(canMount() ? [['the end of its file system', tmpfs] as const] : []),
  ...(succeeds('prlimit', '--version') ? [['a limit on the size of its files', sizeLimit] as const] : []),
]);
