import { expect } from 'chai';
import type { Ledger } from '../../lib/state/state-store.ts';
import { addTo, imbalanceOf } from '../../lib/window/ledger.ts';

describe('the ledger', () => {
  it('adds to an entry, which starts at zero', () => {
    const ledger: Ledger = new Map();
    addTo(ledger, 'counted', 3, 1);
    addTo(ledger, 'counted', 4, 1);
    addTo(ledger, 'dead_lettered:too_late', 1, 0);
    expect([...ledger]).to.deep.equal([
      ['counted', { events: 7, messages: 2 }],
      ['dead_lettered:too_late', { events: 1, messages: 0 }],
    ]);
  });

  it('balances when it is empty, and when received is the sum of all the others', () => {
    expect(imbalanceOf(new Map())).to.deep.equal({ events: 0, messages: 0 });
    const ledger: Ledger = new Map();
    addTo(ledger, 'received', 12, 5);
    addTo(ledger, 'counted', 8, 2);
    addTo(ledger, 'duplicate', 1, 1);
    addTo(ledger, 'dead_lettered:invalid_json', 1, 1);
    addTo(ledger, 'dead_lettered:schema_violation', 2, 1);
    expect(imbalanceOf(ledger)).to.deep.equal({ events: 0, messages: 0 });
  });

  it('tells how much is missing, in events and in messages', () => {
    const ledger: Ledger = new Map();
    addTo(ledger, 'received', 10, 4);
    addTo(ledger, 'counted', 7, 3);
    expect(imbalanceOf(ledger)).to.deep.equal({ events: 3, messages: 1 });
  });

  it('tells how much was counted that was never received', () => {
    const ledger: Ledger = new Map();
    addTo(ledger, 'duplicate', 2, 2);
    expect(imbalanceOf(ledger)).to.deep.equal({ events: -2, messages: -2 });
  });
});
