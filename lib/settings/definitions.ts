import { LOG_FORMATS, LOG_LEVELS } from '../log.ts';

/** What a setting's text may look like: a JSON Schema of a string, with the formats of `formats.ts`. */
export interface SettingDefinition {
  readonly default?: string;
  readonly meaning: string;
  readonly schema: Readonly<Record<string, unknown>>;
  /** Completes "must be …" in an error. */
  readonly allowed: string;
}

const DURATION = { schema: { format: 'duration' }, allowed: 'a duration such as 500ms, 10s, 5m, 2h or 1d' };
const POSITIVE_DURATION = {
  schema: { format: 'positive-duration' },
  allowed: 'a duration above zero, such as 500ms, 10s, 5m, 2h or 1d',
};
const QUEUE_NAME = {
  schema: { pattern: '^[A-Za-z0-9_-]{1,80}$|^[A-Za-z0-9_-]{1,75}\\.fifo$' },
  allowed: 'a queue name: 1 to 80 letters, digits, - and _, ending in .fifo for a FIFO queue',
};
const QUEUE_URL = {
  schema: { format: 'queue-url' },
  allowed: 'the URL of a queue, such as https://sqs.eu-west-1.amazonaws.com/123456789012/events',
};

function oneOf(...values: string[]) {
  return { schema: { enum: values }, allowed: values.join(' or ') };
}

function integer(min: number, max: number) {
  return { schema: { format: `integer-${min}-${max}` }, allowed: `a whole number from ${min} to ${max}` };
}

/** Every setting there is: `--help`, the checks and the README's table are made from this. */
export const definitions = {
  SQS_QUEUE_NAME: { default: 'hands-on-interview', meaning: 'the queue to read', ...QUEUE_NAME },
  SQS_QUEUE_URL: {
    meaning: 'the queue to read, in place of its name',
    ...QUEUE_URL,
  },
  SQS_DEAD_LETTER_QUEUE_NAME: {
    default: '<queue>-dead-letter',
    meaning: 'where what cannot be counted goes',
    ...QUEUE_NAME,
  },
  SQS_DEAD_LETTER_QUEUE_URL: {
    meaning: 'the same, in place of its name; also in another region or account',
    ...QUEUE_URL,
  },
  SQS_CREATE_QUEUES: {
    default: 'false',
    meaning: 'create missing queues (local development)',
    ...oneOf('true', 'false'),
  },
  WINDOW: {
    default: '1m',
    meaning: '1m tumbling; 5m/1m hopping (size/slide); total for running totals',
    schema: { format: 'window' },
    allowed:
      'total, a duration (1m), or size/slide (5m/1m) of at most 1440 slides, the slide dividing the size',
  },
  EVENT_TIME: {
    default: 'occurred_at',
    meaning: 'or sent_at: the time SQS received the message',
    ...oneOf('occurred_at', 'sent_at'),
  },
  EVENT_TIMEZONE: {
    default: 'UTC',
    meaning: 'time zone of an occurred_at without one',
    schema: { format: 'timezone' },
    allowed: 'an IANA time zone such as Europe/Berlin, or an offset such as +02:00',
  },
  MAX_OUT_OF_ORDERNESS: {
    default: '10s',
    meaning: 'how far behind the newest event the watermark stays',
    ...DURATION,
  },
  ALLOWED_LATENESS: {
    default: '1d',
    meaning: 'how long a closed window still accepts events',
    ...DURATION,
  },
  REVISION_INTERVAL: {
    default: '10s',
    meaning: 'a revised window (and total) is printed at most this often',
    ...DURATION,
  },
  IDLE_TIMEOUT: {
    default: '10s',
    meaning: 'the queue counts as quiet after this long without a message',
    ...POSITIVE_DURATION,
  },
  MAX_FUTURE_SKEW: {
    default: '5m',
    meaning: 'an event further ahead of the clock is in_the_future',
    ...DURATION,
  },
  MAX_TYPES_PER_WINDOW: {
    default: '10000',
    meaning: 'one more distinct type is too_many_types',
    ...integer(1, 1_000_000),
  },
  STATE_URL: {
    default: 'sqlite:data/state.db',
    meaning: 'where the state is kept: sqlite:PATH',
    schema: { format: 'state-url' },
    allowed:
      'sqlite: and the path of a file, and neither an SQLite URI (file:…) nor :memory: (postgres:// is not there yet)',
  },
  DEDUP_RETENTION: {
    default: '1h',
    meaning: 'how long an identity is kept after SQS confirmed its deletion',
    schema: { format: 'retention' },
    allowed: 'a duration of at least 1m, such as 5m, 2h or 1d',
  },
  POLLERS_MAX: { default: '32', meaning: 'most concurrent receives', ...integer(1, 1_000) },
  COMMIT_LINGER: { default: '20ms', meaning: 'longest wait to gather one commit', ...DURATION },
  HTTP_HOST: {
    default: '127.0.0.1',
    meaning: 'address of the HTTP server',
    schema: { pattern: '^[A-Za-z0-9.:_-]+$' },
    allowed: 'an IP address or host name',
  },
  HTTP_PORT: {
    default: '8000',
    meaning: 'its port; 0 any free one, off none',
    schema: { format: 'port' },
    allowed: 'off or a whole number from 0 to 65535',
  },
  HTTP_ALLOWED_HOSTS: {
    meaning: 'further host names that requests may come for, comma-separated',
    schema: { format: 'host-names' },
    allowed: 'host names without scheme and port, comma-separated, such as counter.example.com,pipeline',
  },
  SHUTDOWN_TIMEOUT: {
    default: '25s',
    meaning: 'longest time that an orderly stop may take',
    ...POSITIVE_DURATION,
  },
  LOG_LEVEL: { default: 'info', meaning: LOG_LEVELS.join(', '), ...oneOf(...LOG_LEVELS) },
  LOG_FORMAT: { default: 'json', meaning: 'json, or pretty for people', ...oneOf(...LOG_FORMATS) },
} as const satisfies Record<string, SettingDefinition>;

export type SettingName = keyof typeof definitions;
export const settingNames = Object.keys(definitions) as SettingName[];

/** What the AWS SDK reads by itself; listed in `--help` and known to the search for misspelt names. */
export const AWS_SETTINGS: ReadonlyMap<string, string> = new Map([
  ['AWS_REGION', 'region of the queue'],
  ['AWS_ENDPOINT_URL', 'another endpoint than AWS, such as an emulator'],
  ['AWS_ENDPOINT_URL_SQS', 'the same, for SQS alone'],
  ['AWS_ACCESS_KEY_ID', 'credentials; roles and profiles work too, as in the AWS SDK'],
  ['AWS_SECRET_ACCESS_KEY', ''],
  ['AWS_SESSION_TOKEN', ''],
  ['AWS_PROFILE', ''],
  ['AWS_CA_BUNDLE', 'PEM file of the authorities to trust, in place of those of Node.js'],
]);

/** Never shown, not even in part. */
export const SECRET_SETTINGS: ReadonlySet<string> = new Set([
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
]);
