import type { LedgerEntry } from '../../lib/state/state-store.ts';
import { EVENT_KINDS, type EventKind, type Message, type MessageKind } from './message.ts';

/** What was sent and taken by SQS; the last log line of the producer. */
export interface Summary {
  /** Give it as SEED to send the same again. */
  readonly seed: number;
  readonly messages: number;
  readonly messagesByKind: Readonly<Record<MessageKind, number>>;
  /** As the ledger counts them: an unreadable or duplicate message is one. */
  readonly events: number;
  readonly eventsByKind: Readonly<Record<EventKind, number>>;
  readonly expected: Expected;
  /**
   * Sent again because SQS gave no answer. The first try may have arrived all the same, so `received` and
   * `duplicate` in the ledger may be higher than expected by up to this many.
   */
  readonly resent: number;
  /** Refused by SQS for good, such as a body above 1 MiB. Not sent, in no other number. */
  readonly refused: number;
  /** SQS had not confirmed these when the producer stopped: each was sent or not. In no other number. */
  readonly unconfirmed: number;
}

/**
 * What the pipeline's ledger should say about all of this, entry for entry, in events and in messages, so that
 * the two can be set side by side. `late` events are expected to be counted, as they are while ALLOWED_LATENESS
 * is more than an hour. `unknown` is the user's file: it is received, then counted or dead-lettered as it deserves.
 */
export type Expected = Readonly<
  Record<ExpectedEntry, { readonly events: number; readonly messages: number }>
>;

const EXPECTED_ENTRIES = [
  'received',
  'counted',
  'duplicate',
  'dead_lettered:invalid_json',
  'dead_lettered:schema_violation',
  'unknown',
] as const satisfies readonly (LedgerEntry | 'unknown')[];
type ExpectedEntry = (typeof EXPECTED_ENTRIES)[number];

const EXPECTED_OF_KIND: Readonly<Record<EventKind, ExpectedEntry>> = {
  good: 'counted',
  late: 'counted',
  missing_field: 'dead_lettered:schema_violation',
  wrong_type: 'dead_lettered:schema_violation',
  broken_json: 'dead_lettered:invalid_json',
  duplicate: 'duplicate',
  from_file: 'unknown',
};

/** Counts what SQS has confirmed. */
export class Tally {
  readonly #seed: number;
  readonly #messages = countsOf<MessageKind>([...EVENT_KINDS, 'array']);
  readonly #events = countsOf<EventKind>(EVENT_KINDS);
  readonly #expectedEvents = countsOf(EXPECTED_ENTRIES);
  readonly #expectedMessages = countsOf(EXPECTED_ENTRIES);
  resent = 0;
  refused = 0;
  unconfirmed = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  sent({ kind, contents }: Message): void {
    add(this.#messages, kind);
    for (const event of contents) add(this.#events, event);
    const entries = contents.map((event) => EXPECTED_OF_KIND[event]);
    add(this.#expectedMessages, 'received');
    add(this.#expectedEvents, 'received', contents.length);
    for (const entry of entries) add(this.#expectedEvents, entry);
    // As a message it is counted when any of it is; else it goes by the first thing that is wrong with it.
    add(this.#expectedMessages, entries.find((entry) => entry === 'counted') ?? entries[0]!);
  }

  summary(): Summary {
    const expected = EXPECTED_ENTRIES.map((entry) => [
      entry,
      { events: this.#expectedEvents.get(entry)!, messages: this.#expectedMessages.get(entry)! },
    ]);
    return {
      seed: this.#seed,
      messages: this.#expectedMessages.get('received')!,
      messagesByKind: Object.fromEntries(this.#messages) as Record<MessageKind, number>,
      events: this.#expectedEvents.get('received')!,
      eventsByKind: Object.fromEntries(this.#events) as Record<EventKind, number>,
      expected: Object.fromEntries(expected) as Expected,
      resent: this.resent,
      refused: this.refused,
      unconfirmed: this.unconfirmed,
    };
  }
}

/** Every name is there from the start, at 0: whoever reads a summary need not know which may be absent. */
function countsOf<Name>(names: readonly Name[]): Map<Name, number> {
  return new Map(names.map((name) => [name, 0]));
}

function add<Name>(counts: Map<Name, number>, name: Name, count = 1): void {
  counts.set(name, counts.get(name)! + count);
}
