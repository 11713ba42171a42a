import { integer, pick, type Random } from './random.ts';

export interface ShopEvent {
  readonly type: string;
  readonly value: number;
  readonly occurred_at: string;
}

/** What a shop's visitors do, and how often compared with each other: 3 : 2 : 1. */
export const EVENT_TYPES = [
  { type: 'pageview', weight: 3, value: () => 1 },
  { type: 'added-to-basket', weight: 2, value: (random: Random) => integer(random, 1, 5) },
  // Whole cents divided once: the shortest decimal of the result has two places at most, so 19.9 stays 19.9.
  { type: 'purchase', weight: 1, value: (random: Random) => integer(random, 1, 10_000) / 100 },
] as const;

const WEIGHTED_TYPES = EVENT_TYPES.flatMap((eventType) =>
  Array(eventType.weight).fill(eventType),
) as ReadonlyArray<(typeof EVENT_TYPES)[number]>;

export function randomEvent(random: Random, occurredAtMs: number): ShopEvent {
  const { type, value } = pick(random, WEIGHTED_TYPES);
  return { type, value: value(random), occurred_at: formatTime(occurredAtMs) };
}

/** `YYYY-MM-DD HH:MM:SS` in UTC. */
export function formatTime(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ');
}

const FIELDS = ['type', 'value', 'occurred_at'] as const;

/** The event without one of its fields. */
export function withoutField(random: Random, event: ShopEvent): object {
  const missing = pick(random, FIELDS);
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== missing));
}

/** The event with one field whose JSON type is not the one agreed on. */
export function withWrongType(random: Random, event: ShopEvent): object {
  const wrong = {
    type: integer(random, 1, 99),
    value: String(event.value),
    occurred_at: Date.parse(`${event.occurred_at.replace(' ', 'T')}Z`) / 1000,
  };
  const field = pick(random, FIELDS);
  return { ...event, [field]: wrong[field] };
}

/** The event as text that no JSON parser accepts. */
export function asBrokenJson(random: Random, event: ShopEvent): string {
  const json = JSON.stringify(event);
  return pick(random, [
    json.slice(0, integer(random, 1, json.length - 1)),
    json.replaceAll('"', "'"),
    `${json},`,
    `type=${event.type}&value=${event.value}`,
  ]);
}
