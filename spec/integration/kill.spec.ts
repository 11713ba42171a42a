import { expect } from 'chai';
import { mulberry32 } from '../../scripts/producer/random.ts';
import { expectedTotals, type OracleEvent, unitsOfPrinted } from '../property/oracle.ts';
import { attributesOf, Bench, eventBody, type Queue, type Sending } from './bench.ts';

const EVENTS = 5_000;
const MALFORMED = 40;
const KILLS = 10;
const MINUTE_MS = 60_000;
const START_MS = Date.parse('2020-10-06T10:00:00Z');

const random = mulberry32(20_201_006);
const pick = (bound: number) => Math.floor(random() * bound);

/** Events that move on in time, so that windows close and lines are printed all the while. */
const events: OracleEvent[] = Array.from({ length: EVENTS }, (_, index) => ({
  type: ['pageview', 'added-to-basket', 'purchase'][pick(3)]!,
  value: { coefficient: BigInt(pick(10_000)), scale: 2 },
  timeMs: START_MS + index * 200 - pick(5_000),
}));

function sendings(): Sending[] {
  const bodies = events.map(({ type, value, timeMs }) =>
    eventBody(type, `${value.coefficient}e-${value.scale}`, new Date(timeMs).toISOString()),
  );
  const all: Sending[] = [];
  for (let at = 0; at < bodies.length; ) {
    const size = 1 + pick(3);
    all.push({ body: size === 1 ? bodies[at]! : `[${bodies.slice(at, at + size)}]` });
    at += size;
  }
  for (let index = 0; index < MALFORMED; index += 1)
    all.splice(pick(all.length), 0, { body: `malformed ${index}` });
  return all;
}

/** Result lines by what identifies them; a second content for the same identity is what must never be seen. */
class Lines {
  readonly contents = new Map<string, string>();
  repeated = 0;

  add(line: string): void {
    const { type, window_start, window_end, revision } = JSON.parse(line);
    const key = `${type}|${window_start}|${window_end}|${String(revision).padStart(9, '0')}`;
    const before = this.contents.get(key);
    if (before === undefined) this.contents.set(key, line);
    else {
      expect(line).to.equal(before);
      this.repeated += 1;
    }
  }

  /** `type|start|end` to `count|units` of the highest revision. */
  get totals(): Map<string, string> {
    const sorted = [...this.contents].sort(([a], [b]) => (a < b ? -1 : 1));
    return new Map(
      sorted.map(([key, line]) => {
        const sum = /"sum":(-?[\d.]+)/.exec(line)![1]!;
        return [key.slice(0, key.lastIndexOf('|')), `${JSON.parse(line).count}|${unitsOfPrinted(sum)}`];
      }),
    );
  }

  get counted(): number {
    return [...this.totals.values()].reduce((sum, total) => sum + Number(total.split('|')[0]), 0);
  }
}

describe('the pipeline, killed', () => {
  let bench: Bench;
  before(async () => {
    bench = await Bench.open();
  });
  after(() => bench.close());

  /** Starts a process and kills it at a random moment while it works; returns what it had in flight then. */
  async function startAndKill(queue: Queue, lines: Lines): Promise<number> {
    const program = bench.start(queue, { WINDOW: '10s', POLLERS_MAX: '3' });
    const { waiting: waitingBefore } = await queue.depth();
    let moments = pick(25);
    for (let isWorking = false; !isWorking || moments > 0; ) {
      const { waiting, inFlight } = await queue.depth();
      isWorking ||= inFlight > 0 && waiting < waitingBefore;
      if (isWorking) moments -= 1;
    }
    await program.kill('SIGKILL');
    // The last line may have been cut off in the middle; then it is printed again.
    for (const line of program.lines) if (line.endsWith('}')) lines.add(line);
    return (await queue.depth()).inFlight;
  }

  it(`counts ${EVENTS} events and ${MALFORMED} malformed ones exactly, through ${KILLS} kills in mid-work`, async () => {
    const queue = await bench.createQueue({ VisibilityTimeout: '1' });
    await queue.send(...sendings());
    const lines = new Lines();
    let landed = 0;
    for (let tries = 0; landed < KILLS; tries += 1) {
      expect(tries, 'too many kills that hit nothing').to.be.lessThan(4 * KILLS);
      if ((await startAndKill(queue, lines)) > 0) landed += 1;
      expect((await queue.depth()).waiting, 'work left for the next kill').to.be.greaterThan(0);
    }

    const last = bench.start(queue, { WINDOW: '10s' });
    await last.until(() => {
      for (const line of last.lines.splice(0)) lines.add(line);
      return lines.counted >= EVENTS;
    });
    await queue.untilEmpty();
    expect(await last.kill('SIGTERM')).to.equal(0);
    for (const line of last.lines) lines.add(line);

    expect(lines.totals).to.deep.equal(
      expectedTotals(events, { kind: 'hopping', sizeMs: MINUTE_MS / 6, slideMs: MINUTE_MS / 6 }),
    );
    const ledger = await bench.readLedger(queue);
    expect(ledger.get('counted')?.events).to.equal(EVENTS);
    expect(ledger.get('dead_lettered:invalid_json')).to.deep.equal({
      events: MALFORMED,
      messages: MALFORMED,
    });
    const letters = await queue.deadLetters!.drain();
    expect(new Set(letters.map(({ Body }) => Body)).size).to.equal(MALFORMED);
    expect(new Set(letters.map((letter) => attributesOf(letter).source_message_id)).size).to.equal(MALFORMED);
  }).timeout(180_000);
});
