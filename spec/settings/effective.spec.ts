import { expect } from 'chai';
import { settingNames } from '../../lib/settings/definitions.ts';
import { effectiveSettings } from '../../lib/settings/effective.ts';
import { readSettings } from '../../lib/settings/settings.ts';

function effective(env: Record<string, string>): Record<string, string> {
  return effectiveSettings(env, readSettings(env));
}

describe('the effective settings', () => {
  it('are every setting, with its default where nothing else is given', () => {
    const settings = effective({ WINDOW: '5m', POLLERS_MAX: '' });
    expect(Object.keys(settings)).to.deep.equal(settingNames);
    expect(settings).to.include({
      WINDOW: '5m',
      POLLERS_MAX: '32',
      ALLOWED_LATENESS: '1d',
      LOG_LEVEL: 'info',
    });
  });

  it('name the queues that follow from other settings', () => {
    expect(effective({ SQS_QUEUE_NAME: 'a.fifo' })).to.include({
      SQS_DEAD_LETTER_QUEUE_NAME: 'a-dead-letter.fifo',
    });
    expect(effective({ SQS_QUEUE_URL: 'https://h/1/orders' })).to.include({
      SQS_QUEUE_NAME: 'orders',
      SQS_QUEUE_URL: 'https://h/1/orders',
      SQS_DEAD_LETTER_QUEUE_NAME: 'orders-dead-letter',
    });
  });

  it('are not what other software means by a name', () => {
    expect(effective({ HTTP_PORT: 'tcp://10.0.0.1:80' })).to.include({ HTTP_PORT: '8000' });
  });

  it('tell what the AWS SDK is given, and no secret', () => {
    const settings = effective({
      SQS_QUEUE_URL: 'http://me:secret@sqs:4566/0/orders',
      AWS_ENDPOINT_URL: 'http://me:secret@sqs:4566',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'secret',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'secret',
    });
    expect(settings).to.include({
      SQS_QUEUE_URL: 'http://…@sqs:4566/0/orders',
      AWS_ENDPOINT_URL: 'http://…@sqs:4566',
      AWS_REGION: 'eu-west-1',
      AWS_SECRET_ACCESS_KEY: '…',
    });
    expect(JSON.stringify(settings)).not.to.include('secret"').and.not.to.include('me:');
  });
});
