import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { LineStreams, STREAMS_MAX } from '../../lib/ops/http/line-streams.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** A reader that takes everything, until it is told to stop reading. */
class Reader extends EventEmitter {
  isReading = true;
  writableLength = 0;
  isDropped = false;
  text = '';

  write(chunk: Buffer): boolean {
    this.text += chunk;
    if (!this.isReading) this.writableLength += chunk.length;
    return this.isReading;
  }

  destroy(): void {
    if (this.isDropped) return;
    this.isDropped = true;
    this.emit('close');
  }
}

describe('the stream of lines', () => {
  const clock = new ManualClock();
  const streams = new LineStreams(clock);
  const open = () => {
    const reader = new Reader();
    streams.add(reader as unknown as ServerResponse);
    return reader;
  };
  afterEach(() => {
    streams.close();
    expect([streams.readers, clock.pending]).to.deep.equal([0, 0]);
  });

  it('sends each line that stdout has taken, as an event, to everybody', () => {
    const readers = [open(), open()];
    streams.printed([
      { seq: 1, line: '{"a":1}' },
      { seq: 2, line: '{"a":2}' },
    ]);
    for (const { text } of readers)
      expect(text).to.match(
        /^retry: 2000\n: .*\n\nevent: line\ndata: \{"a":1\}\n\nevent: line\ndata: \{"a":2\}\n\n$/,
      );
  });

  it('sends a comment every 15 s, so that nobody takes it for dead', async () => {
    const reader = open();
    const before = reader.text.length;
    await clock.advance(45_000);
    expect(reader.text.slice(before)).to.equal(': still here\n\n'.repeat(3));
  });

  it('drops a reader with too much unread, and only that one', () => {
    const [slow, quick] = [open(), open()];
    slow.isReading = false;
    const line = 'x'.repeat(1024);
    for (let seq = 0; seq < 3_000; seq += 1) streams.printed([{ seq, line }]);
    expect([slow.isDropped, quick.isDropped, streams.readers]).to.deep.equal([true, false, 1]);
    expect(slow.writableLength).to.be.below(2_200_000);
  });

  it('drops a reader that has read nothing between two heartbeats', async () => {
    const dead = open();
    dead.isReading = false;
    streams.printed([{ seq: 1, line: '{}' }]);
    await clock.advance(15_000);
    expect(dead.isDropped).to.equal(false);
    await clock.advance(15_000);
    expect(dead.isDropped).to.equal(true);
  });

  it('takes no more than so many readers', () => {
    for (let reader = 0; reader < STREAMS_MAX; reader += 1) open();
    expect(streams.isFull).to.equal(true);
  });
});
