import { writeFileSync } from 'node:fs';
import { DeleteMessageBatchCommand, GetQueueUrlCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import type { QueueAddress } from '../../lib/source/queue-address.ts';
import { HotStage } from '../support/hot-stage.ts';
import { useTempDirectory } from '../support/temp-directory.ts';

const REGION = 'https://sqs.eu-west-1.amazonaws.com';
const VPC_ENDPOINT = 'https://vpce-1-2.sqs.eu-west-1.vpce.amazonaws.com';
const EMULATOR = 'http://127.0.0.1:4566';

describe('where the hot client sends its calls', () => {
  const inTemp = useTempDirectory();
  const before = { ...process.env };
  beforeEach(() => {
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
    Object.assign(process.env, { AWS_REGION: 'eu-west-1', AWS_CONFIG_FILE: inTemp('none') });
  });
  afterEach(() => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  });

  /** Looks the queue up where it has a name alone, receives twice, and says where each call went and from whom. */
  async function origins(address: QueueAddress, QueueUrl = 'url' in address ? address.url : '') {
    const stage = new HotStage(address);
    if ('name' in address) await stage.hot.send(new GetQueueUrlCommand({ QueueName: address.name }));
    for (let times = 0; times < 2; times += 1) await stage.hot.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(stage.requests.slice(-2).map(({ by }) => by)).to.deep.equal(['sdk', 'hot client']);
    expect(
      stage.requests.map(({ headers, origin }) => `${new URL(origin).protocol}//${headers.host}`),
    ).to.deep.equal(stage.origins);
    return stage.origins;
  }

  it('is for each queue where the SDK went for that queue, whatever it was asked first', async () => {
    const stage = new HotStage({ name: 'events' });
    await stage.hot.send(new GetQueueUrlCommand({ QueueName: 'events-dead-letter' }));
    for (let round = 0; round < 2; round += 1)
      for (const origin of [VPC_ENDPOINT, REGION])
        await stage.hot.send(new ReceiveMessageCommand({ QueueUrl: `${origin}/1/events` }));
    const Entries = [{ Id: 'm', ReceiptHandle: 'r' }];
    await stage.hot.send(new DeleteMessageBatchCommand({ QueueUrl: `${VPC_ENDPOINT}/1/events`, Entries }));
    expect(stage.requests.map(({ by, origin }) => [by, origin])).to.deep.equal([
      ['sdk', REGION],
      ['sdk', VPC_ENDPOINT],
      ['sdk', REGION],
      ['hot client', VPC_ENDPOINT],
      ['hot client', REGION],
      ['hot client', VPC_ENDPOINT],
    ]);
  });

  it('is the host in the queue’s URL, also for what is asked about other queues there', async () => {
    const stage = new HotStage({ url: `${VPC_ENDPOINT}/1/events` });
    await stage.hot.send(new GetQueueUrlCommand({ QueueName: 'events-dead-letter' }));
    expect(stage.origins).to.deep.equal([VPC_ENDPOINT]);
    expect(await origins({ url: `${VPC_ENDPOINT}/1/events` })).to.deep.equal([VPC_ENDPOINT, VPC_ENDPOINT]);
  });

  it('is in the region that the queue’s URL names, and signed for it', async () => {
    const stage = new HotStage({ url: 'https://sqs.us-east-1.amazonaws.com/1/events' });
    const receive = new ReceiveMessageCommand({ QueueUrl: 'https://sqs.us-east-1.amazonaws.com/1/events' });
    for (let times = 0; times < 2; times += 1) await stage.hot.send(receive);
    expect(new Set(stage.origins)).to.deep.equal(new Set(['https://sqs.us-east-1.amazonaws.com']));
    for (const { headers } of stage.requests)
      expect(headers.authorization).to.include('/us-east-1/sqs/aws4_request');
  });

  for (const name of ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SQS'])
    it(`is the endpoint in ${name}, whatever host an emulator's queue URL names`, async () => {
      process.env[name] = EMULATOR;
      expect(await origins({ name: 'events' }, 'http://sqs.emulator/1/events')).to.deep.equal(
        Array(3).fill(EMULATOR),
      );
      expect(await origins({ url: `${REGION}/1/events` })).to.deep.equal(Array(2).fill(EMULATOR));
    });

  it('is the endpoint_url of an AWS profile, too', async () => {
    const path = inTemp('config');
    writeFileSync(path, `[profile local]\nregion = eu-west-1\nendpoint_url = ${EMULATOR}\n`);
    Object.assign(process.env, { AWS_CONFIG_FILE: path, AWS_PROFILE: 'local' });
    expect(await origins({ name: 'events' }, `${REGION}/1/events`)).to.deep.equal(Array(3).fill(EMULATOR));
  });

  const preferred: [string, string][] = [
    ['AWS_USE_FIPS_ENDPOINT', 'https://sqs-fips.us-east-1.amazonaws.com'],
    ['AWS_USE_DUALSTACK_ENDPOINT', 'https://sqs.us-east-1.api.aws'],
  ];
  for (const [name, origin] of preferred)
    it(`is the host that ${name} chooses, and not the other public one in the queue's URL`, async () => {
      Object.assign(process.env, { AWS_REGION: 'us-east-1', [name]: 'true' });
      const url = 'https://sqs.us-east-1.amazonaws.com/1/events';
      expect(await origins({ name: 'events' }, url)).to.deep.equal(Array(3).fill(origin));
      expect(await origins({ url })).to.deep.equal(Array(2).fill(origin));
      expect(await origins({ url: `${VPC_ENDPOINT}/1/events` })).to.deep.equal(Array(2).fill(VPC_ENDPOINT));
    });
});
