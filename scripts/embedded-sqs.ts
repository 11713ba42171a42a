/**
 * An SQS of one's own for specs and the demo: the development dependency `fauxqs`, on loopback only.
 *
 *     node scripts/embedded-sqs.ts       # or PORT=4566 node scripts/embedded-sqs.ts; prints its endpoint on stderr
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { buildApp } from 'fauxqs';
import { messageOf } from '../lib/errors.ts';

export interface EmbeddedSqs {
  readonly endpoint: string;
  /** What a process needs in its environment to use this SQS and nothing else. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends it at once: open long polls are cut off, not waited for. Everything in its queues is gone. */
  stop(): Promise<void>;
}

/** In this process: for specs that are not about speed or crashes. Port 0 takes any free one. */
export async function startEmbeddedSqs({ port = 0 } = {}): Promise<EmbeddedSqs> {
  // Not startFauxqs(): that one listens on every interface of the machine.
  const app = buildApp({ logger: false });
  const endpoint = await app.listen({ host: '127.0.0.1', port });
  return { endpoint, env: environmentFor(endpoint), stop: async () => void (await app.close()) };
}

/** In a process of its own, so that the emulator takes no turn on the event loop of what is tested. */
export async function spawnEmbeddedSqs({ port = 0 } = {}): Promise<EmbeddedSqs> {
  const child = fork(import.meta.filename, {
    env: { ...process.env, PORT: String(port) },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const [first] = await Promise.race([once(child, 'message'), exited]);
  if (typeof first !== 'string')
    throw new Error(`The embedded SQS did not start on port ${port}; its own message is above.`);
  return {
    endpoint: first,
    env: environmentFor(first),
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** The empty and doubled names keep the user's own AWS settings from winning over these. */
export function environmentFor(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'embedded',
    AWS_SECRET_ACCESS_KEY: 'embedded',
    AWS_SESSION_TOKEN: '',
    AWS_PROFILE: '',
  };
}

/**
 * As a program. With a parent it lives exactly as long as the parent wants it: Ctrl-C in a terminal reaches the
 * whole process group, and the parent still needs its queues to come to an orderly end; a parent that was
 * killed closes the channel, and nothing is left behind.
 */
async function main(): Promise<void> {
  const { endpoint, stop } = await startEmbeddedSqs({ port: Number(process.env.PORT || 0) });
  if (process.send) {
    process.on('SIGINT', () => {});
    process.once('SIGTERM', () => process.disconnect?.());
    process.once('disconnect', stop);
    process.send(endpoint);
  } else {
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    process.stderr.write(`${endpoint}\n`);
  }
}

if (import.meta.main)
  main().catch((error: unknown) => {
    process.stderr.write(`The embedded SQS cannot start: ${messageOf(error)}\n`);
    process.exit(1);
  });
