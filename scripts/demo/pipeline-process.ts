import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

const MAIN = join(import.meta.dirname, '../../lib/program.ts');

/** The real program, in a process of its own. */
export interface PipelineProcess {
  readonly stdout: Readable;
  /** Its exit code, once it has ended by itself or was stopped; null when it was killed. */
  readonly ended: Promise<number | null>;
  /** Asks it to stop in order. */
  stop(): Promise<number | null>;
  /** Ends it at once. */
  kill(): void;
}

export function startPipeline(settings: Readonly<Record<string, string>>): PipelineProcess {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A process group of its own: Ctrl-C reaches every process of the terminal's, and this one is stopped later.
    detached: true,
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return {
    stdout: child.stdout,
    ended,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
    kill() {
      child.kill('SIGKILL');
    },
  };
}
