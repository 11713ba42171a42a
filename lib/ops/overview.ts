import type { Clock } from '../clock.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { Ledger, LedgerEntry, Tally } from '../state/state-store.ts';
import { REASONS } from '../validate/body.ts';
import { imbalanceOf } from '../window/ledger.ts';
import { type LatenessRules, watermarkMs } from '../window/watermark.ts';
import { isoTime } from './json.ts';
import type { LiveState } from './live-state.ts';
import type { QueueDepth } from './queue-depth.ts';
import { readinessOf } from './readiness.ts';

/** Everything but the totals, as `/stats` and `/metrics` show it. */
export type Overview = Awaited<ReturnType<typeof overviewOf>>;

export interface OverviewParts {
  readonly live: LiveState;
  readonly reader: StateReader;
  readonly depth: Pick<QueueDepth, 'read'>;
  readonly rules: LatenessRules;
  readonly queueName: string;
  readonly streamReaders: () => number;
  readonly clock: Clock;
}

export async function overviewOf({
  live,
  reader,
  depth,
  rules,
  queueName,
  streamReaders,
  clock,
}: OverviewParts) {
  const [ledger, sizes, queue] = await Promise.all([reader.readLedger(), reader.readSizes(), depth.read()]);
  const { view, progress, outlook } = live;
  const nowMs = clock.nowMs();
  const watermark = progress?.maxEventTimeMs === undefined ? undefined : watermarkMs(progress, rules);
  return {
    ledger: ledgerOf(ledger),
    watermark: watermark === undefined ? null : isoTime(watermark),
    watermark_lag_seconds: watermark === undefined ? null : (nowMs - watermark) / 1000,
    queue: {
      name: queueName,
      reachable: view !== undefined && !view.isReceptionFailing(),
      quiet: view?.isQuiet() ?? false,
      waiting: queue?.waiting ?? null,
      in_flight: queue?.inFlight ?? null,
    },
    oldest_message_in_hand_seconds: (view?.oldestInHandMs() ?? 0) / 1000,
    pollers: view ? live.pollerCount : 0,
    open_windows: sizes.openWindows,
    oldest_unprinted_window_age_seconds: Math.max(0, nowMs - (outlook?.openEndMs ?? nowMs)) / 1000,
    outbox: { lines: sizes.outboxLines, dead_letters: view?.deadLettersWaiting() ?? 0 },
    stream_readers: streamReaders(),
    ready: readinessOf(live).ready,
  };
}

function ledgerOf(ledger: Ledger) {
  const tally = (entry: LedgerEntry): Tally => ledger.get(entry) ?? { events: 0, messages: 0 };
  const { events, messages } = imbalanceOf(ledger);
  return {
    received: tally('received'),
    counted: tally('counted'),
    duplicate: tally('duplicate'),
    dead_lettered: Object.fromEntries(REASONS.map((reason) => [reason, tally(`dead_lettered:${reason}`)])),
    balanced: events === 0 && messages === 0,
  };
}
