/**
 * Runs end-to-end specs against SQS servers that others have written, each fetched at its first use:
 *
 *     npm run test:servers
 *     npm run test:servers -- spec/integration/pipeline.spec.ts
 *
 * A server that cannot be had on this machine is skipped with a word. Exits with 1 when a spec failed.
 */
import { parseArgs } from 'node:util';
import { messageOf } from '../lib/errors.ts';
import { elasticMq } from './servers/elasticmq.ts';
import { moto } from './servers/moto.ts';
import { install, type OtherServer, start } from './servers/other-server.ts';
import { runSuite } from './stress/suite-run.ts';

const SERVERS = [elasticMq, moto];

/** Those that look at what becomes of messages, and do with few of them: moto takes minutes for thousands. */
const END_TO_END = [
  'spec/integration/pipeline.spec.ts',
  'spec/integration/start.spec.ts',
  'spec/integration/stop-and-restart.spec.ts',
  'spec/integration/unusable-state.spec.ts',
  'spec/http/server.spec.ts',
  'spec/http/shipping.spec.ts',
];

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** @returns how many specs failed */
async function tryOut(server: OtherServer, specs: readonly string[]): Promise<number> {
  const name = `${server.name} ${server.version}`;
  try {
    await install(server);
  } catch (error) {
    print(`${name}: skipped, it cannot be had here (${messageOf(error)})`);
    return 0;
  }
  const { endpoint, stop } = await start(server);
  try {
    const { passed, failed } = await runSuite(['npx', 'mocha', ...specs], { TEST_SQS_ENDPOINT: endpoint });
    print(`${name}: ${passed} passed, ${failed.size} failed`);
    for (const [title, message] of failed) print(`    ${title}\n        ${message}`);
    return failed.size;
  } finally {
    await stop();
  }
}

async function main(): Promise<number> {
  const { positionals } = parseArgs({ allowPositionals: true });
  let failures = 0;
  for (const server of SERVERS)
    failures += await tryOut(server, positionals.length > 0 ? positionals : END_TO_END);
  return failures === 0 ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  print(messageOf(error));
  return 2;
});
