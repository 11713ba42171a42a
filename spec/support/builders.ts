import type { Delivery, ReceivedMessage } from '../../lib/source/delivery.ts';

export const OCCURRED_AT = '2020-10-06 10:02:05';
export const OCCURRED_AT_MS = Date.UTC(2020, 9, 6, 10, 2, 5);

/** A good event as it is sent; a property that is changed to undefined is left out. */
export function sentEvent(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { type: 'purchase', value: 19.99, occurred_at: OCCURRED_AT, ...changes };
}

export function eventJson(changes: Record<string, unknown> = {}): string {
  return JSON.stringify(sentEvent(changes));
}

/** A good event whose value stands in the body exactly as `source` has it. */
export function eventJsonWithValue(source: string): string {
  return `{"type":"purchase","value":${source},"occurred_at":"${OCCURRED_AT}"}`;
}

export function receivedMessage(body: string, changes: Partial<ReceivedMessage> = {}): ReceivedMessage {
  return {
    identity: 'identity-1',
    messageId: 'message-1',
    body,
    sentAtMs: OCCURRED_AT_MS,
    requestedMs: OCCURRED_AT_MS,
    ...changes,
  };
}

/** A delivery of these messages, which takes note of what was called. */
export function deliveryOf(...messages: ReceivedMessage[]): Delivery & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    messages,
    acknowledge: () => void calls.push('acknowledge'),
    abandon: () => void calls.push('abandon'),
    calls,
  };
}
