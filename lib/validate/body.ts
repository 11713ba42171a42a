import { messageOf } from '../errors.ts';
import { decimalPlaces } from '../window/decimal.ts';
import type { ExactValue } from '../window/exact-sum.ts';
import { type Event, explainSchemaViolation, isSentEvent, type SentEvent } from './event.ts';
import type { EventTimeParser } from './event-time.ts';
import { elementSources, memberSource } from './json-source.ts';

/** Why something cannot be counted. */
export const REASONS = [
  'invalid_json',
  'schema_violation',
  'in_the_future',
  'too_late',
  'too_many_types',
] as const;
export type Reason = (typeof REASONS)[number];

/** A body, or one element of it, that cannot be counted. */
export interface Rejection {
  readonly reason: Reason;
  /** For people: what is wrong, with the offending value where that helps. */
  readonly detail: string;
  /** Position in the body's array; undefined where the whole body is meant. */
  readonly index: number | undefined;
}

/** Every event of a body is in exactly one of the two lists. */
export interface ParsedBody {
  readonly events: readonly Event[];
  readonly rejections: readonly Rejection[];
}

const DECIMAL_PLACES_MAX = 400;

/**
 * Numbers that a double may not tell apart from what was written: 16 or more digits, or an exponent towards
 * where doubles lose precision. It may also match inside a string, which costs time but not correctness.
 */
const NEEDS_SOURCE = /\d[\d.]{15}|[eE]-\d{3}/;

/** Turns a message body into events. Never throws, whatever the body is. */
export function parseBody(body: string, parseTime: EventTimeParser): ParsedBody {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (error) {
    return rejected('invalid_json', messageOf(error));
  }
  const needsSource = NEEDS_SOURCE.test(body);
  if (!Array.isArray(parsed)) {
    const outcome = parseEvent(parsed, undefined, parseTime, needsSource ? () => body : undefined);
    return 'reason' in outcome
      ? { events: [], rejections: [outcome] }
      : { events: [outcome], rejections: [] };
  }
  if (parsed.length === 0) return rejected('schema_violation', 'the array holds no event');
  const sources = needsSource ? elementSources(body) : undefined;
  const events: Event[] = [];
  const rejections: Rejection[] = [];
  for (let index = 0; index < parsed.length; index += 1) {
    const outcome = parseEvent(parsed[index], index, parseTime, sources && (() => sources[index]!));
    if ('reason' in outcome) rejections.push(outcome);
    else events.push(outcome);
  }
  return { events, rejections };
}

function rejected(reason: Reason, detail: string): ParsedBody {
  return { events: [], rejections: [{ reason, detail, index: undefined }] };
}

/** @param source gives the event's text, where the parsed value may not be what was written */
function parseEvent(
  candidate: unknown,
  index: number | undefined,
  parseTime: EventTimeParser,
  source: (() => string) | undefined,
): Event | Rejection {
  const violation = (detail: string): Rejection => ({ reason: 'schema_violation', detail, index });
  if (typeof candidate !== 'object' || candidate === null || Array.isArray(candidate))
    return violation('an event must be a JSON object');
  if (!isSentEvent(candidate)) return violation(explainUnsent(candidate));
  const timeMs = parseTime(candidate.occurred_at);
  if (timeMs === undefined)
    return violation(
      `occurred_at must be a date and time that exists, such as 2020-10-06 10:02:05, not "${candidate.occurred_at}"`,
    );
  const value = source ? exactValue(source()) : candidate.value;
  if (value === undefined) return violation(`value must have at most ${DECIMAL_PLACES_MAX} decimal places`);
  // A lone surrogate ("\ud800") is no character: UTF-8, and so the state and any reader, would replace it too.
  return { type: candidate.type.toWellFormed(), value, timeMs, index };
}

function explainUnsent(candidate: object): string {
  const { value } = candidate as Partial<SentEvent>;
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
    return 'value must be within the range of a double';
  return explainSchemaViolation(isSentEvent.errors);
}

/** The value as it was written, or undefined when it has too many decimal places. */
function exactValue(source: string): ExactValue | undefined {
  const written = memberSource(source, 'value')!;
  return decimalPlaces(written) <= DECIMAL_PLACES_MAX ? written : undefined;
}
