import { Writable } from 'node:stream';
import { expect } from 'chai';
import { StreamOutlet } from '../../lib/sink/stream-outlet.ts';
import { settle } from '../support/manual-clock.ts';

/** What a pipe takes as a whole or not at all. */
const PIPE_BUF = 4_096;

/** A pipe whose reader takes each write when the spec says so. */
class SlowPipe extends Writable {
  readonly written: string[] = [];
  #done: (error?: Error) => void = () => {};

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.written.push(bytes.toString());
    this.#done = done;
  }

  take(error?: Error): void {
    this.#done(error);
  }
}

const epipe = () => Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });

describe('stdout that is a pipe', () => {
  let pipe: SlowPipe;
  let outlet: StreamOutlet;
  beforeEach(() => {
    pipe = new SlowPipe();
    outlet = new StreamOutlet(pipe);
  });

  const faultOf = async (writing: Promise<number>) =>
    writing.then(
      () => '',
      (error: Error) => error.message,
    );

  it('has taken a write when its reader’s end says so', async () => {
    let taken = 0;
    outlet.write(Buffer.from('one\ntwo\n')).then((count) => {
      taken = count;
    });
    await settle();
    expect(pipe.written).to.deep.equal(['one\ntwo\n']);
    expect(taken).to.equal(0);
    pipe.take();
    await settle();
    expect(taken).to.equal(8);
  });

  it('gets whole lines, as many as a pipe takes as one, so that no kill cuts one off', async () => {
    const line = `${'x'.repeat(1_499)}\n`;
    const writing = outlet.write(Buffer.from(line.repeat(5)));
    pipe.take();
    expect(await writing).to.equal(2 * line.length);
    expect(pipe.written).to.deep.equal([line + line]);
    const exactly = `first\n${'x'.repeat(PIPE_BUF - 7)}\n`;
    const second = outlet.write(Buffer.from(exactly + exactly));
    pipe.take();
    expect(await second).to.equal(PIPE_BUF);
  });

  it('gets a line that is longer than that in parts', async () => {
    const writing = outlet.write(Buffer.from(`${'x'.repeat(PIPE_BUF)}\n`));
    pipe.take();
    expect(await writing).to.equal(PIPE_BUF);
  });

  it('is lost, with the cause, when its reader is gone', async () => {
    const writing = faultOf(outlet.write(Buffer.from('one\n')));
    pipe.take(epipe());
    expect(await writing).to.equal('Nobody reads stdout any more (write EPIPE).');
    expect(await faultOf(outlet.write(Buffer.from('two\n')))).to.match(/write EPIPE/);
  });

  it('tells at the next write what went wrong between two, and ends nothing by itself', async () => {
    pipe.destroy(epipe());
    await settle();
    expect(await faultOf(outlet.write(Buffer.from('one\n')))).to.match(/write EPIPE/);
  });
});
