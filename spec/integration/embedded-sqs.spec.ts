import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { expect } from 'chai';
import { type EmbeddedSqs, spawnEmbeddedSqs, startEmbeddedSqs } from '../../scripts/embedded-sqs.ts';

const health = async (endpoint: string) => (await fetch(`${endpoint}/health`)).status;

/** The request is on its way when this resolves. Not the AWS SDK, which does not tell when that is. */
async function begin(endpoint: string, action: string, input: object): Promise<ClientRequest> {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` };
  const begun = request(endpoint, { method: 'POST', headers }).end(JSON.stringify(input));
  await once(begun, 'finish');
  return begun;
}

async function forked(): Promise<{ child: ChildProcess; endpoint: string }> {
  const child = fork('scripts/embedded-sqs.ts', { execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const [endpoint] = (await once(child, 'message')) as [string];
  return { child, endpoint };
}

describe('the embedded SQS', () => {
  const kinds: [string, () => Promise<EmbeddedSqs>][] = [
    ['in this process', startEmbeddedSqs],
    ['in a process of its own', spawnEmbeddedSqs],
  ];
  for (const [name, start] of kinds)
    it(`${name} listens on loopback and stops at once, open long polls or not`, async () => {
      const { endpoint, stop } = await start();
      expect(endpoint).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
      const created = await begin(endpoint, 'CreateQueue', { QueueName: 'polled' });
      const [answer] = await once(created, 'response');
      expect(answer.resume().statusCode).to.equal(200);
      const QueueUrl = `${endpoint}/000000000000/polled`;
      const poll = await begin(endpoint, 'ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20 });
      const cutOff = once(poll, 'response').catch((error: unknown) => error);
      // The emulator answers a request that came after the poll, so it has the poll too.
      expect(await health(endpoint)).to.equal(200);
      await stop();
      // A long poll that was waited for would have been answered.
      expect(await cutOff).to.be.an('error');
      expect(await health(endpoint).catch(() => 'gone')).to.equal('gone');
    });

  it('stays for its parent through Ctrl-C, which reaches the whole process group', async () => {
    const { child, endpoint } = await forked();
    child.kill('SIGINT');
    expect(await health(endpoint)).to.equal(200);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).to.deep.equal([0, null]);
  });

  it('does not outlive a parent that was killed', async () => {
    const { child } = await forked();
    child.disconnect();
    expect(await once(child, 'exit')).to.deep.equal([0, null]);
  });

  it('says so when its port is taken', async () => {
    const first = await startEmbeddedSqs();
    const port = Number(new URL(first.endpoint).port);
    const fault = await startEmbeddedSqs({ port }).catch((error: unknown) => error);
    expect(fault).to.be.an('error').with.property('message').that.includes('EADDRINUSE');
    await first.stop();
  });
});
