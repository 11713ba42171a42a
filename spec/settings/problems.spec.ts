import { expect } from 'chai';
import { WrongSettings } from '../../lib/errors.ts';
import { readSettings } from '../../lib/settings/settings.ts';

/** Each problem that is found, as one line. */
function problemsOf(env: Record<string, string>): string[] {
  try {
    readSettings(env);
  } catch (error) {
    expect(error).to.be.instanceOf(WrongSettings);
    const [title, ...problems] = (error as Error).message.split('\n');
    expect(title).to.equal('Wrong settings:');
    return problems.map((problem) => problem.trim());
  }
  return [];
}

describe('wrong settings', () => {
  it('are told all at once, each with its name, the value given and what is allowed', () => {
    const problems = problemsOf({
      WINDOW: '5m/2m',
      POLLERS_MAX: '0',
      LOG_LEVEL: 'verbose',
      SQS_CREATE_QUEUES: 'yes',
      WINDWO: '1m',
      SQS_QUEUE_NAME: 'events',
      SQS_DEAD_LETTER_QUEUE_NAME: 'events',
    });
    expect(problems).to.have.members([
      'WINDOW="5m/2m" must be total, a duration (1m), or size/slide (5m/1m) of at most 1440 slides, the slide dividing the size',
      'POLLERS_MAX="0" must be a whole number from 1 to 1000',
      'LOG_LEVEL="verbose" must be error or warn or info or debug',
      'SQS_CREATE_QUEUES="yes" must be true or false',
      'WINDWO="1m" is not a setting; did you mean WINDOW?',
      'SQS_DEAD_LETTER_QUEUE_NAME="events" is the queue that is read; dead letters would come back for ever',
    ]);
  });

  const durations = [
    'MAX_OUT_OF_ORDERNESS',
    'ALLOWED_LATENESS',
    'REVISION_INTERVAL',
    'IDLE_TIMEOUT',
    'MAX_FUTURE_SKEW',
    'COMMIT_LINGER',
    'SHUTDOWN_TIMEOUT',
  ];
  for (const name of durations)
    it(`are durations that are none: ${name}`, () => {
      for (const value of ['10', 's', '-1s', '1.5s', '10 s', '1w', '1M', ' ', '1h30m']) {
        const problems = problemsOf({ [name]: value });
        expect(problems).to.have.length(1);
        expect(problems[0]).to.match(/^\w+="[^"]+" must be a duration.* such as 500ms, 10s, 5m, 2h or 1d$/);
        expect(problems[0]).to.include(`${name}="${value}"`);
      }
    });

  const wrong = new Map([
    [
      'SQS_QUEUE_NAME',
      ['a b', 'a/b', 'events.fifo.fifo', '.fifo', 'é', 'x'.repeat(81), `${'x'.repeat(76)}.fifo`],
    ],
    [
      'SQS_QUEUE_URL',
      [
        'events',
        'ftp://host/events',
        'https://host/',
        'https://host',
        'https://host/a?b',
        'http://',
        'http://me:it"s@sqs/1/events',
        'http://a b@sqs/1/events',
      ],
    ],
    ['SQS_DEAD_LETTER_QUEUE_NAME', ['a b', 'rejects.dlq']],
    ['SQS_DEAD_LETTER_QUEUE_URL', ['rejects', 'https://sqs.test']],
    ['SQS_CREATE_QUEUES', ['TRUE', '1', 'yes']],
    [
      'WINDOW',
      ['0s', '1m/5m', '5m/2m', '5m/0s', '5m/1m/1s', '5m/', '/1m', 'Total', '1d/1s', '1m/30', 'hourly'],
    ],
    ['EVENT_TIME', ['received_at', 'Occurred_at']],
    ['EVENT_TIMEZONE', ['Europe/Nowhere', '+25:00', 'local', 'Z']],
    ['IDLE_TIMEOUT', ['0s', '0ms']],
    ['SHUTDOWN_TIMEOUT', ['0s']],
    ['ALLOWED_LATENESS', ['36526d', '9999999999d']],
    ['MAX_TYPES_PER_WINDOW', ['0', '1000001', '1e3', '10.5', '-1', '0x10']],
    ['DEDUP_RETENTION', ['0s', '59s', '59999ms', '10', '-1h', '1h30m']],
    [
      'STATE_URL',
      [
        'data/state.db',
        'sqlite:',
        'sqlite::memory:',
        'sqlite:file:x?mode=memory',
        'sqlite:file:data/state.db',
        'sqlite:FILE:data/state.db',
        'mysql://host/db',
        'file:data/state.db',
      ],
    ],
    ['POLLERS_MAX', ['0', '1001', '-1', '1.5', 'many', '99999999999999999999']],
    ['HTTP_HOST', ['http://localhost', 'a b']],
    [
      'HTTP_ALLOWED_HOSTS',
      [
        'a b',
        'a.example:8000',
        'http://a.example',
        'a,,b',
        'a,',
        '*.example',
        '-a',
        'ü.example',
        '[::1]',
        'a..b',
      ],
    ],
    ['HTTP_PORT', ['65536', '-1', '80a', 'on', 'OFF']],
    ['LOG_LEVEL', ['INFO', 'silly']],
    ['LOG_FORMAT', ['text']],
  ]);
  for (const [name, values] of wrong)
    it(`are values that are not allowed: ${name}`, () => {
      for (const value of values) {
        const problems = problemsOf({ [name]: value });
        expect(problems, value).to.have.length(1);
        expect(problems[0]).to.include(`${name}="${value}" must be `);
      }
    });

  it('are not the ends of what is allowed', () => {
    const right = {
      POLLERS_MAX: '1000',
      MAX_TYPES_PER_WINDOW: '1000000',
      WINDOW: '1d/1m',
      ALLOWED_LATENESS: '36525d',
      DEDUP_RETENTION: '1m',
      SQS_QUEUE_NAME: `${'x'.repeat(60)}.fifo`,
      SQS_DEAD_LETTER_QUEUE_NAME: 'y'.repeat(80),
    };
    expect(problemsOf(right)).to.deep.equal([]);
  });

  it('are a postgres:// state, which is said to be not there yet', () => {
    for (const url of ['postgres://localhost/state', 'postgresql://localhost/state'])
      expect(problemsOf({ STATE_URL: url })).to.deep.equal([
        `STATE_URL="${url}" must be sqlite: and the path of a file, and neither an SQLite URI (file:…) nor :memory: (postgres:// is not there yet)`,
      ]);
  });

  it('are two names for the one queue', () => {
    const url = 'https://sqs.eu-west-1.amazonaws.com/123456789012/events';
    expect(problemsOf({ SQS_QUEUE_NAME: 'events', SQS_QUEUE_URL: url })).to.deep.equal([
      `SQS_QUEUE_NAME="events" and SQS_QUEUE_URL="${url}" name the queue twice; give one of them`,
    ]);
  });

  it('are two names for the one dead-letter queue', () => {
    const env = {
      SQS_DEAD_LETTER_QUEUE_NAME: 'rejects',
      SQS_DEAD_LETTER_QUEUE_URL: 'https://user:secret@sqs.test/1/rejects',
    };
    expect(problemsOf(env)).to.deep.equal([
      'SQS_DEAD_LETTER_QUEUE_NAME="rejects" and SQS_DEAD_LETTER_QUEUE_URL="https://…@sqs.test/1/rejects" name the dead-letter queue twice; give one of them',
    ]);
  });

  it('are dead letters that would go to the queue that is read, however it is named', () => {
    const loops = [
      { SQS_DEAD_LETTER_QUEUE_NAME: 'hands-on-interview' },
      { SQS_QUEUE_NAME: 'events', SQS_DEAD_LETTER_QUEUE_NAME: 'events' },
      { SQS_QUEUE_URL: 'http://127.0.0.1:4566/000000000000/events', SQS_DEAD_LETTER_QUEUE_NAME: 'events' },
      {
        SQS_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/events',
        SQS_DEAD_LETTER_QUEUE_URL: 'https://vpce-1-2.sqs.eu-west-1.vpce.amazonaws.com/123456789012/events',
      },
    ];
    for (const env of loops) {
      const problems = problemsOf(env);
      expect(problems).to.have.length(1);
      expect(problems[0]).to.match(/^SQS_DEAD_LETTER_QUEUE_(NAME|URL)=".*" is the queue that is read/);
    }
  });
});
