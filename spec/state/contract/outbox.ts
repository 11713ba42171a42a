import { expect } from 'chai';
import type { DeadLetter } from '../../../lib/state/state-store.ts';
import type { Subject } from './subject.ts';

export function describeOutbox(subject: Subject): void {
  describe('result lines in the outbox', () => {
    it('come back in the order given, byte for byte, with growing sequence numbers', async () => {
      const texts = ['{"type":"\\u0000","sum":1.0}', '{"type":"🛒"}', '', 'b', 'a'];
      const added = await subject.tx((tx) => tx.addLines(texts));
      expect(added.map(({ line }) => line)).to.deep.equal(texts);
      expect(added.map(({ seq }) => seq)).to.deep.equal(
        added.map(({ seq }) => seq).toSorted((one, other) => one - other),
      );
      expect(new Set(added.map(({ seq }) => seq)).size).to.equal(texts.length);
      expect(await subject.store.readLines(0, 100)).to.deep.equal(added);
    });

    it('are read in pages and counted', async () => {
      const added = await subject.tx((tx) => tx.addLines(['1', '2', '3']));
      expect(await subject.store.readLines(0, 2)).to.deep.equal(added.slice(0, 2));
      expect(await subject.store.readLines(added[1]!.seq, 2)).to.deep.equal(added.slice(2));
      expect(await subject.store.countLines()).to.equal(3);
    });

    it('leave up to and including the one named', async () => {
      const added = await subject.tx((tx) => tx.addLines(['1', '2', '3']));
      await subject.store.removeLines(added[1]!.seq);
      expect(await subject.store.readLines(0, 100)).to.deep.equal(added.slice(2));
    });
  });

  describe('dead letters in the outbox', () => {
    const letter = (body: string): DeadLetter => ({ body, attributes: { reason: 'too_late', detail: body } });
    const add = (...bodies: string[]) => subject.tx((tx) => tx.addDeadLetters(bodies.map(letter)));
    const bodies = async () => (await subject.store.readDeadLetters(0, 100)).map(({ body }) => body);

    it('come back in order, with body and attributes as they were', async () => {
      const odd: DeadLetter = {
        body: '{"a":"\u0000\ud83d\uded2"} \r\n',
        attributes: { reason: 'invalid_json', detail: '"', source_queue: 'événements' },
      };
      await subject.tx((tx) => tx.addDeadLetters([odd, letter('second')]));
      const [first, second] = await subject.store.readDeadLetters(0, 100);
      expect(first).to.deep.equal({ seq: first!.seq, name: first!.name, ...odd });
      expect(second).to.deep.equal({ seq: second!.seq, name: second!.name, ...letter('second') });
      expect(second!.seq).to.be.above(first!.seq);
    });

    it('have each a name of its own, and keep it', async () => {
      await add('same', 'same');
      await add('same');
      const letters = await subject.store.readDeadLetters(0, 100);
      const names = new Set(letters.map(({ name }) => name));
      expect(names.size).to.equal(3);
      expect([...names].join(' ')).to.match(/^[0-9a-f]{32}( [0-9a-f]{32}){2}$/);
      expect(await subject.store.readDeadLetters(0, 100)).to.deep.equal(letters);
    });

    it('are read in pages and counted', async () => {
      await add('1', '2', '3');
      const page = await subject.store.readDeadLetters(0, 2);
      expect(page.map(({ body }) => body)).to.deep.equal(['1', '2']);
      const rest = await subject.store.readDeadLetters(page[1]!.seq, 2);
      expect(rest.map(({ body }) => body)).to.deep.equal(['3']);
      expect(await subject.store.countDeadLetters()).to.equal(3);
    });

    it('leave one by one, in any order', async () => {
      await add('1', '2', '3');
      const [first, , third] = await subject.store.readDeadLetters(0, 100);
      await subject.store.removeDeadLetters([third!.seq, first!.seq, 999_999]);
      expect(await bodies()).to.deep.equal(['2']);
      await subject.store.removeDeadLetters([]);
      expect(await subject.store.countDeadLetters()).to.equal(1);
    });
  });
}
