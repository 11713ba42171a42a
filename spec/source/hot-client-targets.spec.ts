import { DeleteMessageBatchCommand, GetQueueUrlCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import { HotStage } from '../support/hot-stage.ts';

const REGION = 'https://sqs.eu-west-1.amazonaws.com';
const VPC_ENDPOINT = 'https://vpce-1-2.sqs.eu-west-1.vpce.amazonaws.com';

describe('where the hot client sends its calls', () => {
  const receiveFrom = (stage: HotStage, QueueUrl: string) =>
    stage.hot.send(new ReceiveMessageCommand({ QueueUrl }));

  it('is for each queue where the SDK went for that queue, whatever it was asked first', async () => {
    const stage = new HotStage({ logger: { debug() {}, info() {}, warn() {}, error() {} } });
    await stage.hot.send(new GetQueueUrlCommand({ QueueName: 'events-dead-letter' }));
    for (let round = 0; round < 2; round += 1)
      for (const origin of [VPC_ENDPOINT, REGION]) await receiveFrom(stage, `${origin}/1/events`);
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
    const hosts = stage.requests.map(({ headers }) => `https://${headers.host}`);
    expect(hosts).to.deep.equal(stage.origins);
  });
});
