import { readFile, stat } from 'node:fs/promises';
import type { Queue } from '../../spec/integration/bench.ts';

/** What the program takes and how far it is behind, at one moment. */
export interface Sample {
  readonly seconds: number;
  readonly residentMib: number;
  /** The state file and its write-ahead log. */
  readonly stateMib: number;
  /** Messages waiting in the queue. */
  readonly lag: number;
  /** Result lines printed so far. */
  readonly lines: number;
}

const MIB = 1_048_576;

export async function takeSample(
  pid: number,
  statePath: string,
  queue: Queue,
): Promise<Pick<Sample, 'residentMib' | 'stateMib' | 'lag'>> {
  const [status, database, log, { waiting }] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    sizeOf(statePath),
    sizeOf(`${statePath}-wal`),
    queue.depth(),
  ]);
  const residentKib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  return { residentMib: residentKib / 1024, stateMib: (database + log) / MIB, lag: waiting };
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
