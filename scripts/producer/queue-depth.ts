import { GetQueueAttributesCommand, type QueueAttributeName } from '@aws-sdk/client-sqs';
import { sleep } from '../../lib/clock.ts';
import { retrying } from './retry.ts';
import type { SenderDeps } from './sender.ts';

const POLL_MS = 500;

const COUNTERS: QueueAttributeName[] = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
];

/**
 * Waits until everything in the queue was received and deleted, or the signal. SQS has no event for it, so this
 * asks; and its counters lag, so "empty" is a matter of pace here, nothing relies on it.
 */
export async function untilEmpty(deps: SenderDeps): Promise<void> {
  const { clock, signal } = deps;
  try {
    while (!signal.aborted && (await messagesInQueue(deps)) > 0) await sleep(clock, POLL_MS, signal);
  } catch (error) {
    // Who was told to stop no longer cares whether the queue is empty.
    if (!signal.aborted) throw error;
  }
}

async function messagesInQueue(deps: SenderDeps): Promise<number> {
  const command = new GetQueueAttributesCommand({ QueueUrl: deps.queueUrl, AttributeNames: COUNTERS });
  const { Attributes = {} } = await retrying('sqs:GetQueueAttributes', () => deps.sqs.send(command), deps);
  return COUNTERS.reduce((total, counter) => total + Number(Attributes[counter] ?? 0), 0);
}
