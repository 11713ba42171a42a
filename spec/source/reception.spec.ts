import { expect } from 'chai';
import { Reception } from '../../lib/source/reception.ts';
import { errorNamed } from '../support/fake-sqs.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryLog } from '../support/memory-log.ts';

const IDLE_MS = 10_000;
const [A, B] = [{}, {}];

describe('the reception of messages', () => {
  let clock: ManualClock;
  let logged: MemoryLog;
  let reception: Reception;
  const refused = Object.assign(errorNamed('Error', 'connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

  beforeEach(() => {
    clock = new ManualClock();
    logged = new MemoryLog();
    reception = new Reception('events', clock, logged.log);
  });

  const isQuiet = () => reception.isQuiet(IDLE_MS);
  const receive = (poller: object, messages: number) => {
    reception.began();
    reception.ended(poller, messages);
  };
  const fail = (poller: object, error: unknown = refused) => {
    reception.began();
    reception.failed(poller, error);
  };

  it('logs a fault that goes on once a minute, though the wall clock is set back', async () => {
    fail(A);
    clock.step(-86_400_000);
    await clock.advance(59_999);
    fail(A);
    expect(logged.at('error')).to.have.length(1);
    await clock.advance(1);
    fail(A);
    expect(logged.at('error')).to.have.length(2);
  });

  it('says once a minute that messages were not deleted, and not while it says that SQS does not delete', async () => {
    for (const passMs of [0, 59_999, 1]) {
      await clock.advance(passMs);
      reception.notDeleted('outdated');
    }
    expect(logged.at('warn')).to.have.length(2);
    await clock.advance(60_000);
    reception.deleteFailed(A, refused);
    reception.notDeleted('ECONNREFUSED');
    expect(logged.at('warn')).to.have.length(2);
    reception.deleted();
    reception.notDeleted('outdated');
    expect(logged.lines.map(({ level }) => level)).to.deep.equal(['warn', 'warn', 'error', 'info', 'warn']);
  });

  describe('the queue is quiet', () => {
    it('once a long poll has waited for IDLE_TIMEOUT, though it is waiting still', async () => {
      reception.began();
      await clock.advance(IDLE_MS - 1);
      expect(isQuiet()).to.equal(false);
      await clock.advance(1);
      expect(isQuiet()).to.equal(true);
    });

    it('when IDLE_TIMEOUT has passed since the last message, not since the last answer', async () => {
      receive(A, 3);
      await clock.advance(6_000);
      receive(A, 0);
      reception.began();
      await clock.advance(3_999);
      expect(isQuiet()).to.equal(false);
      await clock.advance(1);
      expect(isQuiet()).to.equal(true);
    });

    it('no longer as soon as a message comes', async () => {
      reception.began();
      reception.began();
      await clock.advance(IDLE_MS);
      reception.ended(A, 1);
      expect(isQuiet()).to.equal(false);
    });

    for (const stepMs of [86_400_000, -86_400_000])
      it(`as late as ever when the wall clock is set by ${stepMs} ms meanwhile`, async () => {
        reception.began();
        await clock.advance(IDLE_MS - 1);
        clock.step(stepMs);
        expect(isQuiet()).to.equal(false);
        await clock.advance(1);
        expect(isQuiet()).to.equal(true);
      });

    it('not while nobody asks: every poller may be busy, or held back', async () => {
      receive(A, 0);
      await clock.advance(10 * IDLE_MS);
      expect(isQuiet()).to.equal(false);
    });

    it('not while SQS fails, however long, and not for the pollers that it does answer', async () => {
      fail(A);
      reception.began();
      await clock.advance(10 * IDLE_MS);
      expect(isQuiet()).to.equal(false);
    });

    it('not at once after a fault: messages may have come in meanwhile', async () => {
      reception.began();
      await clock.advance(IDLE_MS);
      fail(B);
      await clock.advance(1_000);
      receive(B, 0);
      expect(isQuiet()).to.equal(false);
      await clock.advance(IDLE_MS);
      expect(isQuiet()).to.equal(true);
    });
  });

  describe('a fault', () => {
    it('is logged once, in one sentence, however many pollers meet it and how often', async () => {
      for (let round = 0; round < 10; round += 1) {
        fail(A);
        fail(B);
        await clock.advance(1_000);
      }
      expect(logged.lines).to.have.length(1);
      expect(logged.at('error')[0]).to.match(/SQS cannot be reached/);
      expect(reception.isFailing).to.equal(true);
    });

    it('that goes on is logged again after a minute', async () => {
      fail(A);
      await clock.advance(59_999);
      fail(A);
      expect(logged.lines).to.have.length(1);
      await clock.advance(1);
      fail(A);
      expect(logged.at('error')).to.have.length(2);
    });

    it('of another kind is logged too', () => {
      fail(A);
      fail(A, errorNamed('AccessDenied', 'User is not authorized'));
      expect(logged.at('error')).to.have.length(2);
      expect(logged.at('error')[1]).to.include('sqs:ReceiveMessage').and.include('"events"');
    });

    it('is over, in one more line, when every poller that met it is answered again', async () => {
      fail(A);
      fail(B);
      fail(B);
      receive(A, 0);
      expect(reception.isFailing).to.equal(true);
      expect(logged.at('info')).to.deep.equal([]);
      receive(B, 0);
      expect(reception.isFailing).to.equal(false);
      expect(logged.lines.map(({ level }) => level)).to.deep.equal(['error', 'info']);
      expect(logged.lines[1]!.details).to.deep.equal({ failures: 3 });
    });

    it('that comes back after a minute is logged anew', async () => {
      for (let round = 0; round < 2; round += 1) {
        fail(A);
        receive(A, 0);
        await clock.advance(60_000);
      }
      expect(logged.lines.map(({ level }) => level)).to.deep.equal(['error', 'info', 'error', 'info']);
    });

    it('wakes everybody who waits for its end with the first answer, each time anew', () => {
      fail(A);
      fail(B);
      const first = reception.recovery;
      expect(first.aborted).to.equal(false);
      receive(A, 0);
      expect(first.aborted).to.equal(true);
      const second = reception.recovery;
      expect(second.aborted).to.equal(false);
      receive(A, 0);
      expect(second.aborted, 'an answer to a poller that was not failing says nothing new').to.equal(false);
      receive(B, 0);
      expect(second.aborted).to.equal(true);
    });
  });
});
