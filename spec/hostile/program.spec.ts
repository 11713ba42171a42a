import type { Message } from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import fc from 'fast-check';
import { parseBody } from '../../lib/validate/body.ts';
import { createEventTimeParser } from '../../lib/validate/event-time.ts';
import { imbalanceOf } from '../../lib/window/ledger.ts';
import { attributesOf, Bench, eventBody } from '../integration/bench.ts';
import { countedIn, deadLetteredIn, eventsIn, expectResultLine } from './expectations.ts';
import { hostileBody } from './hostile-bodies.ts';
import { LARGE_BODIES, SPECIAL_BODIES } from './special-bodies.ts';

const GENERATED = 300;
const LAST_TYPE = 'the last of all events';
const BODY_BYTES_MAX = 1_048_576;
/** Half of the emulator's view of text: it knows no characters beyond U+FFFF, where SQS takes emoji. */
const EMULATOR_TEXT = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd]+$/;
/** So many dead letters would keep the emulator busy for a minute. */
const LEFT_OUT = new Set(['an array of 50,000 empty objects']);

function bodiesThatCanBeSent(): string[] {
  const generated = fc.sample(hostileBody, { numRuns: GENERATED, seed: 20_201_006 });
  const large = [...LARGE_BODIES].filter(([name]) => !LEFT_OUT.has(name)).map(([, make]) => make());
  return [...SPECIAL_BODIES.values(), ...generated, ...large].filter(
    (body) => EMULATOR_TEXT.test(body) && Buffer.byteLength(body) <= BODY_BYTES_MAX,
  );
}

/** Bodies and elements that are malformed whatever came before them. */
function malformedIn(body: string): number {
  return parseBody(body, createEventTimeParser('UTC')).rejections.length;
}

/** Not an element of an array. One that fills the message by itself has no room to say that it is one. */
function isWhole(letter: Message): boolean {
  const { event_index, source_queue } = attributesOf(letter);
  return event_index === undefined && source_queue !== undefined;
}

describe('the program with hostile message bodies', () => {
  let bench: Bench;
  before(async () => {
    bench = await Bench.open();
  });
  after(() => bench.close());

  it('counts or dead-letters each, prints nothing but results and goes on to an orderly stop', async () => {
    const bodies = bodiesThatCanBeSent();
    const events = bodies.reduce((sum, body) => sum + eventsIn(body), 0);
    const queue = await bench.createQueue();
    for (const body of bodies) await queue.send({ body });
    const program = bench.start(queue, { WINDOW: '1m', MAX_OUT_OF_ORDERNESS: '0s' });
    await queue.untilEmpty();
    // The last of all events. When its window is printed, because the queue is quiet, so is every other one.
    const last = new Date().toISOString();
    await queue.send({ body: eventBody(LAST_TYPE, 1, last) });
    await program.until(() => program.lines.some((line) => JSON.parse(line).type === LAST_TYPE));
    expect(await program.kill('SIGTERM')).to.equal(0);
    const ledger = await bench.readLedger(queue);
    expect(ledger.get('received')).to.deep.equal({ events: events + 1, messages: bodies.length + 1 });
    expect(imbalanceOf(ledger)).to.deep.equal({ events: 0, messages: 0 });
    const malformed = bodies.reduce((sum, body) => sum + malformedIn(body), 0);
    const invalid = ledger.get('dead_lettered:invalid_json')?.events ?? 0;
    const violations = ledger.get('dead_lettered:schema_violation')?.events ?? 0;
    expect(invalid + violations).to.equal(malformed);
    for (const line of program.lines) expectResultLine(line);
    expect(countedIn(program.lines)).to.equal(ledger.get('counted')?.events);
    const letters = await queue.deadLetters!.drain();
    expect(letters.length).to.equal(deadLetteredIn(ledger));
    const sent = new Set(bodies);
    const altered = letters.filter((letter) => isWhole(letter) && !sent.has(letter.Body!));
    expect(altered.map(({ Body }) => Body!.slice(0, 100))).to.deep.equal([]);
    expect(program.log.filter(({ level }) => level === 'error')).to.deep.equal([]);
  });
});
