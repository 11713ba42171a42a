import { expect } from 'chai';
import { Gate } from '../../lib/source/gate.ts';
import { settle } from '../support/manual-clock.ts';

describe('a gate', () => {
  const forever = new AbortController().signal;

  /** Sends so many through; tells how many have passed by now. */
  function pass(gate: Gate, count: number, signal = forever): () => Promise<number> {
    let passed = 0;
    for (let index = 0; index < count; index += 1)
      gate.passed(signal).then(() => {
        passed += 1;
      });
    return async () => {
      await settle();
      return passed;
    };
  }

  it('is open at first and lets everybody pass', async () => {
    const gate = new Gate();
    expect(gate.isOpen).to.equal(true);
    expect(await pass(gate, 3)()).to.equal(3);
  });

  it('holds everybody back while it is closed, and lets them all pass when it opens', async () => {
    const gate = new Gate();
    gate.close();
    expect(gate.isOpen).to.equal(false);
    const passed = pass(gate, 3);
    expect(await passed()).to.equal(0);
    gate.open();
    expect(await passed()).to.equal(3);
    expect(gate.isOpen).to.equal(true);
  });

  it('holds back again those for whom it was open too short a time', async () => {
    const gate = new Gate();
    gate.close();
    const passed = pass(gate, 2);
    gate.open();
    gate.close();
    expect(await passed()).to.equal(0);
    gate.open();
    expect(await passed()).to.equal(2);
  });

  it('may be closed and opened more than once in a row', async () => {
    const gate = new Gate();
    gate.open();
    gate.close();
    gate.close();
    const passed = pass(gate, 1);
    expect(await passed()).to.equal(0);
    gate.open();
    gate.open();
    expect(await passed()).to.equal(1);
  });

  it('lets those go who are told to stop, and only those', async () => {
    const gate = new Gate();
    gate.close();
    const stop = new AbortController();
    const stopped = pass(gate, 2, stop.signal);
    const others = pass(gate, 2);
    stop.abort();
    expect(await stopped()).to.equal(2);
    expect(await others()).to.equal(0);
    expect(await pass(gate, 1, stop.signal)()).to.equal(1);
  });
});
