import { expect } from 'chai';
import { helpText } from '../../lib/settings/help.ts';

const help = helpText();

describe('the help', () => {
  const contract = new Map([
    ['SQS_QUEUE_NAME', 'hands-on-interview'],
    ['SQS_QUEUE_URL', ''],
    ['SQS_DEAD_LETTER_QUEUE_NAME', '<queue>-dead-letter'],
    ['SQS_DEAD_LETTER_QUEUE_URL', ''],
    ['SQS_CREATE_QUEUES', 'false'],
    ['AWS_REGION', ''],
    ['AWS_ENDPOINT_URL', ''],
    ['AWS_ENDPOINT_URL_SQS', ''],
    ['WINDOW', '1m'],
    ['EVENT_TIME', 'occurred_at'],
    ['EVENT_TIMEZONE', 'UTC'],
    ['MAX_OUT_OF_ORDERNESS', '10s'],
    ['ALLOWED_LATENESS', '1d'],
    ['REVISION_INTERVAL', '10s'],
    ['IDLE_TIMEOUT', '10s'],
    ['MAX_FUTURE_SKEW', '5m'],
    ['MAX_TYPES_PER_WINDOW', '10000'],
    ['STATE_URL', 'sqlite:data/state.db'],
    ['DEDUP_RETENTION', '1h'],
    ['POLLERS_MAX', '32'],
    ['COMMIT_LINGER', '20ms'],
    ['HTTP_HOST', '127.0.0.1'],
    ['HTTP_PORT', '8000'],
    ['HTTP_ALLOWED_HOSTS', ''],
    ['SHUTDOWN_TIMEOUT', '25s'],
    ['LOG_LEVEL', 'info'],
    ['LOG_FORMAT', 'json'],
  ]);
  for (const [name, byDefault] of contract)
    it(`lists ${name} with its default and meaning`, () => {
      const line = help.split('\n').find((text) => text.trimStart().startsWith(`${name} `));
      expect(line, name).to.not.equal(undefined);
      const [shownDefault, meaning] = line!.trim().slice(name.length).trim().split(/ {2,}/);
      if (byDefault) {
        expect(shownDefault).to.equal(byDefault);
        expect(meaning ?? '').to.match(/\w{2}/);
      }
    });

  it('lists how to start, the exit codes and where logs go', () => {
    for (const text of [
      'node lib/main.ts',
      '--check',
      '--version',
      '--help',
      'stdout',
      'stderr',
      '0 stopped',
      '1 a fault',
      '2 wrong',
    ])
      expect(help).to.include(text);
  });

  it('has no line that ends in space or does not fit a terminal of 120 columns', () => {
    expect(help.endsWith('.\n')).to.equal(true);
    for (const line of help.split('\n')) expect(line).to.match(/^(?:.{0,119}\S)?$/u);
  });
});
