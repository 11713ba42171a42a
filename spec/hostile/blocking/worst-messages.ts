import type { WindowSpec } from '../../../lib/window/window-assigner.ts';

/** SQS's limit of a message, in bytes. */
export const BODY_BYTES_MAX = 1_048_576;

const MINUTE_MS = 60_000;
const TUMBLING: WindowSpec = { kind: 'hopping', sizeMs: MINUTE_MS, slideMs: MINUTE_MS };
/** The most windows that the settings let one event belong to: 1,440. */
const DAY_BY_MINUTE: WindowSpec = { kind: 'hopping', sizeMs: 1_440 * MINUTE_MS, slideMs: MINUTE_MS };

export interface WorstMessage {
  readonly body: string;
  readonly window: WindowSpec;
  /** What the ledger says afterwards, in events. */
  readonly counted: number;
  readonly deadLettered: number;
}

/** As many elements as fit into one message. */
function filled(element: (index: number) => string, bytes = BODY_BYTES_MAX): string[] {
  const elements: string[] = [];
  for (let size = 2; ; ) {
    const next = element(elements.length);
    size += next.length + 1;
    if (size > bytes) return elements;
    elements.push(next);
  }
}

/** So long after the first of all events, as a sender writes it. */
function at(offsetMs: number): string {
  return new Date(Date.UTC(2020, 9, 6, 10, 2, 5) + offsetMs).toISOString().slice(0, 19).replace('T', ' ');
}

function event(type: string, value: string, occurredAt = at(0)): string {
  return `{"type":"${type}","value":${value},"occurred_at":"${occurredAt}"}`;
}

function allGood(elements: readonly string[], window = TUMBLING): WorstMessage {
  return { body: `[${elements}]`, window, counted: elements.length, deadLettered: 0 };
}

function allBad(elements: readonly string[]): WorstMessage {
  return { body: `[${elements}]`, window: TUMBLING, counted: 0, deadLettered: elements.length };
}

function one(body: string): WorstMessage {
  return { body, window: TUMBLING, counted: 0, deadLettered: 1 };
}

/** A digit more in each, so that no two types are the same and all are short. */
const typeOf = (index: number) => index.toString(36);

/** One message of each kind that takes the program longest. */
export const WORST_MESSAGES: Readonly<Record<string, () => WorstMessage>> = {
  'an array of minimal events, all good': () => allGood(filled(() => event('a', '1'))),
  'an array of minimal events with long values': () =>
    allGood(filled(() => event('a', '0.1234567890123456789'))),
  'an array of minimal events, all bad': () =>
    allBad(filled(() => '{"type":"a","value":1,"occurred_at":"2020-13-06 10:02:05"}')),
  'an array of the shortest bad events': () => allBad(filled(() => '1')),
  'an array of the longest bad events': () => allBad(filled(() => `"${'\\u0000'.repeat(8_000)}"`)),
  'digits and nothing else': () => one('9'.repeat(BODY_BYTES_MAX)),
  'an event whose value has a million digits': () => {
    const value = `0.${'9'.repeat(BODY_BYTES_MAX - 100)}`;
    return one(event('a', value));
  },
  'nesting and nothing else': () => one('['.repeat(BODY_BYTES_MAX / 2) + ']'.repeat(BODY_BYTES_MAX / 2)),
  'nesting of objects inside an event': () => {
    const depth = Math.floor((BODY_BYTES_MAX - 100) / 6);
    const nested = `${'{"a":'.repeat(depth)}0${'}'.repeat(depth)}`;
    return {
      ...one(`{"type":"a","value":1,"occurred_at":"2020-10-06 10:02:05","more":${nested}}`),
      counted: 1,
      deadLettered: 0,
    };
  },
  'ten thousand types': () =>
    allGood(Array.from({ length: 10_000 }, (_, index) => event(typeOf(index), '0.01'))),
  'more types than a window may hold': () => {
    const elements = filled((index) => event(typeOf(index), '1'));
    return { ...allGood(elements), counted: 10_000, deadLettered: elements.length - 10_000 };
  },
  'an event with as many properties as fit': () => {
    const more = filled((index) => `"${typeOf(index)}":1`, BODY_BYTES_MAX - 100);
    const body = `{"type":"a","value":1.0000000000000000,"occurred_at":"2020-10-06 10:02:05",${more}}`;
    return { body, window: TUMBLING, counted: 1, deadLettered: 0 };
  },
  'the largest and the smallest values in turn': () =>
    allGood(filled((index) => event('a', index % 2 === 0 ? '1e308' : '1e-400'))),
  'a minute of its own for each event': () =>
    allGood(filled((index) => event('a', '1', at(index * MINUTE_MS)))),
  'hopping windows of a day each minute': () =>
    allGood(
      filled(() => event('a', '1')),
      DAY_BY_MINUTE,
    ),
  'hopping windows of a day each minute and ten types': () =>
    allGood(
      filled((index) => event(typeOf(index % 10), '1')),
      DAY_BY_MINUTE,
    ),
  'hopping windows of a day each minute and a hundred types': () =>
    allGood(
      filled((index) => event(typeOf(index % 100), '1')),
      DAY_BY_MINUTE,
    ),
  'hopping windows of a day each minute, each event in another minute': () =>
    allGood(
      filled((index) => event('a', '1', at(index * MINUTE_MS))),
      DAY_BY_MINUTE,
    ),
};
