import type { Log } from '../log.ts';
import { withoutCredentials } from '../masking.ts';
import type { Settings } from '../settings/settings.ts';
import { checkDeadLetterQueue, openQueue } from '../source/queue-connection.ts';
import { checkOwner } from '../state/owner.ts';
import { SqliteStore } from '../state/sqlite-store.ts';

/** Reaches everything that a run would need, and says that it is in order. @throws what a run would end with */
export async function check(settings: Settings, log: Log): Promise<void> {
  await using releasers = new AsyncDisposableStack();
  const store = new SqliteStore(settings.statePath);
  releasers.defer(() => store.close());
  const queue = await openQueue(settings.queue, settings.createQueues);
  await checkOwner(store, queue.traits.arn, settings.statePath);
  const deadLetterProblem = await checkDeadLetterQueue(settings, queue.url);
  if (deadLetterProblem) throw deadLetterProblem;
  log.info('Settings, state store and queues are in order.', {
    queue: withoutCredentials(queue.url),
    state: settings.statePath,
  });
}
