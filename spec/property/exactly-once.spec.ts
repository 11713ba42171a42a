import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { SqliteStore } from '../../lib/state/sqlite-store.ts';
import { parseBody } from '../../lib/validate/body.ts';
import { createEventTimeParser } from '../../lib/validate/event-time.ts';
import type { ValidatedMessage } from '../../lib/validate/validate-transform.ts';
import { type CommitRules, commit } from '../../lib/window/commit.ts';
import { imbalanceOf } from '../../lib/window/ledger.ts';
import { createWindowAssigner, type WindowSpec } from '../../lib/window/window-assigner.ts';
import { timesAt } from '../support/window-rules.ts';
import { EPOCH_MS, type History, type HistoryMessage, history, type Incident, SPAN_MS } from './history.ts';
import { expectedTotals, printedTotals } from './oracle.ts';

const parseTime = createEventTimeParser('UTC');
const CRASH = new Error('crash');

function validated({ identity, body }: HistoryMessage): ValidatedMessage {
  return {
    identity,
    messageId: identity,
    body,
    sentAtMs: 0,
    requestedMs: EPOCH_MS,
    ...parseBody(body, parseTime),
  };
}

function rulesFor(window: WindowSpec): CommitRules {
  return {
    assign: createWindowAssigner(window),
    maxOutOfOrdernessMs: 10_000,
    allowedLatenessMs: SPAN_MS,
    revisionIntervalMs: 1_000,
    maxFutureSkewMs: 300_000,
    maxTypesPerWindow: 100,
    dedupRetentionMs: 3_600_000,
    queueRetentionMs: 345_600_000,
    sourceQueue: 'events',
  };
}

/** Runs a history on a real file; what is printed is what the outbox held, as the sink would find it. */
class Run {
  readonly #path: string;
  readonly #rules: CommitRules;
  #store: SqliteStore;
  #nowMs = EPOCH_MS + SPAN_MS;
  readonly printed: string[] = [];

  constructor(path: string, rules: CommitRules) {
    this.#path = path;
    this.#rules = rules;
    this.#store = new SqliteStore(path);
  }

  async play({ messages, batches, incidents }: History): Promise<void> {
    for (const [index, batch] of batches.entries())
      await this.#deliver(
        batch.map((message) => validated(messages[message]!)),
        incidents[index]!,
      );
    await this.#commit([], true);
    await this.#commit([], true);
    await this.#print();
  }

  ledger() {
    return this.#store.readLedger();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #deliver(batch: ValidatedMessage[], incident: Incident): Promise<void> {
    if (incident === 'crash before commit') await this.#crashWithin(batch);
    await this.#commit(batch, false);
    // Committed, but the deletion was never reached: SQS delivers it all once more.
    if (incident === 'crash after commit') await this.#commit(batch, false);
    if (incident === 'restart') await this.#restart();
    await this.#print();
  }

  /** All the work of a commit is done, but its end is not reached. */
  async #crashWithin(batch: ValidatedMessage[]): Promise<void> {
    const crashed = await this.#store
      .transaction(async (tx) => {
        await commit(tx, { messages: batch, confirmed: [], ...timesAt(this.#nowMs) }, this.#rules);
        throw CRASH;
      })
      .catch((error: unknown) => error);
    expect(crashed).to.equal(CRASH);
    await this.#restart();
  }

  async #commit(messages: ValidatedMessage[], isQuiet: boolean): Promise<void> {
    // Time runs far enough for every revision to be due in the end.
    this.#nowMs += isQuiet ? 2 * SPAN_MS : 400;
    const work = { messages, confirmed: [], ...timesAt(this.#nowMs, isQuiet) };
    const outcome = await this.#store.transaction((tx) => commit(tx, work, this.#rules));
    expect(outcome.isMoreDue).to.equal(false);
  }

  async #restart(): Promise<void> {
    await this.#store.close();
    this.#store = new SqliteStore(this.#path);
  }

  async #print(): Promise<void> {
    const lines = await this.#store.readLines(0, 10_000);
    this.printed.push(...lines.map(({ line }) => line));
    if (lines.length > 0) await this.#store.removeLines(lines.at(-1)!.seq);
  }
}

const WINDOWS: ReadonlyMap<string, WindowSpec> = new Map([
  ['tumbling windows', { kind: 'hopping', sizeMs: 60_000, slideMs: 60_000 }],
  ['hopping windows', { kind: 'hopping', sizeMs: 300_000, slideMs: 60_000 }],
  ['running totals', { kind: 'total' }],
]);

describe('Exactly once', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'exactly-once-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const [name, window] of WINDOWS) {
    it(`counts any history exactly, in ${name}, whatever the split, order, duplicates and crashes`, async () => {
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(history, async (random) => {
          runs += 1;
          const run = new Run(join(folder, `${runs}.db`), rulesFor(window));
          await run.play(random);
          const ledger = await run.ledger();
          await run.close();

          const events = random.messages.flatMap((message) => message.events);
          const malformed = random.messages.reduce((sum, message) => sum + message.malformed, 0);
          expect(printedTotals(run.printed)).to.deep.equal(expectedTotals(events, window));
          expect(imbalanceOf(ledger)).to.deep.equal({ events: 0, messages: 0 });
          expect(ledger.get('counted')?.events).to.equal(events.length);
          expect(ledger.get('dead_lettered:schema_violation')?.events ?? 0).to.equal(malformed);
        }),
        { numRuns: 60 },
      );
    });
  }
});
