import { expect } from 'chai';
import type { DeadLetter, Ledger } from '../../lib/state/state-store.ts';
import { imbalanceOf } from '../../lib/window/ledger.ts';
import type { Treatment } from './hostile-batch.ts';

const MESSAGE_BYTES_MAX = 1_048_576;
const REASONS = ['invalid_json', 'schema_violation', 'in_the_future', 'too_late', 'too_many_types'];
/** SQS's own words: `#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF`. */
const SQS_TEXT = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]+$/u;
/** What a terminal or a reader of lines may take for a command: C0, C1, and the line ends of Unicode. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const LINE =
  /^\{"type":".*","count":\d+,"sum":-?\d+\.\d+,"window_start":"[^"]+Z","window_end":"[^"]+Z","revision":\d+\}$/;

/** How many events the ledger has to call received: each element of an array, else the body as one. */
export function eventsIn(body: string): number {
  try {
    const parsed: unknown = JSON.parse(body);
    return Array.isArray(parsed) && parsed.length > 0 ? parsed.length : 1;
  } catch {
    return 1;
  }
}

/** Everything that must hold for bodies of any kind. */
export function expectTreated(bodies: readonly string[], { lines, letters, ledger }: Treatment): void {
  const received = bodies.reduce((sum, body) => sum + eventsIn(body), 0);
  expect(ledger.get('received') ?? { events: 0, messages: 0 }).to.deep.equal({
    events: received,
    messages: bodies.length,
  });
  expect(imbalanceOf(ledger)).to.deep.equal({ events: 0, messages: 0 });
  expect(letters.length).to.equal(deadLetteredIn(ledger));
  for (const line of lines) expectResultLine(line);
  expect(countedIn(lines)).to.equal(ledger.get('counted')?.events ?? 0);
  const sources = new Map(bodies.map((body, index) => [`message-${index}`, new Source(body)]));
  for (const letter of letters) expectDeadLetter(letter, sources);
}

export function deadLetteredIn(ledger: Ledger): number {
  return [...ledger]
    .filter(([entry]) => entry.startsWith('dead_lettered:'))
    .reduce((sum, [, { events }]) => sum + events, 0);
}

/** Events in the last revisions; each window here is tumbling, so that each event is in one line. */
export function countedIn(lines: readonly string[]): number {
  const last = new Map<string, number>();
  for (const line of lines) {
    const { type, window_start, count } = JSON.parse(line);
    last.set(`${window_start} ${type}`, count);
  }
  return [...last.values()].reduce((sum, count) => sum + count, 0);
}

export function expectResultLine(line: string): void {
  if (CONTROL.test(line) || !LINE.test(line) || !line.isWellFormed())
    expect.fail(`not one result on one line of text: ${JSON.stringify(line)}`);
  JSON.parse(line);
}

/** What is looked up again and again of a body that brings many dead letters. */
class Source {
  readonly #body: string;
  readonly #text: string;
  /** Larger, or with other characters, it cannot have come from SQS. */
  readonly isPossible: boolean;
  readonly #isLong: boolean;
  #elements: readonly string[] | undefined;

  constructor(body: string) {
    this.#body = body;
    this.#text = body.toWellFormed();
    this.#isLong = eventsIn(body) > 1_000;
    this.isPossible = Buffer.byteLength(body) <= MESSAGE_BYTES_MAX && SQS_TEXT.test(body);
  }

  /** Whether this is the body, or that element of it, as it stood; among many, each element is written alike. */
  holds(text: string, index: string | undefined): boolean {
    if (index === undefined) return text === this.#text;
    if (!this.#isLong) return this.#text.includes(text);
    this.#elements ??= (JSON.parse(this.#body) as unknown[]).map((element) => JSON.stringify(element));
    return text === this.#elements[Number(index)];
  }
}

function expectDeadLetter(letter: DeadLetter, sources: ReadonlyMap<string, Source>): void {
  const { body, attributes } = letter;
  for (const [name, value] of Object.entries(attributes))
    if (!SQS_TEXT.test(value)) expect.fail(`SQS refuses ${name}: ${JSON.stringify(value)}`);
  if (attributes.source_message_id === undefined) return; // there was no room beside the body
  const source = sources.get(attributes.source_message_id)!;
  if (!source.holds(body, attributes.event_index)) expect.fail(`not as it stood: ${JSON.stringify(body)}`);
  if (attributes.reason === undefined || !REASONS.includes(attributes.reason))
    expect.fail(`not a reason: ${attributes.reason}`);
  if (source.isPossible && (sizeOf(letter) > MESSAGE_BYTES_MAX || !SQS_TEXT.test(body)))
    expect.fail(`SQS refuses the body: ${JSON.stringify(body)}`);
}

function sizeOf({ body, attributes }: DeadLetter): number {
  const parts = Object.entries(attributes).flatMap(([name, value]) => [name, 'String', value]);
  return [body, ...parts].reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}
