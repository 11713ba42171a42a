import type { DeadLetter } from '../state/state-store.ts';
import type { Rejection } from '../validate/body.ts';
import { elementSources } from '../validate/json-source.ts';

/** SQS' limit for a message, attributes included, in bytes. */
export const MESSAGE_SIZE_MAX = 1_048_576;
const DETAIL_LENGTH_MAX = 256;

/** What is given up first when body and attributes together are too large for one message. */
const GIVEN_UP_IN_ORDER = ['detail', 'source_queue', 'event_index', 'source_message_id', 'reason'];

/** Everything but what XML 1.0 calls a character: SQS refuses a message that holds any of it. */
const NOT_ALLOWED = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/**
 * The rejections of one message, as the dead letters that its queue is going to hold. They are made one by one,
 * because a message can hold half a million.
 */
export function* deadLettersOf(
  message: { readonly messageId: string; readonly body: string },
  rejections: readonly Rejection[],
  sourceQueue: string,
): Generator<DeadLetter, void, undefined> {
  const isFromArray = rejections.some(({ index }) => index !== undefined);
  const elements = isFromArray ? elementSources(message.body) : [];
  for (const { reason, detail, index } of rejections) {
    const body = index === undefined ? message.body : elements[index]!;
    const attributes = {
      reason,
      detail: readable(detail),
      source_message_id: message.messageId,
      source_queue: sourceQueue,
      ...(index === undefined ? {} : { event_index: String(index) }),
    };
    yield { body, attributes: fitBeside(body, attributes) };
  }
}

/** What a dead letter takes of SQS' limits, in bytes. */
export function sizeOf({ body, attributes }: DeadLetter): number {
  let size = Buffer.byteLength(body);
  for (const [name, value] of Object.entries(attributes))
    size += Buffer.byteLength(name) + 'String'.length + Buffer.byteLength(value);
  return size;
}

function fitBeside(body: string, attributes: Record<string, string>): Record<string, string> {
  const fitting = { ...attributes };
  for (const name of GIVEN_UP_IN_ORDER) {
    if (sizeOf({ body, attributes: fitting }) <= MESSAGE_SIZE_MAX) break;
    delete fitting[name];
  }
  return fitting;
}

function readable(detail: string): string {
  const text = detail.replace(NOT_ALLOWED, '\ufffd');
  // By characters, so that no surrogate pair is cut in two; an attribute must not be empty.
  const characters = Array.from(text.slice(0, 2 * DETAIL_LENGTH_MAX + 2));
  return characters.length <= DETAIL_LENGTH_MAX
    ? text || '-'
    : `${characters.slice(0, DETAIL_LENGTH_MAX - 1).join('')}…`;
}
