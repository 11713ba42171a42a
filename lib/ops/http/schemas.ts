/** What the endpoints answer, for the OpenAPI document; the specs hold every answer against it. */

const count = { type: 'integer', minimum: 0 };
const time = { type: 'string', format: 'date-time' };
const sum = {
  type: 'number',
  description: 'Exact, with all its digits; read it as a decimal where more than 15 of them matter.',
};

function object(properties: Record<string, object>, more: object = {}) {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
    ...more,
  };
}

function orNull({ type, ...schema }: { type: string } & Record<string, unknown>) {
  return { ...schema, type: [type, 'null'] };
}

const tally = object({ events: count, messages: count });
const total = object({ type: { type: 'string' }, count, sum });

export const faultSchema = {
  $id: 'Error',
  ...object({
    error: object({
      status: { type: 'integer' },
      code: { type: 'string' },
      message: { type: 'string' },
      request_id: { type: 'string', description: 'Stands in the log, too.' },
    }),
  }),
};
const fault = (description: string) => ({ description, $ref: 'Error#' });
export const faults = {
  notFound: fault('There is no such thing.'),
  badRequest: fault('The query is wrong; the message says what.'),
  otherHost: fault('The request is for a host that this server is not (HTTP_ALLOWED_HOSTS).'),
  tooLong: fault('No type is that long.'),
  busy: fault('Too much is asked at this moment.'),
  failed: fault('Something went wrong; the log says what.'),
};

const check = object({ ok: { type: 'boolean' }, detail: { type: 'string' } });

export const healthSchema = object(
  { status: { type: 'string', enum: ['ok'] }, version: { type: 'string', description: 'The release.' } },
  { description: 'It is alive.' },
);

export const readinessSchema = object(
  { ready: { type: 'boolean' }, checks: object({ queue: check, store: check, outbox: check }) },
  { description: 'Whether messages get through, and if not, what is in their way.' },
);

export const totalSchema = { ...total, description: 'Everything counted of this type.' };

const statsSchema = object(
  {
    since: { ...time, description: 'When the totals began.' },
    totals: {
      type: 'array',
      items: total,
      description: 'By type. After the first 10,000 types all new ones share the type "".',
    },
    ledger: object({
      received: tally,
      counted: tally,
      duplicate: tally,
      dead_lettered: { type: 'object', additionalProperties: tally, description: 'By reason.' },
      balanced: { type: 'boolean', description: 'received = counted + duplicate + dead_lettered' },
    }),
    watermark: orNull(time),
    watermark_lag_seconds: orNull({ type: 'number' }),
    queue: object({
      name: { type: 'string' },
      reachable: { type: 'boolean' },
      quiet: { type: 'boolean' },
      waiting: orNull(count),
      in_flight: orNull(count),
    }),
    pollers: count,
    open_windows: count,
    outbox: object({ lines: count, dead_letters: count }),
    dead_letter_examples: {
      type: 'array',
      maxItems: 20,
      items: object({
        at: time,
        reason: { type: 'string' },
        detail: { type: 'string' },
        body: { type: 'string', maxLength: 300, description: 'Its beginning.' },
      }),
      description: 'The latest first, of this process.',
    },
  },
  { description: 'What has been counted, and how the pipeline is doing.' },
);

/** What is asked for decides which of the two it is. */
export const statsOrTotalSchema = {
  description:
    'What has been counted, and how the pipeline is doing; with `type`, the running total of that type.',
  anyOf: [statsSchema, total],
};

/** A type's 256 characters are at most 512 UTF-16 units; what is longer is none. */
const type = { type: 'string', maxLength: 1024 };

export const statsQuerySchema = {
  type: 'object',
  properties: { type: { ...type, description: 'Only the running total of this type, which may be empty.' } },
  additionalProperties: false,
};

export const windowsQuerySchema = {
  type: 'object',
  properties: {
    type: { ...type, description: 'Only this type.' },
    from: { ...time, description: 'Only windows that end after this time.' },
    to: { ...time, description: 'Only windows that end at this time or earlier.' },
    limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
    cursor: {
      type: 'string',
      maxLength: 4096,
      description:
        'The `next` of an earlier answer: go on behind it. The other parameters stay as they were.',
    },
  },
  additionalProperties: false,
};

export const windowsSchema = object(
  {
    windows: {
      type: 'array',
      items: object({
        type: { type: 'string' },
        count,
        sum,
        window_start: { ...orNull(time), description: 'Inclusive; null for running totals.' },
        window_end: { ...orNull(time), description: 'Exclusive; null for running totals.' },
        revision: { ...orNull(count), description: 'The last one printed; null before the first.' },
        closed: { type: 'boolean' },
      }),
    },
    next: {
      type: ['string', 'null'],
      description: 'The `cursor` to go on with, since there may be more; null when there is none.',
    },
  },
  { description: 'The window that ends last first, by type within a window.' },
);

/** An answer that is not JSON. */
export function text(contentType: string, description: string) {
  return { description, content: { [contentType]: { schema: { type: 'string' } } } };
}
