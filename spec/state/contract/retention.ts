import { expect } from 'chai';
import type { Subject } from './subject.ts';

const RETENTION = { clockMs: 2, fenceMs: 1 };

export function describeRetention(subject: Subject): void {
  describe('what it remembers of time', () => {
    it('begins at zero', async () => {
      const expected = { clockMs: 0, fenceMs: 0 };
      expect(await subject.store.readRetention()).to.deep.equal(expected);
    });

    it('is what was written last, also for the next process', async () => {
      await subject.tx((tx) => tx.writeRetention({ ...RETENTION, fenceMs: 0 }));
      await subject.tx((tx) => tx.writeRetention(RETENTION));
      expect(await subject.tx((tx) => tx.readRetention())).to.deep.equal(RETENTION);
      await subject.reopen();
      expect(await subject.store.readRetention()).to.deep.equal(RETENTION);
    });
  });

  describe('its queue', () => {
    const receive = () =>
      subject.tx((tx) => tx.addToLedger(new Map([['received', { events: 1, messages: 1 }]])));

    it('is nobody’s while nothing was received, and may be another one until then', async () => {
      expect(await subject.store.readQueueArn()).to.equal(undefined);
      await subject.store.writeQueueArn('arn:a');
      expect(await subject.store.readQueueArn()).to.equal(undefined);
      await subject.store.writeQueueArn('arn:b');
      await receive();
      expect(await subject.store.readQueueArn()).to.equal('arn:b');
    });

    it('is unknown where it was filled before queues were remembered, and then the one that is written', async () => {
      await receive();
      expect(await subject.store.readQueueArn()).to.equal(undefined);
      await subject.store.writeQueueArn('arn:a');
      await subject.reopen();
      expect(await subject.store.readQueueArn()).to.equal('arn:a');
    });
  });
}
