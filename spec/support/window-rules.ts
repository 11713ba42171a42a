import type { Quiet } from '../../lib/source/reception.ts';
import type { Rejection } from '../../lib/validate/body.ts';
import type { Event } from '../../lib/validate/event.ts';
import type { ValidatedDelivery, ValidatedMessage } from '../../lib/validate/validate-transform.ts';
import type { CommitRules, CommitWork } from '../../lib/window/commit.ts';
import { createWindowAssigner, type WindowSpec } from '../../lib/window/window-assigner.ts';
import { START_MS } from './manual-clock.ts';

export const MINUTE_MS = 60_000;
export const TUMBLING: WindowSpec = { kind: 'hopping', sizeMs: MINUTE_MS, slideMs: MINUTE_MS };

/** Windows of a minute, 10 s out of order, 10 minutes late, a revision every 10 s. */
export function rulesWith(changes: Partial<CommitRules> = {}, window = TUMBLING): CommitRules {
  return {
    assign: createWindowAssigner(window),
    maxOutOfOrdernessMs: 10_000,
    allowedLatenessMs: 10 * MINUTE_MS,
    maxFutureSkewMs: 5 * MINUTE_MS,
    maxTypesPerWindow: 100,
    revisionIntervalMs: 10_000,
    dedupRetentionMs: 60 * MINUTE_MS,
    queueRetentionMs: 4 * 24 * 60 * MINUTE_MS,
    sourceQueue: 'events',
    ...changes,
  };
}

/** An event `seconds` after {@link START_MS}. */
export function eventAt(seconds: number, changes: Partial<Event> = {}): Event {
  return { type: 'purchase', value: 1, timeMs: START_MS + seconds * 1000, index: undefined, ...changes };
}

/** The clocks of a commit, none of which was ever wrong, and a queue that has always been read. */
export function timesAt(nowMs: number, isQuiet = false): Omit<CommitWork, 'messages' | 'confirmed'> {
  const quiet = isQuiet ? quietSince(nowMs) : undefined;
  return { nowMs, stateMs: nowMs, renewedMs: 0, quiet };
}

/** A queue that has only just become quiet. */
export function quietSince(nowMs: number): Quiet {
  return { sinceMs: nowMs, lastedMs: 0 };
}

let made = 0;

/** A message with an identity of its own. */
export function messageOf(
  events: readonly Event[],
  changes: Partial<ValidatedMessage> & { rejections?: readonly Rejection[] } = {},
): ValidatedMessage {
  made += 1;
  const identity = `message-${made}`;
  return {
    identity,
    messageId: identity,
    body: '{}',
    sentAtMs: START_MS,
    requestedMs: Number.MAX_SAFE_INTEGER,
    events,
    rejections: [],
    ...changes,
  };
}

/** A delivery that remembers what became of it. */
export interface WatchedDelivery extends ValidatedDelivery {
  readonly outcomes: ('acknowledged' | 'abandoned')[];
}

export function deliveryOf(...messages: ValidatedMessage[]): WatchedDelivery {
  const outcomes: WatchedDelivery['outcomes'] = [];
  return {
    messages,
    outcomes,
    acknowledge: () => void outcomes.push('acknowledged'),
    abandon: () => void outcomes.push('abandoned'),
  };
}
