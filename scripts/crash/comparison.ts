import type { Message } from '@aws-sdk/client-sqs';
import type { Ledger } from '../../lib/state/state-store.ts';
import { imbalanceOf } from '../../lib/window/ledger.ts';
import { attributesOf } from '../../spec/integration/bench.ts';
import { expectedTotals } from '../../spec/property/oracle.ts';
import type { SeenLines } from './seen-lines.ts';
import type { Workload } from './workload.ts';

export interface Evidence {
  readonly lines: SeenLines;
  readonly workload: Workload;
  /** The size of the tumbling windows. */
  readonly windowMs: number;
  readonly ledger: Ledger;
  /** Everything in the dead-letter queue. */
  readonly deadLetters: readonly Message[];
}

/** What was sent beside what came of it, to the event and to the digit; in words, where the two differ. */
export function compare({ lines, workload, windowMs, ledger, deadLetters }: Evidence): string[] {
  const differences = [...lines.faults];
  const expect = (what: string, found: unknown, expected: unknown) => {
    if (found !== expected) differences.push(`${what}: ${found} instead of ${expected}`);
  };

  const expected = expectedTotals(workload.events, { kind: 'hopping', sizeMs: windowMs, slideMs: windowMs });
  const { totals } = lines;
  for (const [key, total] of expected) expect(key, totals.get(key), total);
  for (const key of totals.keys()) if (!expected.has(key)) differences.push(`${key}: never sent`);

  const malformed = workload.malformed.length;
  expect('events counted', ledger.get('counted')?.events ?? 0, workload.events.length);
  expect('events dead-lettered', ledger.get('dead_lettered:invalid_json')?.events ?? 0, malformed);
  const { events, messages } = imbalanceOf(ledger);
  expect('ledger, difference in events', events, 0);
  expect('ledger, difference in messages', messages, 0);

  const bodies = new Set(deadLetters.map(({ Body }) => Body!));
  expect('distinct dead letters', bodies.size, malformed);
  for (const body of workload.malformed)
    if (!bodies.has(body)) differences.push(`no dead letter for "${body}"`);
  const sources = new Set(deadLetters.map((letter) => attributesOf(letter).source_message_id));
  expect('distinct sources of dead letters', sources.size, malformed);
  return differences;
}
