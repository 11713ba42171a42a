import type { SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import type { Message } from './message.ts';

/** SQS's limits: entries of a batch, and bytes of a message as well as of a batch, attributes included. */
export const BATCH_MESSAGES_MAX = 10;
export const BATCH_BYTES_MAX = 1_048_576;

const ATTRIBUTE = 'dedup_id';
const ATTRIBUTE_TYPE = 'String';

/** On a FIFO queue a group is delivered one batch at a time: several groups let several readers work. */
const FIFO_GROUPS = 8;

/** What SQS counts as the message's size. */
export function sizeBytes({ body, dedupId }: Message): number {
  return Buffer.byteLength(body) + Buffer.byteLength(dedupId) + ATTRIBUTE.length + ATTRIBUTE_TYPE.length;
}

/** Splits the messages, in their order, into as few batches as SQS's limits allow. */
export function packBatches(messages: readonly Message[]): Message[][] {
  const batches: Message[][] = [];
  let batch: Message[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = sizeBytes(message);
    if (batch.length === BATCH_MESSAGES_MAX || bytes + size > BATCH_BYTES_MAX) {
      if (batch.length > 0) batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += size;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

/** The entries of one call; an entry's Id is its index, by which SQS reports on it. */
export function batchEntries(batch: readonly Message[], fifo: boolean): SendMessageBatchRequestEntry[] {
  return batch.map(({ id, dedupId, body }, index) => ({
    Id: String(index),
    MessageBody: body,
    MessageAttributes: { [ATTRIBUTE]: { DataType: ATTRIBUTE_TYPE, StringValue: dedupId } },
    ...(fifo ? { MessageGroupId: groupOf(dedupId), MessageDeduplicationId: id } : {}),
  }));
}

/** A duplicate is in the group of its original, as it would be at a sender that repeats itself. */
function groupOf(dedupId: string): string {
  let hash = 0;
  for (const character of dedupId) hash = (hash * 31 + character.charCodeAt(0)) >>> 0;
  return `group-${hash % FIFO_GROUPS}`;
}
