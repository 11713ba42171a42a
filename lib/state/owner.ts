import { WrongSettings } from '../errors.ts';
import type { StateStore } from './state-store.ts';

/** @throws {WrongSettings} when it is the state of another queue: its windows and identities are not this one's */
export async function checkOwner(
  store: Pick<StateStore, 'readQueueArn'>,
  queueArn: string,
  path: string,
): Promise<void> {
  const ownArn = await store.readQueueArn();
  if (ownArn !== undefined && ownArn !== queueArn)
    throw new WrongSettings(
      `The state ${path} belongs to the queue ${ownArn}, and SQS_QUEUE_NAME or SQS_QUEUE_URL names ${queueArn}. Set one of them to that queue, or give this one a state of its own with STATE_URL.`,
    );
}
