import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { REQUEST_KINDS, type RequestKind } from '../source/request-tally.ts';
import type { CommitOutcome } from '../window/commit.ts';
import { LATENESS_BOUNDS_S, Lateness } from '../window/lateness.ts';
import type { Observer } from './observer.ts';
import type { Overview } from './overview.ts';
import { PREFIX, registerOverview, setTo } from './overview-metrics.ts';
import { registerTally } from './tallied-histogram.ts';

/** From a commit in memory to one that waits for a slow disk. */
const COMMIT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const COMMIT_MESSAGES = [0, 1, 10, 20, 40, 80, 160, 320, 640];
const LATENCY_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];

/**
 * The metrics, in Prometheus' text format: those of the overview, and those that count what this process does. No
 * label has a value that comes from outside: whoever can send events could otherwise make as many time series as
 * they like.
 */
export class Metrics implements Partial<Observer> {
  readonly #registry = new Registry();
  readonly #setOverview: (overview: Overview) => void;
  readonly #commitSeconds: Histogram;
  readonly #commitMessages: Histogram;
  readonly #commitFailures: Counter;
  readonly #latency: Histogram;
  readonly #stdoutBlocked: Gauge;
  readonly #revisions: Counter;
  readonly #lateness = new Lateness();
  // Plain numbers, because they grow with every message.
  #deletesConfirmed = 0;
  #deletesFailed = 0;
  #commitBeganMs = 0;
  #heldUpSinceMs: number | undefined;
  #heldUpMs = 0;

  /** @param requests those to SQS so far; looked at whenever the metrics are */
  constructor(requests: Readonly<Record<RequestKind, number>>) {
    collectDefaultMetrics({ register: this.#registry });
    this.#setOverview = registerOverview(this.#registry);
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
    this.#revisions = this.#counter('revisions_total', 'Result lines whose revision is above 0');
    this.#late();
    this.#labelled('deletes_total', 'Messages that SQS confirmed to have deleted, or not', 'outcome', () => [
      ['confirmed', this.#deletesConfirmed],
      ['failed', this.#deletesFailed],
    ]);
    this.#labelled('sqs_requests_total', 'Requests to SQS, repeated ones as well', 'operation', () =>
      REQUEST_KINDS.map((kind) => [kind, requests[kind]]),
    );
    this.#backPressure();
  }

  /** The text, with everything that the overview knows. */
  async expose(overview: Overview): Promise<{ readonly contentType: string; readonly text: string }> {
    this.#setOverview(overview);
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

  committed(messages: number, { lateness, revisions }: CommitOutcome): void {
    this.#commitSeconds.observe((performance.now() - this.#commitBeganMs) / 1000);
    this.#commitMessages.observe(messages);
    if (lateness.events > 0) this.#lateness.addAll(lateness);
    if (revisions > 0) this.#revisions.inc(revisions);
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

  #late(): void {
    this.#counter('late_events_total', 'Events counted in a window that was closed already', (counter) =>
      setTo(counter, this.#lateness.events),
    );
    const name = `${PREFIX}lateness_seconds`;
    const help = 'How far late events were behind the watermark; 0 where quiet had closed their window';
    registerTally(this.#registry, { name, help, bounds: LATENESS_BOUNDS_S }, this.#lateness);
  }

  #backPressure(): void {
    this.#counter(
      'back_pressure_seconds_total',
      'How long commits have waited for the reader of stdout',
      (counter) => setTo(counter, this.#heldUpSoFarMs() / 1000),
    );
  }

  #heldUpSoFarMs(): number {
    return this.#heldUpMs + (this.#heldUpSinceMs === undefined ? 0 : performance.now() - this.#heldUpSinceMs);
  }

  /** @param collect sets a counter whose number is kept elsewhere, at each scrape */
  #counter(name: string, help: string, collect?: (counter: Counter) => void): Counter {
    return new Counter({
      name: PREFIX + name,
      help,
      registers: [this.#registry],
      ...(collect && {
        collect() {
          collect(this);
        },
      }),
    });
  }

  #labelled(name: string, help: string, label: string, read: () => (readonly [string, number])[]): void {
    new Counter({
      name: PREFIX + name,
      help,
      labelNames: [label],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [value, count] of read()) this.inc({ [label]: value }, count);
      },
    });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name: PREFIX + name, help, buckets, registers: [this.#registry] });
  }
}
