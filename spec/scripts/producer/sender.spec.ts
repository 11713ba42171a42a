import type { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import fc from 'fast-check';
import { WrongSettings } from '../../../lib/errors.ts';
import { BATCH_BYTES_MAX, packBatches, sizeBytes } from '../../../scripts/producer/batch.ts';
import { fromFile, type Message } from '../../../scripts/producer/message.ts';
import { scenario } from '../../../scripts/producer/scenario.ts';
import { Sender } from '../../../scripts/producer/sender.ts';
import { Tally } from '../../../scripts/producer/summary.ts';
import { ingredientsOf, leapingClock, listeningLog } from '../ingredients.ts';

type Call = SendMessageBatchCommand['input'];
type Answer = { Successful?: object[]; Failed?: object[] };

function messageOfBytes(bytes: number): Message {
  const ingredients = ingredientsOf(1);
  return fromFile('x'.repeat(bytes - sizeBytes(fromFile('', 1, ingredients))), 1, ingredientsOf(1));
}

/** Sends one round of the scenario to an SQS that answers as told. */
async function sendScenario(
  answer: (call: Call, calls: number, stop: AbortController) => Answer | Error,
  queueUrl = 'http://sqs/0/q',
) {
  const calls: Call[] = [];
  const stop = new AbortController();
  const sqs = {
    async send({ input }: SendMessageBatchCommand) {
      calls.push(input);
      const given = answer(input, calls.length, stop);
      if (given instanceof Error) throw given;
      return given;
    },
  } as unknown as SQSClient;
  const tally = new Tally(1);
  const { log, lines } = listeningLog();
  const deps = { sqs, queueUrl, clock: leapingClock(), log, signal: stop.signal };
  const fault = await new Sender(deps, tally)
    .send(scenario(ingredientsOf(1)))
    .catch((error: unknown) => error);
  return { calls, lines, fault, summary: tally.summary() };
}

const taken = ({ Entries }: Call): Answer => ({ Successful: Entries!.map(({ Id }) => ({ Id })) });
const idsOf = (call: Call) =>
  call.Entries!.map(({ MessageAttributes }) => MessageAttributes!.dedup_id!.StringValue);

describe('packBatches', () => {
  it('stays within 10 messages and 1 MiB, keeps the order and starts no batch without need', () => {
    const sizes = fc.array(
      fc.oneof(fc.integer({ min: 100, max: 500 }), fc.integer({ min: 100, max: BATCH_BYTES_MAX })),
    );
    fc.assert(
      fc.property(sizes, (bytes) => {
        const messages = bytes.map(messageOfBytes);
        const batches = packBatches(messages);
        expect(batches.flat()).to.deep.equal(messages);
        const totals = batches.map((batch) =>
          batch.reduce((total, message) => total + sizeBytes(message), 0),
        );
        for (const [index, batch] of batches.entries()) {
          expect(batch).to.have.lengthOf.within(1, 10);
          expect(totals[index]).to.be.at.most(BATCH_BYTES_MAX);
          const next = batches[index + 1]?.[0];
          if (next && batch.length < 10)
            expect(totals[index]! + sizeBytes(next)).to.be.above(BATCH_BYTES_MAX);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('the sender', () => {
  it('sends 27 messages in three calls and counts them by kind', async () => {
    const { calls, summary, fault } = await sendScenario(taken);
    expect(fault).to.equal(undefined);
    expect(calls.map(({ Entries }) => Entries!.length)).to.deep.equal([10, 10, 7]);
    expect(summary).to.deep.include({ messages: 27, events: 27, resent: 0, refused: 0, unconfirmed: 0 });
    expect(summary.expected.counted).to.deep.equal({ events: 20, messages: 20 });
    expect(summary.expected['dead_lettered:schema_violation']).to.deep.equal({ events: 7, messages: 7 });
  });

  it('sends again only what SQS did not take of a batch', async () => {
    const { calls, summary } = await sendScenario((call, count) =>
      count === 1
        ? { Successful: [{ Id: '0' }, { Id: '2' }], Failed: failed(call, ['0', '2'], false) }
        : taken(call),
    );
    expect(idsOf(calls[1]!)).to.deep.equal(idsOf(calls[0]!).filter((_, index) => index !== 0 && index !== 2));
    expect(summary).to.include({ messages: 27, resent: 0, refused: 0 });
  });

  it('does not repeat what SQS refuses for good; it counts and logs it', async () => {
    const { calls, lines, summary } = await sendScenario((call, count) =>
      count === 1 ? { Failed: failed(call, [], true) } : taken(call),
    );
    expect(calls).to.have.length(3);
    expect(summary).to.include({ messages: 17, refused: 10 });
    expect(lines.filter(({ level }) => level === 'error')).to.have.length(10);
  });

  it('repeats a call without an answer, with the same identities, and says how many may be there twice', async () => {
    const hangUp = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    const { calls, summary } = await sendScenario((call, count) => (count === 2 ? hangUp : taken(call)));
    expect(idsOf(calls[2]!)).to.deep.equal(idsOf(calls[1]!));
    expect(summary).to.include({ messages: 27, resent: 10 });
  });

  it('waits with growing pauses, but not for ever, when SQS stays away', async () => {
    const { calls, lines, summary, fault } = await sendScenario(() =>
      Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
    );
    expect(calls).to.have.length(12);
    const delaysMs = lines.map(({ details }) => (details as { delayMs: number }).delayMs);
    expect(delaysMs[0]).to.be.within(100, 200);
    expect(Math.max(...delaysMs)).to.be.within(5_000, 10_000);
    expect(fault)
      .to.be.an('error')
      .with.property('message')
      .that.matches(/^SQS cannot be reached/);
    expect(summary).to.include({ messages: 0, unconfirmed: 10 });
  });

  it('gives up at once, with one sentence, on what no waiting cures', async () => {
    const { calls, fault } = await sendScenario(() =>
      Object.assign(new Error('no such queue'), {
        name: 'QueueDoesNotExist',
        $metadata: { httpStatusCode: 400 },
      }),
    );
    expect(calls).to.have.length(1);
    expect(fault).to.be.instanceOf(WrongSettings);
  });

  it('stops at the signal: it confirms the call under way and begins no other', async () => {
    const { calls, fault, summary } = await sendScenario((call, _count, stop) => {
      stop.abort();
      return taken(call);
    });
    expect(fault).to.equal(undefined);
    expect(calls).to.have.length(1);
    expect(summary).to.include({ messages: 10, unconfirmed: 0 });
  });

  it('does not repeat after the signal; what was without an answer is unconfirmed', async () => {
    const { calls, fault, summary } = await sendScenario((_call, _count, stop) => {
      stop.abort();
      return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    });
    expect(fault).to.equal(undefined);
    expect(calls).to.have.length(1);
    expect(summary).to.include({ messages: 0, unconfirmed: 10 });
  });

  it('gives a FIFO queue groups, and identities of its own for duplicates', async () => {
    const { calls } = await sendScenario(taken, 'http://sqs/0/q.fifo');
    const entries = calls.flatMap(({ Entries }) => Entries!);
    expect(new Set(entries.map(({ MessageDeduplicationId }) => MessageDeduplicationId)).size).to.equal(27);
    for (const { MessageGroupId } of entries) expect(MessageGroupId).to.match(/^group-\d$/);
  });
});

function failed({ Entries }: Call, except: string[], SenderFault: boolean): object[] {
  return Entries!
    .filter(({ Id }) => !except.includes(Id!))
    .map(({ Id }) => ({ Id, SenderFault, Code: 'Code' }));
}
