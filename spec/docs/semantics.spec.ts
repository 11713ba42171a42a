import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readSettings } from '../../lib/settings/settings.ts';
import { SqliteStore } from '../../lib/state/sqlite-store.ts';
import type { Ledger } from '../../lib/state/state-store.ts';
import { parseBody } from '../../lib/validate/body.ts';
import { createEventTimeParser } from '../../lib/validate/event-time.ts';
import { type CommitRules, commit } from '../../lib/window/commit.ts';
import { watermarkMs } from '../../lib/window/watermark.ts';
import { createWindowAssigner } from '../../lib/window/window-assigner.ts';
import { timesAt } from '../support/window-rules.ts';
import { fencedBlocks } from './markdown.ts';

const DOCUMENT = join(import.meta.dirname, '../../docs/semantics.md');
const STEP =
  /^(?<number>\d+) +(?<clock>\d\d:\d\d:\d\d) +(?:< +(?<identity>\S+) +(?<body>.+)|-|(?<quiet>quiet))$/;
const RESULT = /^ +(?:watermark (?<watermark>.+)|> +(?<line>.+)|! +(?<reason>.+))$/;
const parseTime = createEventTimeParser('UTC');

/** What comes of a step. */
interface Results {
  readonly watermark: string[];
  readonly lines: string[];
  readonly reasons: string[];
}

interface Step {
  readonly title: string;
  readonly nowMs: number;
  readonly message: { readonly identity: string; readonly body: string } | undefined;
  readonly isQuiet: boolean;
  readonly results: Results;
}

function readSteps(markdown: string): Step[] {
  const steps: Step[] = [];
  for (const text of fencedBlocks(markdown, 'example').join('\n').split('\n')) {
    const step = STEP.exec(text)?.groups;
    const result = RESULT.exec(text)?.groups;
    if (!step && !result) throw new Error(`not understood: ${text}`);
    if (step)
      steps.push({
        title: `step ${step.number} at ${step.clock}`,
        nowMs: Date.parse(`2020-10-06T${step.clock}Z`),
        message: step.identity ? { identity: step.identity, body: step.body! } : undefined,
        isQuiet: step.quiet !== undefined,
        results: { watermark: [], lines: [], reasons: [] },
      });
    const { results } = steps.at(-1)!;
    if (result?.watermark) results.watermark.push(result.watermark);
    if (result?.line) results.lines.push(result.line);
    if (result?.reason) results.reasons.push(result.reason);
  }
  return steps;
}

function rulesOf(markdown: string): CommitRules {
  const settings = readSettings(JSON.parse(fencedBlocks(markdown, 'json settings').join()));
  return {
    ...settings,
    assign: createWindowAssigner(settings.window),
    queueRetentionMs: 345_600_000,
    sourceQueue: 'events',
  };
}

/** One step, as one commit; what was printed and dead-lettered is what the outbox holds. */
async function play({ nowMs, message, isQuiet }: Step, store: SqliteStore, rules: CommitRules) {
  const messages = message
    ? [
        {
          ...message,
          messageId: message.identity,
          sentAtMs: nowMs,
          requestedMs: nowMs,
          ...parseBody(message.body, parseTime),
        },
      ]
    : [];
  const progress = await store.transaction(async (tx) => {
    await commit(tx, { messages, confirmed: [], ...timesAt(nowMs, isQuiet) }, rules);
    return tx.readProgress();
  });
  const lines = await store.readLines(0, 100);
  await store.removeLines(lines.at(-1)?.seq ?? 0);
  const letters = await store.readDeadLetters(0, 100);
  await store.removeDeadLetters(letters.map(({ seq }) => seq));
  return {
    watermark: [new Date(watermarkMs(progress, rules)).toISOString().slice(11, 19)],
    lines: lines.map(({ line }) => line),
    reasons: letters.map(({ attributes }) => attributes.reason!),
  };
}

describe('docs/semantics.md', () => {
  const markdown = readFileSync(DOCUMENT, 'utf8');
  const steps = readSteps(markdown);
  const expectedLedger = new Map(
    Object.entries(JSON.parse(fencedBlocks(markdown, 'json ledger').join())),
  ) as Ledger;
  const played: Array<Awaited<ReturnType<typeof play>>> = [];
  let ledger: Ledger;
  before(async () => {
    const rules = rulesOf(markdown);
    const store = new SqliteStore(':memory:');
    for (const step of steps) played.push(await play(step, store, rules));
    ledger = await store.readLedger();
    await store.close();
  });

  it('has an example in which lines are printed, revised and dead-lettered', () => {
    const results = steps.map((step) => step.results);
    expect(results.flatMap(({ lines }) => lines)).to.have.length.above(5);
    expect(results.flatMap(({ lines }) => lines).join('\n')).to.include('"revision":2}');
    expect(new Set(results.flatMap(({ reasons }) => reasons))).to.have.length(4);
  });

  for (const [index, { title, results }] of steps.entries())
    it(`prints in ${title} exactly what the document says`, () => {
      expect(played[index]).to.deep.equal(results);
    });

  it('leaves the ledger that the document shows', () => {
    expect(ledger).to.deep.equal(expectedLedger);
  });
});
