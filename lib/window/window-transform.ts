import { Transform, type TransformCallback } from 'node:stream';
import { eventLoopTurn } from '../breather.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Observer } from '../ops/observer.ts';
import { rideOut } from '../retry.ts';
import type { Quiet } from '../source/reception.ts';
import type { StateClock } from '../state/state-clock.ts';
import type { OutboxLine, StateStore } from '../state/state-store.ts';
import type { ValidatedDelivery } from '../validate/validate-transform.ts';
import { type CommitOutcome, type CommitRules, type CommitWork, commit, isPrintDue } from './commit.ts';
import { leftOverLines } from './left-over-lines.ts';
import { settle } from './settle.ts';

/** How often it is looked whether something is due without any new message. */
const TICK_MS = 100;
/** Deletions that SQS confirmed are written down with the next commit, or by one of their own after this long. */
const CONFIRM_INTERVAL_MS = 1_000;
/** With so many events gathered the next delivery waits outside, so that no commit takes long. */
const GATHERED_EVENTS_MAX = 20_000;

export interface WindowTransformOptions {
  readonly store: StateStore;
  readonly rules: CommitRules;
  readonly clock: Clock;
  readonly stateClock: StateClock;
  /** When everything that is kept last began to be kept anew, by the state's clock. */
  readonly renewedMs: () => number;
  readonly log: Log;
  /** Longest wait to gather one commit, in milliseconds. */
  readonly lingerMs: number;
  /** How many pollers there are: with as many deliveries gathered none is left that could bring another one. */
  readonly pollers: () => number;
  /** Defined while the queue is quiet. */
  readonly quiet: () => Quiet | undefined;
  /** Called after a commit that put dead letters into the outbox, with their number. */
  readonly onDeadLetters: (added: number) => void;
  readonly observer?: Observer | undefined;
}

/**
 * Validated deliveries in, committed result lines out (arrays of {@link OutboxLine}). It gathers what is
 * waiting, commits it at once, acknowledges it, and hands on the lines that the commit made due; those that an
 * earlier process left undelivered come first.
 */
export class WindowTransform extends Transform {
  readonly #options: WindowTransformOptions;
  readonly #stopping = new AbortController();
  #gathered: ValidatedDelivery[] = [];
  #gatheredEvents = 0;
  #confirmed: string[] = [];
  #latest: CommitOutcome | undefined;
  #lastCommitMs = 0;
  #hasBegun = false;
  /** The commits under way; one loop at a time. */
  #running: Promise<void> | undefined;
  #admitMore: (() => void) | undefined;
  #cancelLinger: (() => void) | undefined;
  #cancelTick: (() => void) | undefined;
  #resumeReading: (() => void) | undefined;

  constructor(options: WindowTransformOptions) {
    super({ objectMode: true, readableHighWaterMark: 2 });
    this.#options = options;
  }

