import { readSettings, type Settings } from '../../../lib/settings/settings.ts';
import { mulberry32 } from '../../../scripts/producer/random.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Every so many seeds one is a long history: hundreds of messages over hours, so that every expiry comes round. */
const LONG_EVERY = 20;
/** One life of a process is one thing that can go wrong at its end; a history has so many of them. */
const LIVES = 10;

/** What is out of order besides the faults that can happen in every history. */
export type Trouble = (typeof TROUBLES)[number];
const TROUBLES = ['stalls', 'none', 'clock', 'downtime'] as const;

/** What one seed is about: how the program is set, what its queue is set to, and what is in store for it. */
export interface Scenario {
  readonly isLong: boolean;
  readonly trouble: Trouble;
  readonly settings: Settings;
  readonly visibilityTimeoutMs: number;
  /** How long the queue keeps a message. */
  readonly retentionMs: number;
  readonly stdout: 'pipe' | 'file';
  readonly messages: number;
  /** How many distinct types the events have. */
  readonly types: number;
  /** The messages are sent within this time. */
  readonly sentOverMs: number;
  /** This share of them is sent within a minute. */
  readonly burstShare: number;
  /** A copy of a message is sent at most this long after it: within DEDUP_RETENTION both are known. */
  readonly copiedWithinMs: number;
  /** How many processes follow each other before the calm; most of them are killed. */
  readonly lives: number;
  /** A process that is not killed is stopped before this. */
  readonly lifeMaxMs: number;
  /** Multiplies the chance of every fault. */
  readonly faultiness: number;
}

/** @param messages how many there are; undefined for as many as befit the scenario */
export function scenarioOf(seed: number, messages: number | undefined): Scenario {
  // Apart from the random numbers of the history, so that a shorter history has the same scenario.
  const random = mulberry32(seed ^ 0x5ce7a210);
  const pick = <T>(...items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const isLong = seed % LONG_EVERY === 0;
  const trouble = isLong ? TROUBLES[(seed / LONG_EVERY) % TROUBLES.length]! : pick(...TROUBLES);
  const eventTime = pick('occurred_at', 'occurred_at', 'occurred_at', 'sent_at');
  const settings = readSettings({
    WINDOW: pick('1m', '1m', '10s', '5m/1m', '2m/30s', 'total'),
    EVENT_TIME: eventTime,
    MAX_OUT_OF_ORDERNESS: pick('10s', '10s', '0s'),
    ALLOWED_LATENESS: pick('5m', '5m', '0s', '1h', '1d'),
    REVISION_INTERVAL: pick('10s', '10s', '0s', '1m'),
    IDLE_TIMEOUT: pick('10s', '10s', '3s'),
    MAX_TYPES_PER_WINDOW: pick('10000', '10000', '2'),
    DEDUP_RETENTION: isLong ? pick('2m', '5m', '10m') : pick('2m', '2m', '3m', '5m', '1h'),
    POLLERS_MAX: pick('3', '3', '8'),
    COMMIT_LINGER: pick('20ms', '20ms', '0s'),
  });
  return {
    isLong,
    trouble,
    settings,
    visibilityTimeoutMs: 30 * SECOND_MS,
    retentionMs: retentionOf(trouble, isLong, pick),
    stdout: pick('pipe', 'file'),
    messages: messages ?? (isLong ? 300 : 30),
    types: pick(2, 4),
    sentOverMs: isLong ? 3 * HOUR_MS : 3 * MINUTE_MS,
    burstShare: isLong ? 0.5 : 0,
    copiedWithinMs: eventTime === 'sent_at' ? 0 : settings.dedupRetentionMs / 8,
    lives: LIVES,
    lifeMaxMs: isLong ? 30 * MINUTE_MS : 2 * MINUTE_MS,
    faultiness: isLong ? 0.25 : 1,
  };
}

function retentionOf(trouble: Trouble, isLong: boolean, pick: (...items: number[]) => number): number {
  // Clocks are set forward by days. What is not known to be deleted is kept by the clock for as long as this.
  if (trouble === 'clock') return 14 * DAY_MS;
  // A long history is to last, and not to be lost.
  if (isLong) return 4 * DAY_MS;
  // Stalls go beyond the shortest, and what is late is not lost before the longest.
  return trouble === 'stalls'
    ? pick(5 * MINUTE_MS, 5 * MINUTE_MS, 4 * DAY_MS)
    : pick(5 * MINUTE_MS, HOUR_MS, 4 * DAY_MS);
}
