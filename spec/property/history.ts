import fc from 'fast-check';
import type { OracleEvent, OracleValue } from './oracle.ts';

/** A message of a random history. It may hold several events, and be delivered more than once. */
export interface HistoryMessage {
  readonly identity: string;
  readonly body: string;
  readonly events: readonly OracleEvent[];
  /** How many events of the body cannot be counted. */
  readonly malformed: number;
}

/** What happens around one commit. */
export type Incident = 'none' | 'crash before commit' | 'crash after commit' | 'restart';

export interface History {
  readonly messages: readonly HistoryMessage[];
  /** Indexes of messages, batch by batch; every message occurs at least once. */
  readonly batches: ReadonlyArray<readonly number[]>;
  readonly incidents: readonly Incident[];
}

/** 2020-10-06T10:00:00Z */
export const EPOCH_MS = 1_601_978_400_000;
export const SPAN_MS = 600_000;

const value: fc.Arbitrary<OracleValue> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ coefficient: fc.bigInt(-9_999n, 99_999n), scale: fc.constantFrom(0, 1, 2) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ coefficient: fc.bigInt(-(10n ** 15n), 10n ** 15n), scale: fc.nat(15) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ coefficient: fc.bigInt(-(10n ** 40n), 10n ** 40n), scale: fc.nat(400) }),
  },
);

/** The same value in one of the ways in which JSON lets it be written. */
function written({ coefficient, scale }: OracleValue, style: number): string {
  if (style === 0) return `${coefficient}e-${scale}`;
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  const plain = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return `${coefficient < 0n ? '-' : ''}${plain}`;
}

const event = fc.record({
  type: fc.constantFrom('purchase', 'page_view', '__proto__', 'constructor', 'ünï "q"'),
  value,
  timeMs: fc.nat(SPAN_MS).map((offsetMs) => EPOCH_MS + offsetMs),
});
const MALFORMED = [
  '{"type":"x"}',
  '{"type":"x","value":"1","occurred_at":"2020-10-06 10:00:00"}',
  '7',
  'null',
] as const;

const message = fc
  .record({
    events: fc.array(event, { minLength: 1, maxLength: 4 }),
    styles: fc.array(fc.nat(1), { minLength: 4, maxLength: 4 }),
    malformed: fc.array(fc.constantFrom(...MALFORMED), { maxLength: 2 }),
    asObject: fc.boolean(),
  })
  .map(({ events, styles, malformed, asObject }): Omit<HistoryMessage, 'identity'> => {
    const sources = events.map(
      ({ type, value, timeMs }, index) =>
        `{"type":${JSON.stringify(type)},"value":${written(value, styles[index]!)},"occurred_at":"${new Date(timeMs).toISOString()}"}`,
    );
    if (asObject) return { body: sources[0]!, events: events.slice(0, 1), malformed: 0 };
    return { body: `[${[...malformed, ...sources].join(', ')}]`, events, malformed: malformed.length };
  });

const incident = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Incident>('none') },
  { weight: 3, arbitrary: fc.constantFrom<Incident>('crash before commit', 'crash after commit', 'restart') },
);

/** Random events in a random split into messages and batches, in any order, with duplicates and crashes. */
export const history: fc.Arbitrary<History> = fc
  .array(message, { minLength: 1, maxLength: 25 })
  .map((messages) => messages.map((one, index) => ({ ...one, identity: `m${index}` })))
  .chain((messages) => {
    const indexes = messages.map((_, index) => index);
    return fc.record({
      messages: fc.constant(messages),
      batches: fc
        .tuple(
          fc.shuffledSubarray(indexes, { minLength: indexes.length }),
          fc.array(fc.nat(indexes.length - 1), { maxLength: 10 }),
          fc.array(fc.integer({ min: 1, max: 6 }), {
            minLength: indexes.length + 10,
            maxLength: indexes.length + 10,
          }),
        )
        .map(([once, again, sizes]) => cut([...once, ...again], sizes)),
      incidents: fc.array(incident, { minLength: indexes.length + 10, maxLength: indexes.length + 10 }),
    });
  });

function cut(order: readonly number[], sizes: readonly number[]): number[][] {
  const batches: number[][] = [];
  for (let at = 0; at < order.length; ) {
    const size = sizes[batches.length]!;
    batches.push(order.slice(at, at + size));
    at += size;
  }
  return batches;
}
