import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = join(import.meta.dirname, '../../lib/main.ts');

/** Short enough for a spec, long enough to be told apart. */
const QUICK = {
  WINDOW: '1m',
  MAX_OUT_OF_ORDERNESS: '1s',
  IDLE_TIMEOUT: '500ms',
  REVISION_INTERVAL: '200ms',
  HTTP_PORT: 'off',
};

/** How the process is started, where that is not simply by Node.js with a pipe to this process as its stdout. */
export interface Launch {
  /** A command that starts the one behind it in its own place (`exec`), such as `setpriv …`. */
  readonly through?: readonly string[];
  /** A file descriptor to be the program's stdout; its lines are then read by whoever has the other end. */
  readonly stdout?: number;
}

/** The real program in a process of its own, with what it prints. */
export class Program {
  readonly #child: ChildProcess;
  readonly lines: string[] = [];
  readonly log: Array<Record<string, unknown> & { level: string; message: string }> = [];
  /** The exit code or signal, as soon as the process is gone. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** The same, once everything that it printed has been read, too. */
  readonly ended: Promise<number | NodeJS.Signals>;
  #onNews: () => void = () => {};

  constructor(
    env: Readonly<Record<string, string>>,
    args: readonly string[] = [],
    { through = [], stdout: stdoutTo }: Launch = {},
  ) {
    const [command, ...rest] = [...through, process.execPath, MAIN, ...args];
    this.#child = spawn(command!, rest, {
      env: { PATH: process.env.PATH, ...QUICK, ...env },
      stdio: ['ignore', stdoutTo ?? 'pipe', 'pipe'],
    });
    const { stdout, stderr } = this.#child;
    if (stdout)
      createInterface({ input: stdout }).on('line', (line) => this.#news(() => this.lines.push(line)));
    createInterface({ input: stderr! }).on('line', (line) =>
      this.#news(() => this.log.push(JSON.parse(line))),
    );
    this.exited = once(this.#child, 'exit').then(([code, signal]) => code ?? signal);
    this.ended = once(this.#child, 'close').then(([code, signal]) => {
      this.#news(() => {});
      return code ?? signal;
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** The reading end of the program's stdout, to close it or leave it unread. */
  get stdout() {
    return this.#child.stdout!;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Resolves once `condition` holds; it is looked at whenever the program prints something. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.hasEnded) throw new Error(`The program ended: ${JSON.stringify(this.log.slice(-3))}`);
      await new Promise<void>((resolve) => {
        this.#onNews = resolve;
      });
    }
  }

  untilLines(count: number): Promise<void> {
    return this.until(() => this.lines.length >= count);
  }

  untilLogged(pattern: RegExp): Promise<void> {
    return this.until(() => this.log.some(({ message }) => pattern.test(message)));
  }

  kill(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    this.#child.kill(signal);
    return this.ended;
  }

  #news(take: () => void): void {
    take();
    this.#onNews();
  }
}
