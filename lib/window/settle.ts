import type { Log } from '../log.ts';
import type { ValidatedDelivery } from '../validate/validate-transform.ts';

/**
 * Says of each delivery of a commit what became of it: what was committed may be deleted; what the commit left out,
 * because its receive was sent before the fence, is given back and delivered again.
 */
export function settle(deliveries: readonly ValidatedDelivery[], fenceMs: number, log: Log): void {
  let tooOld = 0;
  for (const delivery of deliveries)
    if (delivery.messages.every(({ requestedMs }) => requestedMs >= fenceMs)) delivery.acknowledge();
    else {
      delivery.abandon();
      tooOld += delivery.messages.length;
    }
  if (tooOld > 0)
    log.warn(
      'Messages were in hand for more than half of DEDUP_RETENTION; they are given back, and delivered again.',
      { messages: tooOld },
    );
}
