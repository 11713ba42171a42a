import { expect } from 'chai';
import { readSettings, type Settings } from '../../lib/settings/settings.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

describe('the settings', () => {
  const defaults: Settings = {
    queue: { name: 'hands-on-interview' },
    deadLetterQueue: { name: 'hands-on-interview-dead-letter' },
    createQueues: false,
    window: { kind: 'hopping', sizeMs: MINUTE_MS, slideMs: MINUTE_MS },
    eventTime: 'occurred_at',
    eventTimezone: 'UTC',
    maxOutOfOrdernessMs: 10_000,
    allowedLatenessMs: DAY_MS,
    revisionIntervalMs: 10_000,
    idleTimeoutMs: 10_000,
    maxFutureSkewMs: 5 * MINUTE_MS,
    maxTypesPerWindow: 10_000,
    statePath: 'data/state.db',
    dedupRetentionMs: 3_600_000,
    pollersMax: 32,
    commitLingerMs: 20,
    httpHost: '127.0.0.1',
    httpPort: 8_000,
    httpAllowedHosts: [],
    shutdownTimeoutMs: 25_000,
    logLevel: 'info',
    logFormat: 'json',
  };

  it("are the Contract's defaults where nothing is given", () => {
    expect(readSettings({})).to.deep.equal(defaults);
  });

  it('are the defaults where the values are empty, as Compose passes them', () => {
    const empty = {
      SQS_QUEUE_NAME: '',
      SQS_QUEUE_URL: '',
      SQS_DEAD_LETTER_QUEUE_NAME: '',
      WINDOW: '',
      STATE_URL: '',
      POLLERS_MAX: '',
      HTTP_PORT: '',
      COMMIT_LINGER: undefined,
    };
    expect(readSettings(empty)).to.deep.equal(defaults);
  });

  it('take no notice of the rest of the environment', () => {
    const others = {
      PATH: '/usr/bin',
      HOME: '/root',
      WINDOWID: '5',
      HTTP_PROXY: 'http://proxy:3128',
      HTTPS_PROXY: 'http://proxy:3128',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:4566',
      ITERATIONS: '5',
      RATE: '50/s',
      SEED: '1',
      NODE_OPTIONS: '--max-old-space-size=512',
    };
    expect(readSettings(others)).to.deep.equal(defaults);
  });

  const given: ReadonlyArray<readonly [string, string, Partial<Settings>]> = [
    ['SQS_CREATE_QUEUES', 'true', { createQueues: true }],
    ['SQS_DEAD_LETTER_QUEUE_NAME', 'rejects', { deadLetterQueue: { name: 'rejects' } }],
    ['WINDOW', 'total', { window: { kind: 'total' } }],
    ['WINDOW', '5m/1m', { window: { kind: 'hopping', sizeMs: 5 * MINUTE_MS, slideMs: MINUTE_MS } }],
    ['EVENT_TIME', 'sent_at', { eventTime: 'sent_at' }],
    ['EVENT_TIMEZONE', 'Europe/Berlin', { eventTimezone: 'Europe/Berlin' }],
    ['EVENT_TIMEZONE', '+02:00', { eventTimezone: '+02:00' }],
    ['MAX_OUT_OF_ORDERNESS', '0s', { maxOutOfOrdernessMs: 0 }],
    ['ALLOWED_LATENESS', '2h', { allowedLatenessMs: 7_200_000 }],
    ['REVISION_INTERVAL', '0ms', { revisionIntervalMs: 0 }],
    ['IDLE_TIMEOUT', '1s', { idleTimeoutMs: 1_000 }],
    ['MAX_FUTURE_SKEW', '1d', { maxFutureSkewMs: DAY_MS }],
    ['MAX_TYPES_PER_WINDOW', '1', { maxTypesPerWindow: 1 }],
    ['STATE_URL', 'sqlite:/data/my state.db', { statePath: '/data/my state.db' }],
    ['DEDUP_RETENTION', '4d', { dedupRetentionMs: 4 * DAY_MS }],
    ['POLLERS_MAX', '1', { pollersMax: 1 }],
    ['COMMIT_LINGER', '500ms', { commitLingerMs: 500 }],
    ['HTTP_HOST', '0.0.0.0', { httpHost: '0.0.0.0' }],
    ['HTTP_HOST', '::1', { httpHost: '::1' }],
    ['HTTP_PORT', '0', { httpPort: 0 }],
    ['HTTP_PORT', '65535', { httpPort: 65_535 }],
    ['HTTP_PORT', 'off', { httpPort: 'off' }],
    ['HTTP_ALLOWED_HOSTS', 'pipeline', { httpAllowedHosts: ['pipeline'] }],
    ['HTTP_ALLOWED_HOSTS', 'A.example., b_c', { httpAllowedHosts: ['A.example.', 'b_c'] }],
    ['SHUTDOWN_TIMEOUT', '1m', { shutdownTimeoutMs: MINUTE_MS }],
    ['LOG_LEVEL', 'debug', { logLevel: 'debug' }],
    ['LOG_FORMAT', 'pretty', { logFormat: 'pretty' }],
  ];
  for (const [name, value, expected] of given)
    it(`take ${name}=${value}, and the defaults for all others`, () => {
      expect(readSettings({ [name]: value })).to.deep.equal({ ...defaults, ...expected });
    });
});

describe('the names of the queues', () => {
  const URL = 'https://sqs.eu-west-1.amazonaws.com/123456789012';
  const cases: ReadonlyArray<readonly [string, Record<string, string>, object, object]> = [
    ['a name', { SQS_QUEUE_NAME: 'events' }, { name: 'events' }, { name: 'events-dead-letter' }],
    [
      'a FIFO name',
      { SQS_QUEUE_NAME: 'events.fifo' },
      { name: 'events.fifo' },
      { name: 'events-dead-letter.fifo' },
    ],
    ['a URL', { SQS_QUEUE_URL: `${URL}/events` }, { url: `${URL}/events` }, { name: 'events-dead-letter' }],
    [
      'the URL of a FIFO queue',
      { SQS_QUEUE_URL: `${URL}/events.fifo` },
      { url: `${URL}/events.fifo` },
      { name: 'events-dead-letter.fifo' },
    ],
    [
      'the URL of an emulator',
      { SQS_QUEUE_URL: 'http://127.0.0.1:4566/000000000000/events' },
      { url: 'http://127.0.0.1:4566/000000000000/events' },
      { name: 'events-dead-letter' },
    ],
    [
      'both names',
      { SQS_QUEUE_NAME: 'events.fifo', SQS_DEAD_LETTER_QUEUE_NAME: 'rejects.fifo' },
      { name: 'events.fifo' },
      { name: 'rejects.fifo' },
    ],
    [
      'both URLs',
      {
        SQS_QUEUE_URL: `${URL}/events`,
        SQS_DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/210987654321/events',
      },
      { url: `${URL}/events` },
      { url: 'https://sqs.us-east-1.amazonaws.com/210987654321/events' },
    ],
  ];
  for (const [name, env, queue, deadLetterQueue] of cases)
    it(`follow from ${name}`, () => {
      expect(readSettings(env)).to.deep.include({ queue, deadLetterQueue });
    });
});