  /** Not before the stage is joined to the others: a fault of the store has to find its way through the pipeline. */
  #begin(): void {
    this.#hasBegun = true;
    this.#running = this.#guard(async () => {
      for await (const lines of leftOverLines(this.#options.store)) await this.#deliver(lines);
      await this.#commitOnce();
    });
    this.#scheduleTick();
  }

  /** SQS has confirmed the deletion of a message with this identity. */
  confirmDeleted(identity: string): void {
    this.#confirmed.push(identity);
  }

  override _transform(delivery: ValidatedDelivery, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#gathered.push(delivery);
    for (const { events, rejections } of delivery.messages)
      this.#gatheredEvents += events.length + rejections.length;
    if (this.#gatheredEvents < GATHERED_EVENTS_MAX) done();
    else this.#admitMore = done;
    this.#commitSoon();
  }

  override _read(size: number): void {
    if (!this.#hasBegun) this.#begin();
    this.#resumeReading?.();
    super._read(size);
  }

  override _flush(done: TransformCallback): void {
    this.#cancelTimers();
    const rest = async () => {
      // One commit may have been followed by another while this waited.
      while (this.#running) await this.#running;
      await this.#guard(() => this.#commitOnce());
    };
    rest().then(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#cancelTimers();
    this.#stopping.abort();
    this.#resumeReading?.();
    for (const delivery of this.#gathered) delivery.abandon();
    done(error);
  }

  #commitSoon(): void {
    if (this.#running) return; // it looks again when it is done
    const { pollers, lingerMs, clock } = this.#options;
    if (this.#gathered.length === 0) return; // no poller may be started yet, so 0 of 0 does not count
    if (this.#gathered.length >= pollers() || this.#admitMore) this.#start();
    else this.#cancelLinger ??= clock.schedule(() => this.#start(), lingerMs);
  }

  #start(): void {
    if (this.#running || this.destroyed) return;
    this.#cancelLinger?.();
    this.#cancelLinger = undefined;
    this.#running = this.#guard(() => this.#commitOnce());
  }

  /** Ends the stream with what `work` throws; its deliveries have been abandoned by then. */
  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      // Only once `#running` is set: a commit that lets more in may find itself back in `_transform` at once.
      await undefined;
      await work();
    } catch (error) {
      if (!this.destroyed) this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
    this.#running = undefined;
    this.#commitSoon();
  }

  /** Commits what is gathered and delivers what that made due, in several commits where it is a lot. */
  async #commitOnce(): Promise<void> {
    const deliveries = this.#gathered;
    this.#gathered = [];
    this.#gatheredEvents = 0;
    // What is admitted may fill the stage up again before this returns.
    const admitMore = this.#admitMore;
    this.#admitMore = undefined;
    admitMore?.();
    let outcome: CommitOutcome;
    try {
      outcome = await this.#commit(deliveries);
    } catch (error) {
      for (const delivery of deliveries) delivery.abandon();
      throw error;
    }
    // From here on the messages are counted. A crash before SQS has deleted them makes duplicates of them.
    settle(deliveries, outcome.fenceMs, this.#options.log);
    await this.#deliver(outcome.lines);
    while (outcome.isMoreDue && !this.destroyed) {
      await eventLoopTurn();
      outcome = await this.#commit([]);
      await this.#deliver(outcome.lines);
    }
  }

  async #commit(deliveries: readonly ValidatedDelivery[]): Promise<CommitOutcome> {
    const { store, rules, clock, renewedMs, log, onDeadLetters, observer } = this.#options;
    const messages = deliveries.flatMap((delivery) => delivery.messages);
    const confirmed = this.#confirmed;
    const attempt = async () => {
      observer?.commitBegan();
      try {
        const done = await store.transaction((tx) =>
          commit(tx, { messages, confirmed, renewedMs: renewedMs(), ...this.#times() }, rules),
        );
        observer?.committed(messages.length, done);
        return done;
      } catch (error) {
        observer?.commitFailed();
        throw error;
      }
    };
    this.#confirmed = [];
    const outcome = await rideOut(attempt, { clock, log, signal: this.#stopping.signal });
    this.#lastCommitMs = clock.monotonicMs();
    this.#latest = outcome;
    if (outcome.deadLetters > 0) onDeadLetters(outcome.deadLetters);
    return outcome;
  }

  /** Hands lines on; waits while the reader of stdout is behind, which holds up the next commit. */
  async #deliver(lines: readonly OutboxLine[]): Promise<void> {
    if (lines.length === 0 || this.destroyed || this.push(lines)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resumeReading = resolve;
    this.#options.observer?.heldUp();
    await promise;
    this.#options.observer?.released();
    this.#resumeReading = undefined;
  }

  #scheduleTick(): void {
    this.#cancelTick = this.#options.clock.schedule(() => {
      if (this.#isSomethingDue()) this.#start();
      this.#scheduleTick();
    }, TICK_MS);
  }

  #isSomethingDue(): boolean {
    const { rules, clock } = this.#options;
    return (
      (this.#latest !== undefined && isPrintDue(this.#latest, this.#times(), rules)) ||
      (this.#confirmed.length > 0 && this.#lastCommitMs + CONFIRM_INTERVAL_MS <= clock.monotonicMs())
    );
  }

  #times(): Pick<CommitWork, 'nowMs' | 'stateMs' | 'quiet'> {
    const { clock, stateClock, quiet } = this.#options;
    return { nowMs: clock.nowMs(), stateMs: stateClock.nowMs(), quiet: quiet() };
  }

  #cancelTimers(): void {
    this.#cancelLinger?.();
    this.#cancelTick?.();
  }
}
