import { describeEmission } from './contract/emission.ts';
import { describeIdentities } from './contract/identities.ts';
import { describeOutbox } from './contract/outbox.ts';
import { describeRetention } from './contract/retention.ts';
import { type OpenStore, Subject } from './contract/subject.ts';
import { describeTotals } from './contract/totals.ts';
import { describeTransactions } from './contract/transactions.ts';
import { describeWindows } from './contract/windows.ts';

/**
 * What every state store must do, whatever it keeps the state in.
 *
 * @param open is called with a new database name for each test, and with the same again to open it anew
 */
export function describeStateStore(name: string, open: OpenStore): void {
  describe(`${name}, as any state store:`, () => {
    const subject = new Subject(open);
    beforeEach(() => subject.start());
    afterEach(() => subject.end());

    describeIdentities(subject);
    describeWindows(subject);
    describeEmission(subject);
    describeOutbox(subject);
    describeTotals(subject);
    describeRetention(subject);
    describeTransactions(subject);
  });
}
