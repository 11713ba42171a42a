import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { fencedBlocks } from '../docs/markdown.ts';
import { Bench, eventBody, type Queue } from '../integration/bench.ts';

const ROOT = join(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

interface ResultLine {
  readonly type: string;
  readonly sum: number;
  readonly window_start: string;
  readonly window_end: string;
  readonly revision: number;
}

/** As a log shipper does it: reads what is new in a file, keeps an unfinished line for the next time. */
async function* follow(path: string, signal: AbortSignal): AsyncGenerator<string, void, undefined> {
  await using file = await open(path, 'r');
  let rest = '';
  for (let isLast = false; !isLast; ) {
    isLast = signal.aborted;
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(4_096) });
    if (bytesRead === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    else isLast = false;
    const lines = (rest + buffer.toString('utf8', 0, bytesRead)).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
}

describe('shipping the lines', () => {
  let bench: Bench;
  let queue: Queue;
  before(async () => {
    bench = await Bench.open();
  });
  after(() => bench.close());
  beforeEach(async () => {
    queue = await bench.createQueue();
    for (let minute = 10; minute < 40; minute += 1)
      await queue.send({ body: eventBody('purchase', '0.1', `2020-10-06 10:${minute}:05`) });
  });

  const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n').slice(0, -1);
  /** A line for each event, since each is in a window of its own. */
  const untilPrinted = async (path: string) => {
    while (linesOf(path).length < 30) await new Promise((resolve) => setTimeout(resolve, 50));
  };

  it('with a shipper that follows a file: every line arrives whole, once', async () => {
    const path = join(bench.folder, 'followed.jsonl');
    const output = openSync(path, 'a');
    const program = bench.start(queue, {}, [], { stdout: output });
    closeSync(output);
    const stop = new AbortController();
    const shipped: string[] = [];
    const shipping = (async () => {
      for await (const line of follow(path, stop.signal)) shipped.push(line);
    })();
    await untilPrinted(path);
    await program.kill('SIGTERM');
    stop.abort();
    await shipping;
    expect(shipped).to.deep.equal(linesOf(path));
    const keys = shipped.map((line) => {
      const { type, window_start, window_end, revision } = JSON.parse(line) as ResultLine;
      return `${type} ${window_start} ${window_end} ${revision}`;
    });
    expect(new Set(keys).size).to.equal(keys.length).and.to.equal(30);
  });

  it('through a pipe, with the README’s own command: every line arrives in the file', async () => {
    const [command = ''] = fencedBlocks(README, 'sh').filter((block) => block.includes('| jq --unbuffered'));
    expect(command).to.match(/^node lib\/main\.ts \| jq .* >> results\.jsonl$/);
    // Where there is no jq, nothing can be said of it.
    if (spawnSync('jq', ['--version']).status !== 0) return;
    const path = join(bench.folder, 'results.jsonl');
    writeFileSync(path, '');
    const settings = {
      SQS_QUEUE_NAME: queue.name,
      STATE_URL: `sqlite:${bench.statePath(queue.name)}`,
      HTTP_PORT: 'off',
      IDLE_TIMEOUT: '500ms',
    };
    const shell = spawn('sh', ['-c', command.replace('results.jsonl', path)], {
      cwd: ROOT,
      env: { ...process.env, ...bench.env, ...settings },
      stdio: ['ignore', 'ignore', 'ignore'],
      // A process group of its own, to stop the program and jq together.
      detached: true,
    });
    try {
      await untilPrinted(path);
    } finally {
      process.kill(-shell.pid!, 'SIGTERM');
      await once(shell, 'close');
    }
    const windows = linesOf(path).map((line) => JSON.parse(line) as ResultLine);
    expect(windows).to.have.length(30);
    for (const { type, sum } of windows) expect({ type, sum }).to.deep.equal({ type: 'purchase', sum: 0.1 });
  });
});
