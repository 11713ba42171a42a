import { SqliteStore } from '../../lib/state/sqlite-store.ts';
import type { Ledger, OutboxDeadLetter } from '../../lib/state/state-store.ts';
import { parseBody } from '../../lib/validate/body.ts';
import { createEventTimeParser } from '../../lib/validate/event-time.ts';
import type { ValidatedMessage } from '../../lib/validate/validate-transform.ts';
import { commit } from '../../lib/window/commit.ts';
import { START_MS } from '../support/manual-clock.ts';
import { rulesWith, timesAt } from '../support/window-rules.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = START_MS + HOUR_MS;
/** Few enough to be exceeded now and then. */
const TYPES_MAX = 5;
const parseTime = createEventTimeParser('UTC');
const rules = rulesWith({
  maxTypesPerWindow: TYPES_MAX,
  allowedLatenessMs: 6 * HOUR_MS,
  revisionIntervalMs: 0,
});

/** What became of a batch of bodies. */
export interface Treatment {
  readonly lines: readonly string[];
  readonly letters: readonly OutboxDeadLetter[];
  readonly ledger: Ledger;
}

/** Takes bodies through the code that the two stages run, in two commits, and prints everything. */
export async function treat(bodies: readonly string[]): Promise<Treatment> {
  const store = new SqliteStore(':memory:');
  try {
    const messages = bodies.map(validated);
    const half = Math.ceil(messages.length / 2);
    const lines: string[] = [];
    const take = async (part: readonly ValidatedMessage[], nowMs: number): Promise<void> => {
      const work = { messages: part, confirmed: [], ...timesAt(nowMs, true) };
      const outcome = await store.transaction((tx) => commit(tx, work, rules));
      lines.push(...outcome.lines.map(({ line }) => line));
      if (outcome.isMoreDue) await take([], nowMs);
    };
    // What the first commit accepts makes old events of the second one too late.
    await take(messages.slice(0, half), NOW_MS);
    await take(messages.slice(half), NOW_MS);
    // An hour later nothing is open any more.
    await take([], NOW_MS + HOUR_MS);
    return { lines, letters: await store.readDeadLetters(0, 1_000_000), ledger: await store.readLedger() };
  } finally {
    await store.close();
  }
}

function validated(body: string, index: number): ValidatedMessage {
  const identity = `message-${index}`;
  return {
    identity,
    messageId: identity,
    body,
    sentAtMs: START_MS,
    requestedMs: START_MS,
    ...parseBody(body, parseTime),
  };
}
