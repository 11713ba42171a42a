import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import { type Answer, HotStage } from '../support/hot-stage.ts';
import { START_MS } from '../support/manual-clock.ts';

const QUEUE_URL = 'https://sqs.eu-west-1.amazonaws.com/1/events';
const RECEIVE = new ReceiveMessageCommand({ QueueUrl: QUEUE_URL });
const HOUR_MS = 3_600_000;

function refusal(name: string, serverMs?: number): Answer {
  return {
    status: 403,
    text: JSON.stringify({ __type: `com.amazon.coral.service#${name}`, message: 'refused' }),
    date: serverMs === undefined ? undefined : new Date(serverMs).toUTCString(),
  };
}

/** Both `20201006T100000Z` and a header's `Tue, 06 Oct 2020 10:00:00 GMT`, as milliseconds. */
function timeOf(amzDate: string | undefined): number {
  return Date.parse(amzDate!.replace(/^(....)(..)(..)T(..)(..)/, '$1-$2-$3T$4:$5:'));
}

describe('what the hot client learns from a refusal', () => {
  let stage: HotStage;
  beforeEach(async () => {
    stage = new HotStage({ url: QUEUE_URL });
    await stage.hot.send(RECEIVE); // by the SDK, to learn where to go
  });

  const receive = () => stage.hot.send(RECEIVE);
  /** Receives, and is refused once. */
  async function receiveRefused(answer: Answer): Promise<void> {
    stage.answer = () => answer;
    const error = await receive().catch((thrown: Error) => thrown);
    expect(error).to.be.an('error').with.property('message', 'refused');
    expect(stage.requests.at(-1)!.by).to.equal('hot client');
    stage.answer = () => ({});
  }
  /** What the latest request says the time is, ahead of this machine's clock. */
  const signedAheadMs = () => timeOf(stage.requests.at(-1)!.headers['x-amz-date']) - stage.clock.nowMs();

  describe('of its time', () => {
    for (const hours of [1, -1])
      it(`is the server's time, ${hours} h from its own, until a refusal says that its own was put right`, async () => {
        await receive();
        expect(signedAheadMs()).to.equal(0);
        await receiveRefused(refusal('RequestTimeTooSkewed', START_MS + hours * HOUR_MS));
        await receive();
        expect(signedAheadMs()).to.equal(hours * HOUR_MS);
        // Somebody puts this machine's clock right: now it is our correction that SQS refuses.
        stage.clock.step(hours * HOUR_MS);
        await receiveRefused(refusal('InvalidSignatureException', stage.clock.nowMs()));
        await receive();
        expect(signedAheadMs()).to.equal(0);
        // … and set wrongly again, to the other side.
        stage.clock.step(hours * HOUR_MS);
        await receiveRefused(refusal('RequestExpired', stage.clock.nowMs() - hours * HOUR_MS));
        await receive();
        expect(signedAheadMs()).to.equal(-hours * HOUR_MS);
      });

    it('is nothing when the refusal is about something else: it may be the clock of a proxy', async () => {
      await receiveRefused(refusal('ServiceUnavailable', START_MS + HOUR_MS));
      await receiveRefused(refusal('AccessDenied', START_MS + HOUR_MS));
      await receive();
      expect(signedAheadMs()).to.equal(0);
    });

    it('stays as it is when the refusal does not tell the time', async () => {
      await receiveRefused(refusal('RequestTimeTooSkewed', START_MS + HOUR_MS));
      await receiveRefused(refusal('RequestTimeTooSkewed'));
      await receiveRefused({ ...refusal('RequestTimeTooSkewed'), date: 'yesterday' });
      await receive();
      expect(signedAheadMs()).to.equal(HOUR_MS);
    });
  });

  describe('of its credentials', () => {
    /** For each time that the SDK fetched credentials: whether it was told to. */
    let fetches: boolean[];
    /** Those fetched from now on expire then. */
    let expiration: Date | undefined;
    beforeEach(async () => {
      fetches = [];
      expiration = undefined;
      stage.sdk.config.credentials = async (identity?: { forceRefresh?: boolean }) => {
        fetches.push(identity?.forceRefresh ?? false);
        const accessKeyId = `AKID${fetches.length}`;
        return { accessKeyId, secretAccessKey: 'secret', ...(expiration ? { expiration } : {}) };
      };
    });

    for (const name of ['ExpiredToken', 'UnrecognizedClientException', 'InvalidClientTokenId'])
      it(`is to fetch new ones, once, after ${name}`, async () => {
        await receive();
        await receiveRefused(refusal(name));
        await receive();
        await receive();
        expect(fetches).to.deep.equal([false, true]);
      });

    it('is not to fetch new ones when they are not what is wrong', async () => {
      await receiveRefused(refusal('AccessDenied'));
      await receiveRefused(refusal('ThrottlingException'));
      await receive();
      expect(fetches).to.deep.equal([false]);
    });

    it('is not needed for those that expire: each call is signed with what the SDK has then', async () => {
      expiration = new Date(0);
      stage.requests.length = 0;
      for (let calls = 0; calls < 3; calls += 1) await receive();
      const keys = stage.requests.map(({ headers }) => /Credential=(\w+)/.exec(headers.authorization!)![1]);
      expect(new Set(keys).size).to.equal(3);
    });
  });
});
