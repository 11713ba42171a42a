import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { SqliteStore } from '../../lib/state/sqlite-store.ts';
import { imbalanceOf } from '../../lib/window/ledger.ts';
import { Bench, eventBody, type Queue } from './bench.ts';
import { type SmallDisk, smallDisks } from './small-disk.ts';

const EVENTS = 1_000;
/** Without a fault, hundreds of messages would be deleted in this time. */
const OBSERVED_MS = 1_000;
const FULL = /The state file .* cannot be written now \(.*\)\. Trying again until it works/;

describe('the pipeline on a disk without room', () => {
  let bench: Bench;
  let disk: SmallDisk;
  before(async () => {
    bench = await Bench.open();
  });
  afterEach(() => disk.remove());
  after(() => bench.close());

  const path = () => join(disk.folder, 'state.db');

  function start(queue: Queue, settings: Record<string, string> = {}, through = disk.through) {
    return bench.start(
      queue,
      { STATE_URL: `sqlite:${path()}`, WINDOW: 'total', POLLERS_MAX: '4', ...settings },
      [],
      { through },
    );
  }

  async function createFilledQueue(): Promise<Queue> {
    const queue = await bench.createQueue({ VisibilityTimeout: '2' });
    await queue.send(...Array.from({ length: EVENTS }, () => ({ body: eventBody('purchase', '0.1') })));
    return queue;
  }

  async function countedOf(): Promise<number | undefined> {
    const store = new SqliteStore(path());
    const ledger = await store.readLedger();
    await store.close();
    expect(imbalanceOf(ledger)).to.deep.equal({ events: 0, messages: 0 });
    return ledger.get('counted')?.messages;
  }

  /** Fills the disk in mid-work, and makes sure that the work rests. */
  async function startAndFill(queue: Queue, settings: Record<string, string> = {}) {
    const program = start(queue, settings);
    await program.untilLines(1);
    disk.fill();
    await program.untilLogged(FULL);
    // What was committed just before is still deleted, and then nothing more, though there is work left.
    for (let before = 0, left = EVENTS; left !== before; left = await queue.left()) {
      before = left;
      await delay(OBSERVED_MS);
    }
    expect(await queue.left(), 'not acknowledged').to.be.greaterThan(0);
    expect(program.hasEnded).to.equal(false);
    return program;
  }

  for (const [kind, makeDisk] of smallDisks)
    it(`rides out ${kind} reached in mid-run: nothing is acknowledged meanwhile, and the result is exact`, async () => {
      disk = makeDisk();
      const queue = await createFilledQueue();
      const program = await startAndFill(queue);
      const complaints = program.log.filter(({ message }) => FULL.test(message));
      // The commit, and taking printed lines or sent dead letters out of the outbox.
      expect(complaints.length).to.be.at.most(3);
      disk.free(program.pid);
      await program.until(() => JSON.parse(program.lines.at(-1)!).count === EVENTS);
      await queue.untilEmpty();
      expect(await program.kill('SIGTERM')).to.equal(0);
      expect(program.log.map(({ message }) => message)).to.include('It works again.');
      expect(await countedOf()).to.equal(EVENTS);
      const counts = program.lines.map((line) => JSON.parse(line).count);
      expect(counts).to.deep.equal([...new Set(counts)].sort((a, b) => a - b));
    });

  for (const [kind, makeDisk] of [...smallDisks].slice(0, 1))
    it(`ends with 1 when it is stopped at ${kind}, and the next start goes on exactly`, async () => {
      disk = makeDisk();
      const queue = await createFilledQueue();
      const program = await startAndFill(queue, { SHUTDOWN_TIMEOUT: '500ms' });
      expect(await program.kill('SIGTERM')).to.equal(1);
      disk.free(program.pid);
      const { waiting, inFlight } = await queue.depth();
      const counted = (await countedOf()) ?? 0;
      expect(counted + waiting + inFlight, 'counted, or still in the queue').to.be.at.least(EVENTS);
      const next = start(queue, {}, []);
      await next.until(() => next.lines.some((line) => JSON.parse(line).count === EVENTS));
      await queue.untilEmpty();
      expect(await next.kill('SIGTERM')).to.equal(0);
      expect(await countedOf()).to.equal(EVENTS);
    });
});
