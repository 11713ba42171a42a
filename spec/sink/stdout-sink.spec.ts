import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { expect } from 'chai';
import { RetryLater } from '../../lib/errors.ts';
import { StdoutSink } from '../../lib/sink/stdout-sink.ts';
import { SqliteStore } from '../../lib/state/sqlite-store.ts';
import type { OutboxLine } from '../../lib/state/state-store.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { MemoryLog } from '../support/memory-log.ts';

/** A stdout whose reader takes each write when the spec says so. */
class SlowStdout extends Writable {
  readonly written: string[] = [];
  readonly #pending: ((error?: Error) => void)[] = [];

  constructor() {
    super({ decodeStrings: false });
  }

  override _write(text: string, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.written.push(text);
    this.#pending.push(done);
  }

  take(error?: Error): Promise<void> {
    this.#pending.shift()!(error);
    return settle();
  }
}

const epipe = () => Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });

describe('the sink of result lines', () => {
  let store: SqliteStore;
  let stdout: SlowStdout;
  let clock: ManualClock;
  let logged: MemoryLog;
  let lost: Error[];
  let sink: StdoutSink;
  /** Thrown by the next removals from the outbox. */
  let faults: Error[];

  beforeEach(() => {
    store = new SqliteStore(':memory:');
    stdout = new SlowStdout();
    clock = new ManualClock();
    logged = new MemoryLog();
    lost = [];
    faults = [];
    const removeLines = async (seq: number) => {
      const fault = faults.shift();
      if (fault) throw fault;
      await store.removeLines(seq);
    };
    sink = new StdoutSink({
      store: { removeLines },
      stdout,
      clock,
      log: logged.log,
      onLost: (error) => lost.push(error),
    });
    sink.on('error', () => {});
  });
  afterEach(async () => {
    sink.destroy();
    await store.close();
  });

  const commit = (...lines: string[]) => store.transaction((tx) => tx.addLines(lines));
  const left = async () => (await store.readLines(0, 100)).map(({ line }) => line);

  it('writes each line with a line feed, in order', async () => {
    sink.write(await commit('one', '{"type":"🛒"}', 'three'));
    await settle();
    expect(stdout.written.join('')).to.equal('one\n{"type":"🛒"}\nthree\n');
  });

  it('takes lines out of the outbox after stdout has taken them, not before', async () => {
    sink.write(await commit('one', 'two'));
    await commit('committed later');
    await settle();
    expect(await left()).to.deep.equal(['one', 'two', 'committed later']);
    await stdout.take();
    expect(await left()).to.deep.equal(['committed later']);
  });

  it('holds back who writes while stdout is slow', async () => {
    const batches: OutboxLine[][] = [];
    for (let index = 0; index < 10; index += 1) batches.push(await commit(`line ${index}`));
    let produced = 0;
    const source = Readable.from(
      (function* () {
        for (const batch of batches) {
          produced += 1;
          yield batch;
        }
      })(),
      { highWaterMark: 1 },
    );
    source.pipe(sink);
    await settle();
    expect(stdout.written).to.have.length(1);
    expect(produced).to.be.below(5);
    const finished = once(sink, 'finish');
    for (let index = 0; index < 10; index += 1) await stdout.take();
    await finished;
    expect(stdout.written).to.have.length(10);
    expect(await left()).to.deep.equal([]);
  });

  it('ends only when stdout has everything', async () => {
    sink.end(await commit('last'));
    await settle();
    expect(sink.writableFinished).to.equal(false);
    await stdout.take();
    expect(sink.writableFinished).to.equal(true);
    expect(stdout.writableEnded, 'stdout is not the sink’s to end').to.equal(false);
  });

  it('rides out an outbox that cannot be written now, without writing the lines again', async () => {
    faults.push(new RetryLater('full'), new RetryLater('full'));
    sink.write(await commit('one'));
    await settle();
    await stdout.take();
    expect(await left()).to.deep.equal(['one']);
    await clock.advance(10_000);
    expect(await left()).to.deep.equal([]);
    expect(stdout.written).to.have.length(1);
    expect(logged.at('error')).to.have.length(1);
  });

  it('ends with the fault when the outbox cannot be used any more', async () => {
    const fault = new Error('damaged');
    faults.push(fault);
    sink.write(await commit('one'));
    const failed = once(sink, 'error');
    await settle();
    await stdout.take();
    expect(await failed).to.deep.equal([fault]);
  });

  describe('when nobody reads stdout any more', () => {
    it('says so once and keeps the lines in the outbox', async () => {
      const fault = epipe();
      sink.write(await commit('one'));
      await settle();
      await stdout.take(fault);
      await settle();
      expect(lost).to.deep.equal([fault]);
      expect(await left()).to.deep.equal(['one']);
    });

    it('goes on taking lines without writing or removing them, so that the rest can stop in order', async () => {
      sink.write(await commit('one'));
      await settle();
      await stdout.take(epipe());
      sink.write(await commit('two'));
      sink.end(await commit('three'));
      await once(sink, 'finish');
      expect(stdout.written).to.have.length(1);
      expect(await left()).to.deep.equal(['one', 'two', 'three']);
      expect(lost).to.have.length(1);
    });

    it('notices it between two writes too', async () => {
      stdout.destroy(epipe());
      await settle();
      expect(lost).to.have.length(1);
      sink.end(await commit('one'));
      await once(sink, 'finish');
      expect(await left()).to.deep.equal(['one']);
      expect(lost).to.have.length(1);
    });
  });
});
