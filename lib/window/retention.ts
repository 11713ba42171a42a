import type { Expired, Retention, StateTransaction } from '../state/state-store.ts';

/** How long identities are kept, in milliseconds. */
export interface RetentionRules {
  /** After SQS confirmed the last deletion; at least three times the queue's visibility timeout. */
  readonly dedupRetentionMs: number;
  /** The queue's own retention: how long SQS may deliver a message whose deletion is not confirmed. */
  readonly queueRetentionMs: number;
}

/**
 * When an identity expires with its last delivery at `stateMs` and no confirmation for it: when SQS cannot have the
 * message any more, and none of its deliveries can be in hand.
 */
export function openExpiryMs(
  stateMs: number,
  { queueRetentionMs, dedupRetentionMs }: RetentionRules,
): number {
  return stateMs + queueRetentionMs + dedupRetentionMs;
}

/** When an identity expires with every delivery's deletion confirmed at `stateMs`, if reading goes on unbroken. */
export function closedExpiryMs(stateMs: number, { dedupRetentionMs }: RetentionRules): number {
  return stateMs + dedupRetentionMs;
}

/**
 * Which identities are not needed any more. Those without an open delivery are kept for DEDUP_RETENTION of unbroken
 * reading; but for no longer than with one, so that the state stays bounded however often reading is interrupted.
 */
export function expiredAt(stateMs: number, renewedMs: number, rules: RetentionRules): Expired {
  const isUnbroken = stateMs - renewedMs >= rules.dedupRetentionMs;
  return {
    openBeforeMs: stateMs,
    closedBeforeMs: isUnbroken ? stateMs : stateMs - rules.queueRetentionMs,
  };
}

/**
 * Forgets what has expired, and remembers how far time has come.
 *
 * Whatever is forgotten may be in hand once more: in a delivery that was received before, by a process that has
 * stood still since. So the same transaction writes the fence, and from then on no commit takes a delivery whose
 * receive was sent before it. A copy that comes in a later receive comes more than half of DEDUP_RETENTION after
 * the deletion was confirmed, which SQS is assumed not to do (see docs/reliability.md).
 */
export async function purge(
  tx: StateTransaction,
  before: Retention,
  now: { readonly stateMs: number; readonly renewedMs: number },
  rules: RetentionRules,
  limit: number,
): Promise<void> {
  const { stateMs, renewedMs } = now;
  const forgotten = await tx.purgeIdentities(expiredAt(stateMs, renewedMs, rules), limit);
  const fenceMs =
    forgotten > 0
      ? Math.max(before.fenceMs, Math.floor(stateMs - rules.dedupRetentionMs / 2))
      : before.fenceMs;
  await tx.writeRetention({ clockMs: stateMs, fenceMs });
}
