import { expect } from 'chai';
import { RetryLater } from '../../lib/errors.ts';
import { DeadLetterStage } from '../support/dead-letter-stage.ts';
import { errorNamed } from '../support/fake-sqs.ts';
import { settle } from '../support/manual-clock.ts';

const HOUR_MS = 3_600_000;

describe('the sink of dead letters, when something fails,', () => {
  let stage: DeadLetterStage;
  beforeEach(async () => {
    stage = new DeadLetterStage();
    await stage.start();
  });
  afterEach(() => stage.end());

  it('keeps the letters while the queue is missing, and sends them when it has been created', async () => {
    stage.sqs.exists = false;
    await stage.add('one', 'two');
    await stage.clock.advance(HOUR_MS);
    expect(stage.sent).to.deep.equal([]);
    expect(await stage.left()).to.deep.equal(['one', 'two']);
    expect(stage.logged.at('error')).to.have.length(1);
    expect(stage.logged.at('error')[0]).to.match(/"events-dead-letter" does not exist.*results go on/);
    stage.sqs.exists = true;
    await stage.clock.advance(60_000);
    expect(stage.sent.toSorted()).to.deep.equal(['one', 'two']);
    expect(await stage.left()).to.deep.equal([]);
    expect(stage.logged.at('info')).to.have.length(1);
  });

  it('asks ever more rarely while the queue fails, and at least twice a minute or so', async () => {
    stage.sqs.failAlways('send', errorNamed('ServiceUnavailable'));
    await stage.add('one');
    await stage.clock.advance(600_000);
    const before = stage.sqs.callsOf('send').length;
    await stage.clock.advance(600_000);
    expect(stage.sqs.callsOf('send').length - before).to.be.within(9, 45);
  });

  it('finds a queue again that was deleted and created anew', async () => {
    await stage.add('before');
    stage.sqs.failNext('send', errorNamed('QueueDoesNotExist'));
    await stage.add('after');
    await stage.clock.advance(60_000);
    expect(stage.sent).to.deep.equal(['before', 'after']);
    expect(stage.sqs.callsOf('find')).to.have.length(2);
  });

  it('repeats only the entries of a call that failed', async () => {
    stage.sqs.failNext('send', {
      Failed: [{ Id: '2', SenderFault: false, Code: 'InternalError', Message: 'try again' }],
    });
    await stage.add('one', 'two', 'three');
    expect(await stage.left()).to.deep.equal(['two']);
    await stage.clock.advance(60_000);
    expect(stage.sent).to.deep.equal(['one', 'three', 'two']);
    expect(await stage.left()).to.deep.equal([]);
  });

  it('may send again, but never loses, what was sent when the answer got lost', async () => {
    stage.sqs.failNext('send', 'lost answer');
    await stage.add('one');
    expect(await stage.left()).to.deep.equal(['one']);
    await stage.clock.advance(60_000);
    expect(stage.sent).to.deep.equal(['one', 'one']);
    expect(await stage.left()).to.deep.equal([]);
  });

  describe('a letter that the queue refuses', () => {
    const refusal = { Id: '1', SenderFault: true, Code: 'InvalidMessageContents', Message: 'no' };

    it('lets the others pass, stays in the outbox, and is tried again later', async () => {
      stage.sqs.failAlways('send', { Failed: [refusal] });
      await stage.add('refused', ...Array.from({ length: 25 }, (_, index) => `good ${index}`));
      await stage.clock.advance(10_000);
      expect(stage.sent).to.have.length(25);
      expect(await stage.left()).to.deep.equal(['refused']);
      expect(stage.sink.waiting).to.equal(1);
      stage.sqs.failAlways('send', undefined);
      await stage.clock.advance(120_000);
      expect(stage.sent.at(-1)).to.equal('refused');
      expect(await stage.left()).to.deep.equal([]);
    });

    it('is tried again although new letters keep coming', async () => {
      stage.sqs.failNext('send', { Failed: [refusal] }, { Failed: [refusal] });
      await stage.add('refused once or twice');
      for (let second = 0; second < 300; second += 5) {
        await stage.add(`good ${second}`);
        await stage.clock.advance(5_000);
      }
      expect(stage.sent).to.include('refused once or twice');
    });
  });

  it('delivers what it passed over in a fault of the queue although new letters keep coming', async () => {
    stage.sqs.failAlways('send', errorNamed('ServiceUnavailable'));
    const early = Array.from({ length: 20 }, (_, index) => `early ${index}`);
    await stage.add(...early);
    await stage.clock.advance(600_000);
    stage.sqs.failAlways('send', undefined);
    for (let second = 0; second < 300; second += 5) {
      await stage.add(`late ${second}`);
      await stage.clock.advance(5_000);
    }
    expect(stage.sent).to.include.members(early);
    expect(await stage.left()).to.deep.equal([]);
  });

  it('does not send again and again what the queue has, while the outbox cannot be written', async () => {
    stage.faults.push(...Array.from({ length: 5 }, () => new RetryLater('The disk is full.')));
    await stage.add('one');
    await stage.clock.advance(HOUR_MS);
    expect(stage.sent).to.deep.equal(['one']);
    expect(await stage.left()).to.deep.equal([]);
  });

  it('does not blame the queue when the outbox cannot be written', async () => {
    stage.faults.push(new RetryLater('The disk is full.'));
    await stage.add('one');
    expect(stage.logged.at('error').join())
      .to.include('The disk is full.')
      .and.not.include('sqs:SendMessage');
  });

  describe('and it is stopped', () => {
    it('sends what there is before it ends', async () => {
      await stage.commit('one', 'two');
      stage.sink.added(2);
      await stage.sink.stop();
      expect(stage.sent).to.deep.equal(['one', 'two']);
      expect(stage.logged.at('warn')).to.deep.equal([]);
    });

    it('ends after one more failure, keeps what is left and says how much', async () => {
      stage.sqs.failAlways('send', errorNamed('ServiceUnavailable'));
      await stage.add('one', 'two');
      await stage.clock.advance(10_000);
      const before = stage.sqs.callsOf('send').length;
      await stage.sink.stop();
      expect(stage.sqs.callsOf('send').length - before).to.be.at.most(1);
      expect(await stage.left()).to.deep.equal(['one', 'two']);
      expect(stage.logged.at('warn')).to.have.length(1);
      expect(stage.logged.lines.at(-1)!.details).to.deep.equal({ waiting: 2 });
    });

    it('delivers what it had passed over when the queue works again by then', async () => {
      stage.sqs.failAlways('send', errorNamed('ServiceUnavailable'));
      await stage.add('one', 'two', 'three');
      await stage.clock.advance(3_000);
      stage.sqs.failAlways('send', undefined);
      await stage.sink.stop();
      expect(stage.sent.toSorted()).to.deep.equal(['one', 'three', 'two']);
      expect(await stage.left()).to.deep.equal([]);
    });

    it('ends at once when it has nothing to do', async () => {
      await stage.sink.stop();
      await settle();
      expect(stage.sqs.calls).to.deep.equal([]);
      expect(stage.clock.pending).to.equal(0);
    });
  });
});
