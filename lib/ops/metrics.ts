import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { REASONS } from '../validate/body.ts';
import type { CommitOutcome } from '../window/commit.ts';
import type { Observer } from './observer.ts';
import type { Overview } from './overview.ts';

const PREFIX = 'nps_kata_';

/** From a commit in memory to one that waits for a slow disk. */
const COMMIT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const COMMIT_MESSAGES = [0, 1, 10, 20, 40, 80, 160, 320, 640];
const LATENCY_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];

/**
 * The metrics, in Prometheus' text format. Those that count events are the ledger's own numbers, so they go on
 * where the last process stopped and always agree with the state. No label has a value that comes from outside:
 * whoever can send events could otherwise make as many time series as they like.
 */
export class Metrics implements Partial<Observer> {
  readonly #registry = new Registry();
  readonly #commitSeconds: Histogram;
  readonly #commitMessages: Histogram;
  readonly #commitFailures: Counter;
  readonly #latency: Histogram;
  readonly #stdoutBlocked: Gauge;
  readonly #fromOverview: Array<(overview: Overview) => void> = [];
  // Plain numbers, because they grow with every message.
  #deletesConfirmed = 0;
  #deletesFailed = 0;
  #commitBeganMs = 0;
  #heldUpSinceMs: number | undefined;
  #heldUpMs = 0;

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    this.#tallies();
    this.#gauges();
    this.#commitSeconds = this.#histogram('commit_seconds', 'How long a commit took', COMMIT_SECONDS);
    this.#commitMessages = this.#histogram('commit_messages', 'Messages in a commit', COMMIT_MESSAGES);
    this.#commitFailures = this.#counter('commit_failures_total', 'Commits that failed and were tried again');
    this.#latency = this.#histogram(
      'receive_to_commit_seconds',
      'From receiving a message until its effect was durable',
      LATENCY_SECONDS,
    );
    this.#stdoutBlocked = new Gauge({
      name: `${PREFIX}stdout_blocked`,
      help: '1 while stdout takes nothing although lines wait for it, else 0',
      registers: [this.#registry],
    });
    this.#deletes();
    this.#backPressure();
  }

  /** The text, with everything that the overview knows. */
  async expose(overview: Overview): Promise<{ readonly contentType: string; readonly text: string }> {
    for (const set of this.#fromOverview) set(overview);
    // prom-client writes Nan, the format says NaN: the event loop's lag, where two scrapes are very close.
    const text = (await this.#registry.metrics()).replace(/ Nan$/gm, ' NaN');
    return { contentType: this.#registry.contentType, text };
  }

  acknowledged(messages: number, latencyMs: number): void {
    if (messages > 0) this.#latency.observe(latencyMs / 1000);
  }

  commitBegan(): void {
    this.#commitBeganMs = performance.now();
  }

  committed(messages: number, _outcome: CommitOutcome): void {
    this.#commitSeconds.observe((performance.now() - this.#commitBeganMs) / 1000);
    this.#commitMessages.observe(messages);
  }

  commitFailed(): void {
    this.#commitFailures.inc();
  }

  heldUp(): void {
    this.#heldUpSinceMs ??= performance.now();
  }

  released(): void {
    this.#heldUpMs = this.#heldUpSoFarMs();
    this.#heldUpSinceMs = undefined;
  }

  stdoutBlocked(): void {
    this.#stdoutBlocked.set(1);
  }

  stdoutUnblocked(): void {
    this.#stdoutBlocked.set(0);
  }

  deleted(messages: number): void {
    this.#deletesConfirmed += messages;
  }

  deleteFailed(messages: number): void {
    this.#deletesFailed += messages;
  }

  /** The ledger, as counters. */
  #tallies(): void {
    for (const unit of ['events', 'messages'] as const)
      for (const entry of ['received', 'counted', 'duplicate'] as const) {
        const counter = this.#counter(`${entry}_${unit}_total`, `${unit} ${entry}, as in the ledger`);
        this.#fromOverview.push(({ ledger }) => setTo(counter, ledger[entry][unit]));
      }
    const deadLetters = new Counter({
      name: `${PREFIX}dead_lettered_events_total`,
      help: 'events that could not be counted, as in the ledger',
      labelNames: ['reason'],
      registers: [this.#registry],
    });
    this.#fromOverview.push(({ ledger }) => {
      deadLetters.reset();
      for (const reason of REASONS) deadLetters.inc({ reason }, ledger.dead_lettered[reason]?.events ?? 0);
    });
  }

  #gauges(): void {
    this.#gauge('ledger_balanced', '1 while received = counted + duplicate + dead-lettered, else 0', (now) =>
      Number(now.ledger.balanced),
    );
    this.#gauge('ready', '1 while /readyz says so, else 0', (now) => Number(now.ready));
    this.#gauge(
      'watermark_lag_seconds',
      'How far the watermark is behind the clock',
      (now) => now.watermark_lag_seconds,
    );
    this.#gauge('queue_reachable', '1 while SQS answers, else 0', (now) => Number(now.queue.reachable));
    this.#gauge(
      'queue_messages_waiting',
      'Messages waiting in the queue, as SQS says',
      (now) => now.queue.waiting,
    );
    this.#gauge(
      'queue_messages_in_flight',
      'Messages received and not deleted, as SQS says',
      (now) => now.queue.in_flight,
    );
    this.#gauge('pollers', 'Receives that may be under way at the same time', (now) => now.pollers);
    this.#gauge('open_windows', 'Windows that have not been printed', (now) => now.open_windows);
    this.#gauge(
      'oldest_unprinted_window_age_seconds',
      'How long ago the oldest window that has not been printed ended; 0 while none has',
      (now) => now.oldest_unprinted_window_age_seconds,
    );
    this.#gauge('outbox_lines', 'Result lines that stdout has not taken yet', (now) => now.outbox.lines);
    this.#gauge(
      'outbox_dead_letters',
      'Dead letters that wait for their queue',
      (now) => now.outbox.dead_letters,
    );
    this.#gauge('stream_readers', 'Readers of /stats/stream', (now) => now.stream_readers);
  }

  #deletes(): void {
    const deletes = new Counter({
      name: `${PREFIX}deletes_total`,
      help: 'Messages that SQS has confirmed to have deleted, or that could not be deleted',
      labelNames: ['outcome'],
      registers: [this.#registry],
    });
    this.#fromOverview.push(() => {
      deletes.reset();
      deletes.inc({ outcome: 'confirmed' }, this.#deletesConfirmed);
      deletes.inc({ outcome: 'failed' }, this.#deletesFailed);
    });
  }

  #backPressure(): void {
    const counter = this.#counter(
      'back_pressure_seconds_total',
      'How long commits have waited for the reader of stdout',
    );
    this.#fromOverview.push(() => setTo(counter, this.#heldUpSoFarMs() / 1000));
  }

  #heldUpSoFarMs(): number {
    return this.#heldUpMs + (this.#heldUpSinceMs === undefined ? 0 : performance.now() - this.#heldUpSinceMs);
  }

  #counter(name: string, help: string): Counter {
    return new Counter({ name: PREFIX + name, help, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name: PREFIX + name, help, buckets, registers: [this.#registry] });
  }

  /** A gauge that is absent while nothing is known. */
  #gauge(name: string, help: string, read: (overview: Overview) => number | null): void {
    const gauge = new Gauge({ name: PREFIX + name, help, registers: [this.#registry] });
    this.#fromOverview.push((overview) => {
      const value = read(overview);
      if (value === null) gauge.remove();
      else gauge.set(value);
    });
  }
}

/** A counter whose number is kept elsewhere. */
function setTo(counter: Counter, value: number): void {
  counter.reset();
  counter.inc(value);
}
