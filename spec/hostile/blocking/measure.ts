import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Blocking } from './probe.ts';

/** No message may keep everything else waiting for longer. */
export const BLOCKED_MS_MAX = 250;

/**
 * What the probe's calibration took on the machine for which {@link BLOCKED_MS_MAX} was chosen. One that needs
 * longer for it may take so many times as long for a message, too.
 */
const CALIBRATION_MS = 60;

/** Another try on a machine that was busy with something else; a program that blocks does it each time. */
const TRIES_MAX = 4;

/**
 * For how long one message keeps the event loop from turning, in a process of its own that has never seen a
 * message before. The least of several tries, and of the clock and the thread's own work, since whatever the machine
 * does besides can only add to each; and in relation to how fast the machine is in the same moment.
 */
export async function measureBlocking(name: string): Promise<Blocking & { readonly blockedMs: number }> {
  let best: (Blocking & { readonly blockedMs: number }) | undefined;
  for (let tries = 0; tries < TRIES_MAX && !(best && best.blockedMs <= BLOCKED_MS_MAX); tries += 1) {
    const blocking = await probe(name);
    const slowness = Math.max(1, blocking.calibrationMs / CALIBRATION_MS);
    const blockedMs = Math.min(blocking.wallMs, blocking.cpuMs) / slowness;
    if (!best || blockedMs < best.blockedMs) best = { ...blocking, blockedMs };
  }
  return best!;
}

async function probe(name: string): Promise<Blocking> {
  const folder = mkdtempSync(join(tmpdir(), 'nps-kata-blocking-'));
  try {
    const child = fork(join(import.meta.dirname, 'probe.ts'), [name, join(folder, 'state.db')]);
    const exited = once(child, 'exit');
    const first = await Promise.race([once(child, 'message'), exited]);
    await exited;
    if (typeof first[0] !== 'object') throw new Error(`The process ended with ${first} at "${name}".`);
    return first[0] as Blocking;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
