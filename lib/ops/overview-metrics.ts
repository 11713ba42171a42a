import { Counter, Gauge, type Registry } from 'prom-client';
import { REASONS } from '../validate/body.ts';
import type { Overview } from './overview.ts';

export const PREFIX = 'nps_kata_';

/** A gauge of the overview: what it is, and its value; null leaves it out. */
type GaugeDefinition = readonly [name: string, help: string, read: (now: Overview) => number | null];

const GAUGES: readonly GaugeDefinition[] = [
  [
    'ledger_balanced',
    '1 while received = counted + duplicate + dead-lettered, else 0',
    (now) => Number(now.ledger.balanced),
  ],
  ['ready', '1 while /readyz says so, else 0', (now) => Number(now.ready)],
  ['watermark_lag_seconds', 'How far the watermark is behind the clock', (now) => now.watermark_lag_seconds],
  ['queue_reachable', '1 while SQS answers, else 0', (now) => Number(now.queue.reachable)],
  ['queue_messages_waiting', 'Messages waiting in the queue, as SQS says', (now) => now.queue.waiting],
  [
    'queue_messages_in_flight',
    'Messages received and not deleted, as SQS says',
    (now) => now.queue.in_flight,
  ],
  [
    'oldest_message_in_hand_seconds',
    'How long ago the oldest message was received that is not committed yet; 0 without any',
    (now) => now.oldest_message_in_hand_seconds,
  ],
  ['pollers', 'Receives that may be under way at the same time', (now) => now.pollers],
  ['open_windows', 'Windows that have not been printed', (now) => now.open_windows],
  [
    'oldest_unprinted_window_age_seconds',
    'How long ago the oldest window that has not been printed ended; 0 while none has',
    (now) => now.oldest_unprinted_window_age_seconds,
  ],
  ['outbox_lines', 'Result lines that stdout has not taken yet', (now) => now.outbox.lines],
  ['outbox_dead_letters', 'Dead letters that wait for their queue', (now) => now.outbox.dead_letters],
  ['stream_readers', 'Readers of /stats/stream', (now) => now.stream_readers],
];

/**
 * Registers what is shown of the overview, and returns how to set it. Those that count are the ledger's own numbers,
 * so they go on where the last process stopped and always agree with the state.
 */
export function registerOverview(registry: Registry): (overview: Overview) => void {
  const setters = [...ledgerCounters(registry), ...GAUGES.map((gauge) => overviewGauge(registry, gauge))];
  return (overview) => {
    for (const set of setters) set(overview);
  };
}

function* ledgerCounters(registry: Registry): Generator<(overview: Overview) => void> {
  for (const unit of ['events', 'messages'] as const) {
    for (const entry of ['received', 'counted', 'duplicate'] as const) {
      const counter = new Counter({
        name: `${PREFIX}${entry}_${unit}_total`,
        help: `${unit} ${entry}, as in the ledger`,
        registers: [registry],
      });
      yield ({ ledger }) => setTo(counter, ledger[entry][unit]);
    }
    const deadLettered = new Counter({
      name: `${PREFIX}dead_lettered_${unit}_total`,
      help: `${unit} that could not be counted, as in the ledger`,
      labelNames: ['reason'],
      registers: [registry],
    });
    yield ({ ledger }) => {
      deadLettered.reset();
      for (const reason of REASONS) deadLettered.inc({ reason }, ledger.dead_lettered[reason]?.[unit] ?? 0);
    };
  }
}

function overviewGauge(registry: Registry, [name, help, read]: GaugeDefinition) {
  const gauge = new Gauge({ name: PREFIX + name, help, registers: [registry] });
  return (overview: Overview) => {
    const value = read(overview);
    if (value === null) gauge.remove();
    else gauge.set(value);
  };
}

/** A counter whose number is kept elsewhere. */
export function setTo(counter: Counter, value: number): void {
  counter.reset();
  counter.inc(value);
}
