import type { Clock } from '../../lib/clock.ts';
import { asBrokenJson, randomEvent, withoutField, withWrongType } from './event.ts';
import type { Random } from './random.ts';

/** What the pipeline meets. `from_file` is the user's own event, about which nothing is known. */
export const EVENT_KINDS = [
  'good',
  'late',
  'missing_field',
  'wrong_type',
  'broken_json',
  'duplicate',
  'from_file',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];
/** A message is of the kind of its one event, or an array of several. */
export type MessageKind = EventKind | 'array';

export interface Message {
  /** One per message: on a FIFO queue it is the MessageDeduplicationId, so that sending it again is safe. */
  readonly id: string;
  /** The attribute `dedup_id`: a duplicate has the one of its original. */
  readonly dedupId: string;
  readonly body: string;
  readonly kind: MessageKind;
  /** One entry for each event as the ledger counts them: an unreadable or duplicate message is one. */
  readonly contents: readonly EventKind[];
}

/** What messages are made from; given from outside, so that a seed and a clock decide all of them. */
export interface Ingredients {
  readonly random: Random;
  readonly clock: Clock;
  readonly nextId: () => string;
}

/** The kinds that one event can have by itself, in an array as well as alone. */
export type PlainKind = 'good' | 'late' | 'missing_field' | 'wrong_type';

const HOUR_MS = 3_600_000;

export function makeEvent(kind: PlainKind, { random, clock }: Ingredients): object {
  const event = randomEvent(random, clock.nowMs() - (kind === 'late' ? HOUR_MS : 0));
  if (kind === 'missing_field') return withoutField(random, event);
  if (kind === 'wrong_type') return withWrongType(random, event);
  return event;
}

export function makeMessage(kind: PlainKind | 'broken_json', ingredients: Ingredients): Message {
  const { random, clock, nextId } = ingredients;
  const body =
    kind === 'broken_json'
      ? asBrokenJson(random, randomEvent(random, clock.nowMs()))
      : JSON.stringify(makeEvent(kind, ingredients));
  return message(nextId(), body, kind, [kind]);
}

export function makeArray(contents: readonly PlainKind[], ingredients: Ingredients): Message {
  const events = contents.map((kind) => makeEvent(kind, ingredients));
  return message(ingredients.nextId(), JSON.stringify(events), 'array', contents);
}

/** The same message once more, as a sender does that never saw the answer to its first try. */
export function makeDuplicate(original: Message, { nextId }: Ingredients): Message {
  return { ...original, id: nextId(), kind: 'duplicate', contents: ['duplicate'] };
}

/** A message of the user's own, from the JSON text of an event or of an array of `events` of them. */
export function fromFile(body: string, events: number, { nextId }: Ingredients): Message {
  return message(nextId(), body, 'from_file', Array<EventKind>(events).fill('from_file'));
}

function message(id: string, body: string, kind: MessageKind, contents: readonly EventKind[]): Message {
  return { id, dedupId: id, body, kind, contents };
}
