import type { OracleEvent } from '../../property/oracle.ts';
import type { World } from '../runner/world.ts';
import type { Scenario } from './scenario.ts';

/** A message as SQS takes it, at a certain time. */
export interface SimulatedMessage {
  readonly id: string;
  readonly dedupId: string | undefined;
  readonly body: string;
  readonly sentAtMs: number;
}

/** One thing that was sent, and where its dead letter would come from: `name#index`. */
export interface SentItem {
  readonly origin: string;
  /** Undefined where it is malformed. */
  readonly event: OracleEvent | undefined;
}

/** A message of the simulation, and what is in it. */
export interface Sent {
  readonly message: SimulatedMessage;
  /** Those of the original where it is a copy. */
  readonly items: readonly SentItem[];
}

const MALFORMED = ['{"type":"x"}', '7', '{"type":"x","value":"1","occurred_at":"2020-10-06 10:00:00"}'];
const TYPES = ['purchase', 'pageview', '__proto__', 'refund'];

/** Random messages: single events, arrays with bad elements, garbage, and copies that share a `dedup_id`. */
export function sendingsOf(world: World, scenario: Scenario): Sent[] {
  const sent: Sent[] = [];
  for (let index = 0; index < scenario.messages; index += 1) {
    const original = sent.length > 0 && world.random() < 0.15 ? world.pick(sent) : undefined;
    if (original?.message.dedupId) sent.push(copyOf(original, index, world, scenario));
    else sent.push(create(index, world.clock.nowMs + sendAfterMs(world, scenario), world, scenario));
  }
  return sent;
}

/** One message with one event, as old as its message. */
export function simpleSending(id: string, sentAtMs: number): Sent {
  const event = { type: 'purchase', value: { coefficient: 1n, scale: 0 }, timeMs: sentAtMs };
  return {
    message: { id, dedupId: undefined, body: sourceOf(event), sentAtMs },
    items: [{ origin: `${id}#`, event }],
  };
}

/** What the program knows a message by. */
export function identityOf({ id, dedupId, sentAtMs }: SimulatedMessage): string {
  return dedupId ?? `${sentAtMs}:${id}`;
}

/** What a dead letter of a message is known by: the same for all of its copies. */
export function nameOf({ id, dedupId }: SimulatedMessage): string {
  return dedupId ?? id;
}

/** Spread evenly, but for a burst in the middle. */
function sendAfterMs(world: World, { sentOverMs, burstShare }: Scenario): number {
  if (world.random() < burstShare) return Math.round(sentOverMs / 2) + world.below(60_000);
  return world.below(sentOverMs);
}

function create(index: number, sentAtMs: number, world: World, scenario: Scenario): Sent {
  const dedupId = world.random() < 0.5 ? `d${index}` : undefined;
  const name = dedupId ?? `m${index}`;
  const message = (body: string): SimulatedMessage => ({ id: `m${index}`, dedupId, body, sentAtMs });
  const kind = world.random();
  if (kind < 0.1) return { message: message('garbage'), items: [{ origin: `${name}#`, event: undefined }] };
  if (kind < 0.7) {
    const single = randomEvent(world, scenario, sentAtMs);
    return { message: message(sourceOf(single)), items: [{ origin: `${name}#`, event: single }] };
  }
  const events = Array.from({ length: 1 + world.below(4) }, () => randomEvent(world, scenario, sentAtMs));
  const malformed = Array.from({ length: world.below(2) }, () => world.pick(MALFORMED));
  return {
    message: message(`[${[...events.map(sourceOf), ...malformed].join(',')}]`),
    items: [...events, ...malformed].map((item, at) => ({
      origin: `${name}#${at}`,
      event: typeof item === 'string' ? undefined : item,
    })),
  };
}

function sourceOf({ type, value, timeMs }: OracleEvent): string {
  return `{"type":"${type}","value":${value.coefficient}e-${value.scale},"occurred_at":"${new Date(timeMs).toISOString()}"}`;
}

function copyOf({ message, items }: Sent, index: number, world: World, scenario: Scenario): Sent {
  const sentAtMs = message.sentAtMs + world.below(scenario.copiedWithinMs + 1);
  return { message: { ...message, id: `m${index}`, sentAtMs }, items };
}

/** Mostly recent, some late, some so late that ALLOWED_LATENESS may have passed, few ahead of their time. */
function randomEvent(world: World, { types }: Scenario, sentAtMs: number): OracleEvent {
  const kind = world.random();
  const lateMs =
    kind < 0.8 ? world.below(8_000) : kind < 0.99 ? world.below(900_000) : -world.below(1_200_000);
  return {
    type: TYPES[world.below(types)]!,
    value: { coefficient: BigInt(world.below(100_000)), scale: world.below(4) },
    timeMs: sentAtMs - lateMs,
  };
}
