import { expect } from 'chai';
import { WrongSettings } from '../../lib/errors.ts';
import { settingNames } from '../../lib/settings/definitions.ts';
import { closestName } from '../../lib/settings/misspelt.ts';
import { readSettings } from '../../lib/settings/settings.ts';

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
});
