import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { LogStream } from '../lib/log-stream.ts';

const MIB = 1_048_576;

describe('a log line', () => {
  it('shows user and password of no URL, wherever it stands in the line', async () => {
    const read = new PassThrough();
    const stream = new LogStream(read);
    const message = JSON.stringify({
      message: 'x',
      error: 'at "http://me:hush@sqs:4566/0/x"',
      url: 'http://a@b',
    });
    stream.write({ level: 'info', [Symbol.for('message')]: message });
    expect(String(read.read())).to.equal(
      '{"message":"x","error":"at \\"http://…@sqs:4566/0/x\\"","url":"http://…@b"}\n',
    );
  });
});

describe('a log that nobody reads', () => {
  it('keeps a bounded part of it in memory, errors too, and says how many lines were dropped when it is read', async () => {
    const child = fork('spec/support/log-process.ts', {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    after(() => child.kill('SIGKILL'));
    const [{ waiting, waitingMax }] = await once(child, 'message');
    // More than the pipe and Node.js' own high-water mark hold, so that the bound was met.
    expect(waitingMax).to.be.within(MIB / 4, MIB);
    expect(waiting).to.be.above(MIB / 4);

    const entries: Array<{ level: string; message: string; dropped?: Record<string, number> }> = [];
    for await (const line of createInterface({ input: child.stderr! })) {
      entries.push(JSON.parse(line));
      if (entries.at(-1)!.dropped) child.send('read');
    }
    const { level, message, dropped } = entries.at(-1)!;
    expect({ level, message }).to.deep.equal({
      level: 'warn',
      message: 'Log lines were dropped, because nobody read stderr.',
    });
    const read = entries.filter((entry) => entry.level === 'debug').length;
    expect(read).to.be.above(100);
    expect(dropped).to.deep.equal({ debug: 20_000 - read });
    expect(entries.filter((entry) => entry.level === 'error')).to.have.length(1);
  });
});
