import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** An SQS that others have written, and how to get and start it. */
export interface OtherServer {
  readonly name: string;
  readonly version: string;
  /** Puts into the folder what {@link command} needs. */
  readonly install: (folder: string) => Promise<unknown>;
  /** Starts it on a free port of 127.0.0.1. */
  readonly command: (folder: string) => readonly string[];
  /** Finds host and port in the line that says where it listens. */
  readonly listening: RegExp;
}

const execute = promisify(execFile);

/** @throws {Error} with the last line that the command printed */
export async function run(command: string, ...args: string[]): Promise<void> {
  await execute(command, args).catch((error: Error & { stderr?: string; stdout?: string }) => {
    const said = `${error.stdout ?? ''}\n${error.stderr ?? ''}`.trim().split('\n').at(-1);
    throw new Error(said || error.message, { cause: error });
  });
}

/** What is fetched once is kept outside of the repository, for the next time. */
function folderOf({ name, version }: OtherServer): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(cache, 'nps-kata', `${name.toLowerCase()}-${version}`);
}

/**
 * Fetches the server, where that has not been done yet.
 *
 * @throws {Error} that says why it cannot be had here: without its language, or without a network
 */
export async function install(server: OtherServer): Promise<void> {
  const folder = folderOf(server);
  const isComplete = join(folder, 'complete');
  if (existsSync(isComplete)) return;
  await mkdir(folder, { recursive: true });
  await server.install(folder);
  await writeFile(isComplete, '');
}

/** @returns its endpoint, and how to end it */
export async function start(
  server: OtherServer,
): Promise<{ readonly endpoint: string; readonly stop: () => Promise<void> }> {
  const [command = '', ...args] = server.command(folderOf(server));
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  const address = await Promise.race([addressOf(child, server.listening), ended.then(() => undefined)]);
  if (address === undefined) throw new Error(`${server.name} did not start: ${command} ${args.join(' ')}`);
  return {
    endpoint: `http://${address}`,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Goes on reading for as long as the server lives, so that it never waits for a reader of its log. */
function addressOf(child: ChildProcess, listening: RegExp): Promise<string> {
  return new Promise((resolve) => {
    for (const output of [child.stdout!, child.stderr!])
      createInterface({ input: output }).on('line', (line) => {
        const address = listening.exec(line)?.[1];
        if (address) resolve(address);
      });
  });
}
