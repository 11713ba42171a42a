import { once } from 'node:events';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { RetryLater } from '../../lib/errors.ts';
import { StdoutSink } from '../../lib/sink/stdout-sink.ts';
import { SqliteStore } from '../../lib/state/sqlite-store.ts';
import type { OutboxLine } from '../../lib/state/state-store.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { ManualOutlet } from '../support/manual-outlet.ts';
import { MemoryLog } from '../support/memory-log.ts';

describe('the sink of result lines', () => {
  let store: SqliteStore;
  let stdout: ManualOutlet;
  let clock: ManualClock;
  let logged: MemoryLog;
  let lost: Error[];
  let printed: string[];
  let sink: StdoutSink;
  /** Thrown by the next removals from the outbox. */
  let faults: Error[];

  beforeEach(() => {
    store = new SqliteStore(':memory:');
    stdout = new ManualOutlet();
    clock = new ManualClock();
    logged = new MemoryLog();
    lost = [];
    printed = [];
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
      onPrinted: (lines) => printed.push(...lines.map(({ line }) => line)),
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
    await stdout.take();
    expect(stdout.text).to.equal('one\n{"type":"🛒"}\nthree\n');
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
    expect(stdout.calls).to.equal(1);
    expect(produced).to.be.below(5);
    const finished = once(sink, 'finish');
    for (let index = 0; index < 10; index += 1) await stdout.take();
    await finished;
    expect(stdout.text.split('\n')).to.have.length(11);
    expect(await left()).to.deep.equal([]);
  });

  it('ends only when stdout has everything', async () => {
    sink.end(await commit('last'));
    await settle();
    expect(sink.writableFinished).to.equal(false);
    await stdout.take();
    expect(sink.writableFinished).to.equal(true);
  });

  it('rides out an outbox that cannot be written now, without writing the lines again', async () => {
    faults.push(new RetryLater('full'), new RetryLater('full'));
    sink.write(await commit('one'));
    await settle();
    await stdout.take();
    expect(await left()).to.deep.equal(['one']);
    await clock.advance(10_000);
    expect(await left()).to.deep.equal([]);
    expect(stdout.text).to.equal('one\n');
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

  describe('when stdout takes a part', () => {
    it('goes on behind it, and keeps the lines until the last byte is taken', async () => {
      sink.write(await commit('one', '{"type":"🛒"}'));
      await settle();
      await stdout.take(14); // in the middle of a character
      await stdout.take(1);
      expect(await left()).to.have.length(2);
      await stdout.take();
      expect(stdout.text).to.equal('one\n{"type":"🛒"}\n');
      expect(await left()).to.deep.equal([]);
    });

    it('rides out a lack of room from there, and says so once', async () => {
      sink.write(await commit('one', 'two'));
      await settle();
      await stdout.take(5);
      for (let tries = 0; tries < 3; tries += 1) {
        await stdout.refuse(new RetryLater('full.'));
        await clock.advance(10_000);
      }
      expect(await left()).to.deep.equal(['one', 'two']);
      await stdout.take();
      expect(stdout.text).to.equal('one\ntwo\n');
      expect(await left()).to.deep.equal([]);
      expect(lost).to.deep.equal([]);
      expect(logged.lines.map(({ message }) => message)).to.deep.equal([
        'full. Trying again until it works; nothing is lost.',
        'It works again.',
      ]);
    });

    it('is tried a last time when the sink is destroyed meanwhile, and is not lost', async () => {
      sink.write(await commit('one'));
      await settle();
      await stdout.refuse(new RetryLater('full.'));
      sink.destroy();
      await settle();
      expect(stdout.calls).to.equal(2);
      await stdout.refuse(new RetryLater('full.'));
      await clock.advance(60_000);
      expect(stdout.calls).to.equal(2);
      expect(lost).to.deep.equal([]);
      expect(await left()).to.deep.equal(['one']);
    });
  });

  describe('what stdout has taken', () => {
    it('is synced before its lines leave the outbox', async () => {
      stdout.holdSync();
      sink.write(await commit('one'));
      await settle();
      await stdout.take();
      expect(await left()).to.deep.equal(['one']);
      expect(printed, 'not told before').to.deep.equal([]);
      await stdout.endSync();
      expect(await left()).to.deep.equal([]);
      expect(printed).to.deep.equal(['one']);
    });

    it('is written again, on a line of its own, when it could not be synced', async () => {
      stdout.holdSync();
      sink.write(await commit('one'));
      await settle();
      await stdout.take();
      stdout.isCut = true;
      await stdout.endSync(new RetryLater('no room for it.'));
      await clock.advance(10_000);
      await stdout.take();
      await stdout.take();
      expect(stdout.text).to.equal('one\n\none\n');
      expect(await left()).to.deep.equal([]);
    });

    it('is lost when a sync fails for good', async () => {
      stdout.holdSync();
      sink.write(await commit('one'));
      await settle();
      await stdout.take();
      await stdout.endSync(new Error('EIO'));
      expect(lost).to.have.length(1);
      expect(await left()).to.deep.equal(['one']);
    });
  });

  describe('behind half a line of an earlier process', () => {
    it('begins with a line feed, once', async () => {
      stdout.isCut = true;
      sink.write(await commit('one'));
      await settle();
      expect(stdout.text).to.equal('');
      await stdout.take();
      await stdout.take();
      sink.write(await commit('two'));
      await settle();
      await stdout.take();
      expect(stdout.text).to.equal('\none\ntwo\n');
    });

    it('looks again when the line feed was refused', async () => {
      stdout.isCut = true;
      sink.write(await commit('one'));
      await settle();
      await stdout.refuse(new RetryLater('full.'));
      await clock.advance(10_000);
      await stdout.take();
      await stdout.take();
      expect(stdout.text).to.equal('\none\n');
    });
  });

  describe('when stdout is lost', () => {
    const fault = new Error('Nobody reads it.');

    it('says so once and keeps the lines in the outbox', async () => {
      sink.write(await commit('one'));
      await settle();
      await stdout.refuse(fault);
      await clock.advance(60_000);
      expect(lost).to.deep.equal([fault]);
      expect(await left()).to.deep.equal(['one']);
      expect(printed).to.deep.equal([]);
    });

    it('goes on taking lines without writing or removing them, so that the rest can stop in order', async () => {
      sink.write(await commit('one'));
      await settle();
      await stdout.refuse(fault);
      sink.write(await commit('two'));
      sink.end(await commit('three'));
      await once(sink, 'finish');
      expect(stdout.calls, 'not written to again').to.equal(1);
      expect(await left()).to.deep.equal(['one', 'two', 'three']);
      expect(printed).to.deep.equal([]);
      expect(lost).to.have.length(1);
    });

    it('keeps all lines of which stdout has taken a part only', async () => {
      sink.write(await commit('one', 'two'));
      await settle();
      await stdout.take(4);
      await stdout.refuse(fault);
      expect(await left()).to.deep.equal(['one', 'two']);
      expect(printed).to.deep.equal([]);
    });
  });
});
