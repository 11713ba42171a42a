import { Ajv, type ErrorObject } from 'ajv';
import type { ExactValue } from '../window/exact-sum.ts';

/** One thing that happened, ready to be counted. */
export interface Event {
  readonly type: string;
  readonly value: ExactValue;
  /** Event time, in milliseconds since the Unix epoch. */
  readonly timeMs: number;
  /** Position in the body's array; undefined where the body is the event itself. */
  readonly index: number | undefined;
}

/** An event as it is sent. `value` has further bounds that no schema can state; see `body.ts`. */
export interface SentEvent {
  readonly type: string;
  readonly value: number;
  readonly occurred_at: string;
}

export const eventSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Event',
  type: 'object',
  required: ['type', 'value', 'occurred_at'],
  properties: {
    type: { type: 'string', minLength: 1, maxLength: 256 },
    value: { type: 'number' },
    occurred_at: { type: 'string' },
  },
} as const;

/** Compiled once; it is called for every event. */
export const isSentEvent = new Ajv().compile<SentEvent>(eventSchema);

/** Says in words which rule the event breaks: `value must be number`. */
export function explainSchemaViolation(errors: ErrorObject[] | null | undefined): string {
  const error = errors?.[0];
  if (!error) return 'does not match the schema of an event';
  return `${error.instancePath.slice(1) || 'the event'} ${error.message ?? error.keyword}`;
}
