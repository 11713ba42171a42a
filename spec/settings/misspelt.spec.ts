import { expect } from 'chai';
import fc from 'fast-check';
import { WrongSettings } from '../../lib/errors.ts';
import { settingNames } from '../../lib/settings/definitions.ts';
import { closestName } from '../../lib/settings/misspelt.ts';
import { ignoredVariables, readSettings } from '../../lib/settings/settings.ts';
import { ENVIRONMENTS, serviceLinks, type Variables } from './environments.ts';

/** The sentences of the error, or none. */
function complaintsOf(env: Variables): string[] {
  try {
    readSettings(env);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

describe('a misspelt setting', () => {
  const meant: ReadonlyArray<readonly [string, string, string]> = [
    ['two letters swapped', 'WINDWO', 'WINDOW'],
    ['a letter too many', 'WINDOWS', 'WINDOW'],
    ['a letter missing', 'WINDW', 'WINDOW'],
    ['a wrong letter', 'WINDOV', 'WINDOW'],
    ['small letters', 'window', 'WINDOW'],
    ['a missing underscore', 'STATEURL', 'STATE_URL'],
    ['two slips in a long name', 'MAX_OUT_OF_ODERNES', 'MAX_OUT_OF_ORDERNESS'],
    ['a swap in a long name', 'SQS_QUEUE_NAEM', 'SQS_QUEUE_NAME'],
    ['a plural', 'POLLERS_MAXS', 'POLLERS_MAX'],
    ['a word missing at its end', 'SQS_QUEUE', 'SQS_QUEUE_NAME'],
    ['a word missing at its beginning', 'QUEUE_NAME', 'SQS_QUEUE_NAME'],
    ['a word missing in a long name', 'SQS_DEAD_LETTER_QUEUE', 'SQS_DEAD_LETTER_QUEUE_NAME'],
    ['an abbreviation', 'SQS_DLQ_NAME', 'SQS_DEAD_LETTER_QUEUE_NAME'],
    ['an abbreviation of its URL', 'DLQ_URL', 'SQS_DEAD_LETTER_QUEUE_URL'],
    ['the abbreviation alone', 'DLQ', 'SQS_DEAD_LETTER_QUEUE_NAME'],
    ['a word too many', 'WINDOW_SIZE', 'WINDOW'],
    ['its unit', 'IDLE_TIMEOUT_MS', 'IDLE_TIMEOUT'],
    ['its last word alone', 'LATENESS', 'ALLOWED_LATENESS'],
    ['its first word alone', 'POLLERS', 'POLLERS_MAX'],
    ['another order', 'MAX_POLLERS', 'POLLERS_MAX'],
    ['another word for the same', 'STATE_PATH', 'STATE_URL'],
    ['queue left out', 'SQS_URL', 'SQS_QUEUE_URL'],
    ['whose queue it is', 'AWS_SQS_QUEUE_NAME', 'SQS_QUEUE_NAME'],
    ['another time zone', 'EVENT_TZ', 'EVENT_TIMEZONE'],
  ];
  for (const [slip, name, known] of meant)
    it(`is recognised by ${slip}: ${name}`, () => {
      expect(closestName(name, settingNames)).to.equal(known);
    });

  for (const name of [
    'WINDOWID',
    'WINDIR',
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'LOGNAME',
    'PATH',
    'HOSTNAME',
    'TZ',
    '',
    '_',
    'QUEUE',
    'QUEUES',
  ])
    it(`is not what "${name}" is taken for`, () => {
      expect(closestName(name, settingNames)).to.equal(undefined);
    });

  it('is taken for the closest of several names', () => {
    expect(closestName('HTTP_PORTS', ['HTTP_HOST', 'HTTP_PORT'])).to.equal('HTTP_PORT');
    expect(closestName('SQS_QUEUE_NAMES', settingNames)).to.equal('SQS_QUEUE_NAME');
  });

  it('stops the start, also beside right ones, and the message names what was meant', () => {
    expect(() => readSettings({ WINDOW: '1m', WINDWO: '5m' })).to.throw(
      WrongSettings,
      'WINDWO="5m" is not a setting; did you mean WINDOW?',
    );
  });

  it('never is a setting itself', () => {
    for (const name of settingNames) expect(closestName(name, settingNames)).to.equal(name);
    expect(() => readSettings({ HTTP_HOST: 'localhost', HTTP_PORT: '1', LOG_LEVEL: 'warn' })).to.not.throw();
  });

  it('is told with all other problems, and with no secret', () => {
    const complaints = complaintsOf({
      QUEUE_NAME: 'orders',
      SQS_QUEUE: 'http://me:word@sqs/0/orders',
      AWS_SECRET_ACCES_KEY: 'abc',
      POLLERS_MAX: '0',
    });
    expect(complaints).to.deep.equal([
      'Wrong settings:',
      '  POLLERS_MAX="0" must be a whole number from 1 to 1000',
      '  QUEUE_NAME="orders" is not a setting; did you mean SQS_QUEUE_NAME?',
      '  SQS_QUEUE="http://…@sqs/0/orders" is not a setting; did you mean SQS_QUEUE_NAME?',
      '  AWS_SECRET_ACCES_KEY="…" is not a setting; did you mean AWS_SECRET_ACCESS_KEY?',
    ]);
  });

  for (const [where, env] of ENVIRONMENTS)
    it(`is nothing that is found in ${where}`, () => {
      expect(complaintsOf(env)).to.deep.equal([]);
    });

  it('is no variable of Kubernetes or Docker, whatever a service is called', () => {
    fc.assert(
      fc.property(serviceLinks, (env) => {
        expect(complaintsOf(env)).to.deep.equal([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is not a name of ours that other software uses for something else; that is ignored, and said', () => {
    expect(readSettings({ HTTP_PORT: 'tcp://10.0.0.1:80' }).httpPort).to.equal(8_000);
    expect(
      ignoredVariables({ HTTP_PORT: 'tcp://10.0.0.1:80', WINDOW: '0', STY: '7.x', LOG_LEVEL: 'info' }),
    ).to.deep.equal([
      'WINDOW="0" was set by other software and is ignored; its default applies.',
      'HTTP_PORT="tcp://10.0.0.1:80" was set by other software and is ignored; its default applies.',
    ]);
    expect(ignoredVariables({ HTTP_PORT: '80', WINDOW: '5m', STY: '7.x' })).to.deep.equal([]);
    expect(complaintsOf({ WINDOW: '0' }), 'without screen').to.have.length(2);
  });
});
