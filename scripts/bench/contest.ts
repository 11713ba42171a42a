import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StandInReport } from './stand-in.ts';

const HERE = import.meta.dirname;
/** Clock ticks a second in /proc, on every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100;

/** A program that reads the stand-in's queue. */
export interface Contender {
  readonly name: string;
  readonly script: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Asked for each second, as a scraper and an open page would. */
  readonly watchedUrls?: readonly string[];
}

/** What one run of a contender took, from a fifth of the messages on, when it is warm. */
export interface Figures {
  readonly messagesPerSecond: number;
  readonly cpuMicrosPerMessage: number;
  readonly memoryMiBPeak: number;
  /** From the answer to a receive to the request that deletes the batch. */
  readonly latencyMsP50: number;
  readonly latencyMsP99: number;
  /** From the start of the process to its first receive. */
  readonly startMs: number;
}

export interface Load {
  readonly messages: number;
  readonly eventsPerMessage?: number;
  readonly types?: number;
}

/** Lets a contender read a queue of so many messages, against a stand-in in a process of its own. */
export async function contest(contender: Contender, load: Load): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'nps-kata-bench-'));
  const standIn = fork(join(HERE, 'stand-in.ts'), {
    env: {
      ...process.env,
      STAND_IN_MESSAGES: String(load.messages),
      STAND_IN_EVENTS_PER_MESSAGE: String(load.eventsPerMessage ?? 1),
      STAND_IN_TYPES: String(load.types ?? 50),
    },
  });
  let program: ChildProcess | undefined;
  const watching = setInterval(() => {
    // The server is not there yet, or no longer, at either end of a run.
    for (const url of contender.watchedUrls ?? [])
      fetch(url).then(
        (answer) => answer.text(),
        () => {},
      );
  }, 1_000);
  try {
    const { endpoint } = await reported(standIn, 'listening');
    const startedMs = performance.now();
    program = start(contender, endpoint, folder);
    const gone = once(program, 'exit').then(([code]) => {
      throw new Error(`${contender.name} ended early, with ${code}`);
    });
    gone.catch(() => {});
    return await Promise.race([measure(standIn, program.pid!, startedMs, load), gone]);
  } finally {
    clearInterval(watching);
    program?.kill('SIGKILL');
    standIn.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
}

async function measure(standIn: ChildProcess, pid: number, startedMs: number, load: Load): Promise<Figures> {
  await reported(standIn, 'first receive');
  const startMs = performance.now() - startedMs;
  await reported(standIn, 'warm');
  const warm = { atMs: performance.now(), cpuMicros: cpuMicrosOf(pid) };
  const { latencyMsP50, latencyMsP99 } = await reported(standIn, 'done');
  const messages = load.messages - Math.floor(load.messages / 5);
  return {
    messagesPerSecond: messages / ((performance.now() - warm.atMs) / 1000),
    cpuMicrosPerMessage: (cpuMicrosOf(pid) - warm.cpuMicros) / messages,
    memoryMiBPeak: Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024,
    latencyMsP50,
    latencyMsP99,
    startMs,
  };
}

function start({ script, env }: Contender, endpoint: string, folder: string): ChildProcess {
  return spawn(process.execPath, [join(HERE, '../..', script)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
      STATE_URL: `sqlite:${join(folder, 'state.db')}`,
      HTTP_PORT: 'off',
      LOG_LEVEL: 'error',
      ...env,
    },
  });
}

async function reported<At extends StandInReport['at']>(
  standIn: ChildProcess,
  at: At,
): Promise<Extract<StandInReport, { at: At }>> {
  for (;;) {
    const [report] = (await once(standIn, 'message')) as [StandInReport];
    if (report.at === at) return report as Extract<StandInReport, { at: At }>;
  }
}

/** User and system time of all threads of the process; the fields behind the name, which may hold anything. */
function cpuMicrosOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6;
}
