import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { WrongSettings } from '../../../lib/errors.ts';
import { readEventFile } from '../../../scripts/producer/event-file.ts';
import type { Message } from '../../../scripts/producer/message.ts';
import { ingredientsOf } from '../ingredients.ts';

describe('an event file', () => {
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'nps-kata-'));
  });

  after(() => rm(directory, { recursive: true }));

  async function read(name: string, text: string) {
    const path = join(directory, name);
    await writeFile(path, text);
    return readAll(path);
  }

  async function readAll(path: string) {
    const messages: Message[] = [];
    try {
      for await (const message of readEventFile(path, ingredientsOf(1))) messages.push(message);
    } catch (fault) {
      return { messages, fault };
    }
    return { messages, fault: undefined };
  }

  const bodies = ({ messages }: { messages: Message[] }) => messages.map(({ body }) => body);
  const EXACT = '{"value":12345678901234567890.50,"small":1e-400,"text":"1.0","more":[1.10,null,true]}';

  it('of either kind keeps every digit of every number', async () => {
    expect(bodies(await read('exact.json', `[\n ${EXACT},${EXACT}]`))).to.deep.equal([EXACT, EXACT]);
    expect(bodies(await read('exact.jsonl', `${EXACT}\n\n${EXACT}`))).to.deep.equal([EXACT, EXACT]);
  });

  it('may hold arrays of events, each of which is one message', async () => {
    const { messages } = await read('arrays.jsonl', '[{"a":1},{"a":2}]\n{"a":3}\n[]\n');
    expect(messages.map(({ contents }) => contents.length)).to.deep.equal([2, 1, 1]);
    expect(new Set(messages.map(({ dedupId }) => dedupId)).size).to.equal(3);
  });

  it('that breaks off is read as far as it goes; the error names the last good index', async () => {
    const { messages, fault } = await read('cut.json', '[{"a":0}, {"a":1}, {"a":');
    expect(bodies({ messages })).to.deep.equal(['{"a":0}', '{"a":1}']);
    expect(fault).to.be.an('error').with.property('message').that.includes('after the event with index 1 ');
  });

  it('with a broken line ends in front of it', async () => {
    const { messages, fault } = await read('broken.jsonl', '{"a":0}\nbroken\n{"a":2}\n');
    expect(messages).to.have.length(1);
    expect(fault).to.be.an('error').with.property('message').that.includes('after the event with index 0 ');
  });

  it('that is no array of events is said to be so', async () => {
    const { messages, fault } = await read('object.json', '{"a":1}');
    expect(messages).to.have.length(0);
    expect(fault).to.be.an('error').with.property('message').that.includes('before its first event');
  });

  it('that is not there is a wrong setting', async () => {
    const { fault } = await readAll(join(directory, 'absent.json'));
    expect(fault).to.be.instanceOf(WrongSettings);
  });
});
