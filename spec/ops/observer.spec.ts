import { expect } from 'chai';
import { combine, type Observer } from '../../lib/ops/observer.ts';
import { MemoryLog } from '../support/memory-log.ts';

describe('looking on', () => {
  it('tells everybody who wants to know', () => {
    const told: string[] = [];
    const observer = combine(
      [
        { deleted: (count) => told.push(`a ${count}`) },
        { heldUp: () => told.push('b') },
        { deleted: (count) => told.push(`c ${count}`) },
      ],
      new MemoryLog().log,
    );
    observer.deleted(3);
    observer.heldUp();
    observer.released();
    expect(told).to.deep.equal(['a 3', 'c 3', 'b']);
  });

  it('never throws: what fails in there is logged once, and the others are told', () => {
    const logged = new MemoryLog();
    let told = 0;
    const broken: Partial<Observer> = {
      commitBegan: () => {
        throw new Error('a bug');
      },
    };
    const observer = combine([broken, { commitBegan: () => (told += 1) }], logged.log);
    for (let times = 0; times < 3; times += 1) observer.commitBegan();
    expect(told).to.equal(3);
    expect(logged.at('error')).to.deep.equal(['Looking on failed (commitBegan: a bug); counting goes on.']);
  });
});
