import type { OracleEvent } from '../property/oracle.ts';
import type { SimulatedMessage } from './simulated-sqs.ts';
import type { World } from './world.ts';

/** One thing that was sent, and where its dead letter would come from: `identity#index`. */
export interface SentItem {
  readonly origin: string;
  /** Undefined where it is malformed. */
  readonly event: OracleEvent | undefined;
}

/** A message of the simulation, when it is sent, and what is in it. */
export interface Sent {
  readonly message: SimulatedMessage;
  readonly afterMs: number;
  /** Empty for a copy of an earlier message. */
  readonly items: readonly SentItem[];
}

const MALFORMED = ['{"type":"x"}', '7', '{"type":"x","value":"1","occurred_at":"2020-10-06 10:00:00"}'];
const SENT_OVER_MS = 180_000;

/** Random messages: single events, arrays with bad elements, garbage, and copies that share a `dedup_id`. */
export function sendingsOf(world: World, messages: number): Sent[] {
  const sent: Sent[] = [];
  for (let index = 0; index < messages; index += 1) {
    const original = sent.length > 0 && world.random() < 0.15 ? world.pick(sent) : undefined;
    if (original?.message.dedupId) sent.push(copyOf(original, index, world));
    else sent.push(create(index, world));
  }
  return sent;
}

function create(index: number, world: World): Sent {
  const afterMs = world.below(SENT_OVER_MS);
  const sentAtMs = world.clock.nowMs + afterMs;
  const dedupId = world.random() < 0.5 ? `d${index}` : undefined;
  const identity = dedupId ?? `m${index}`;
  const message = (body: string): SimulatedMessage => ({ id: `m${index}`, dedupId, body, sentAtMs });
  const kind = world.random();
  if (kind < 0.1)
    return { message: message('garbage'), afterMs, items: [{ origin: `${identity}#`, event: undefined }] };
  if (kind < 0.7) {
    const single = event(world, sentAtMs);
    return {
      message: message(sourceOf(single)),
      afterMs,
      items: [{ origin: `${identity}#`, event: single }],
    };
  }
  const events = Array.from({ length: 1 + world.below(4) }, () => event(world, sentAtMs));
  const malformed = Array.from({ length: world.below(2) }, () => world.pick(MALFORMED));
  return {
    message: message(`[${[...events.map(sourceOf), ...malformed].join(',')}]`),
    afterMs,
    items: [...events, ...malformed].map((item, at) => ({
      origin: `${identity}#${at}`,
      event: typeof item === 'string' ? undefined : item,
    })),
  };
}

function sourceOf({ type, value, timeMs }: OracleEvent): string {
  return `{"type":"${type}","value":${value.coefficient}e-${value.scale},"occurred_at":"${new Date(timeMs).toISOString()}"}`;
}

function copyOf({ message }: Sent, index: number, world: World): Sent {
  const afterMs = world.below(SENT_OVER_MS);
  const copy = { ...message, id: `m${index}`, sentAtMs: world.clock.nowMs + afterMs };
  return { message: copy, afterMs, items: [] };
}

/** Mostly recent, some late, some so late that ALLOWED_LATENESS may have passed. */
function event(world: World, sentAtMs: number): OracleEvent {
  const lateMs = world.random() < 0.8 ? world.below(8_000) : world.below(900_000);
  return {
    type: world.pick(['purchase', 'pageview']),
    value: { coefficient: BigInt(world.below(100_000)), scale: world.below(4) },
    timeMs: sentAtMs - lateMs,
  };
}
