import { Breather } from '../breather.ts';
import type { Aggregate, Progress, StateTransaction, StoredWindow } from '../state/state-store.ts';
import type { Rejection } from '../validate/body.ts';
import type { Event } from '../validate/event.ts';
import { ExactSum } from './exact-sum.ts';
import { Lateness } from './lateness.ts';
import { TotalsDelta } from './totals.ts';
import { isTooLate, type LatenessRules, watermarkMs } from './watermark.ts';
import { isTotal, type WindowAssigner, type WindowBounds } from './window-assigner.ts';

/** Result lines write years with four digits, as RFC 3339 has it, and none before this one. */
const YEAR_0_MS = Date.parse('0000-01-01T00:00:00Z');
/** After so many aggregates read or written the event loop gets a turn. */
const AGGREGATES_PER_TURN = 2_000;

export interface CountingRules extends LatenessRules {
  readonly assign: WindowAssigner;
  readonly maxFutureSkewMs: number;
  readonly maxTypesPerWindow: number;
}

/** A type's numbers in one window while a commit adds to them. */
interface Running {
  count: number;
  readonly sum: ExactSum;
  readonly revision: number;
}

/** One window while a commit adds to it. */
interface Slot {
  readonly bounds: WindowBounds;
  readonly wanted: Set<string>;
  readonly running: Map<string, Running>;
  readonly changed: Set<string>;
  stored: StoredWindow | undefined;
  types: number;
  /** It was closed when the commit began: what is added to it is late. */
  isClosed: boolean;
}

/**
 * Adds the events of one commit to their windows. It is used in four steps, because what is stored can be read
 * only once it is known which windows are concerned: {@link expect} every event, {@link load}, {@link add} every
 * event, {@link save}. The time and the progress are those of the commit's start, so that the order of the
 * events within a commit decides nothing but which types are one too many.
 */
export class Aggregation {
  readonly #rules: CountingRules;
  readonly #progress: Progress;
  readonly #nowMs: number;
  /** The windows that accept events, by the start of the last window that an event belongs to. */
  readonly #slotsByStart = new Map<number, readonly Slot[]>();
  readonly #slots = new Map<number, Slot>();
  readonly #totals = new TotalsDelta();
  /** Of the events added to a closed window. */
  readonly lateness = new Lateness();
  readonly #watermarkMs: number;
  /** How many windows an event belongs to. */
  readonly windowsPerEvent: number;
  /** The largest event time among the events added, in milliseconds. */
  maxEventTimeMs: number | undefined;

  constructor(rules: CountingRules, progress: Progress, nowMs: number) {
    this.#rules = rules;
    this.#progress = progress;
    this.#nowMs = nowMs;
    this.#watermarkMs = watermarkMs(progress, rules);
    this.windowsPerEvent = rules.assign(nowMs).length;
  }

  /** Takes note of which windows and types the event concerns. */
  expect(event: Event): void {
    if (this.#isInTheFuture(event)) return;
    for (const slot of this.#slotsOf(event)) slot.wanted.add(event.type);
  }

  async load(tx: StateTransaction): Promise<void> {
    const breather = new Breather(AGGREGATES_PER_TURN);
    for (const slot of this.#slots.values()) {
      const pause = breather.spend(slot.wanted.size);
      if (pause) await pause;
      slot.stored = await tx.readWindow(slot.bounds);
      slot.types = slot.stored?.types ?? 0;
      slot.isClosed = this.#isClosed(slot);
      const found = slot.stored
        ? await tx.readAggregates(slot.bounds, slot.wanted)
        : new Map<string, Aggregate>();
      for (const [type, { count, sum, revision }] of found)
        slot.running.set(type, { count, sum: new ExactSum(sum), revision });
    }
  }

  /** Counts the event in each of its windows, or in none and says why. */
  add(event: Event): Rejection | undefined {
    const { type, timeMs, index } = event;
    if (this.#isInTheFuture(event))
      return {
        reason: 'in_the_future',
        detail: `the event's time is ${secondsBetween(this.#nowMs, timeMs)} ahead of the clock`,
        index,
      };
    const slots = this.#slotsOf(event);
    if (slots.length === 0) return this.#withoutWindow(event);
    const { maxTypesPerWindow } = this.#rules;
    if (slots.some(({ running, types }) => types >= maxTypesPerWindow && !running.has(type)))
      return {
        reason: 'too_many_types',
        detail: `the window already holds ${maxTypesPerWindow} types (MAX_TYPES_PER_WINDOW)`,
        index,
      };
    for (const slot of slots) addToSlot(slot, event);
    if (slots.some(({ isClosed }) => isClosed))
      this.lateness.add(Math.max(0, this.#watermarkMs - timeMs) / 1000);
    this.#totals.add(event);
    if (this.maxEventTimeMs === undefined || timeMs > this.maxEventTimeMs) this.maxEventTimeMs = timeMs;
    return undefined;
  }

  #withoutWindow({ timeMs, index }: Event): Rejection {
    return beginBeforeYear0(this.#rules.assign(timeMs))
      ? {
          reason: 'schema_violation',
          detail: `occurred_at must not be so early that a window of it begins before the year 0, as ${isoTime(timeMs)} is`,
          index,
        }
      : { reason: 'too_late', detail: this.#explainTooLate(timeMs), index };
  }

  async save(tx: StateTransaction): Promise<void> {
    const breather = new Breather(AGGREGATES_PER_TURN);
    for (const { bounds, stored, types, running, changed } of this.#slots.values()) {
      if (changed.size === 0) continue;
      const aggregates = new Map<string, Aggregate>();
      for (const type of changed) {
        const { count, sum, revision } = running.get(type)!;
        aggregates.set(type, { count, sum: sum.toString(), revision });
      }
      // Running totals have no end to wait for: they count as closed, and as revised, from the first event on.
      const printedMs = stored?.printedMs ?? (isTotal(bounds) ? 0 : undefined);
      await tx.writeWindow({ bounds, types, printedMs }, aggregates);
      const pause = breather.spend(changed.size);
      if (pause) await pause;
    }
    await tx.addToTotals(this.#totals);
  }

  #isInTheFuture({ timeMs }: Event): boolean {
    return timeMs > this.#nowMs + this.#rules.maxFutureSkewMs;
  }

  /** By the watermark, or by quiet, which has then printed it. */
  #isClosed({ bounds, stored }: Slot): boolean {
    if (isTotal(bounds)) return false;
    return bounds.endMs <= this.#watermarkMs || stored?.printedMs !== undefined;
  }

  #explainTooLate(timeMs: number): string {
    const horizon = isoTime(this.#progress.horizonMs);
    const watermark = isoTime(this.#watermarkMs);
    return `every window of ${isoTime(timeMs)} ends at or before the horizon, ${horizon}; the watermark is ${watermark} (see ALLOWED_LATENESS)`;
  }

  /** The event's windows that still accept it. */
  #slotsOf({ timeMs }: Event): readonly Slot[] {
    const windows = this.#rules.assign(timeMs);
    const { startMs } = windows[windows.length - 1]!;
    const known = this.#slotsByStart.get(startMs);
    if (known) return known;
    const accepting = beginBeforeYear0(windows)
      ? []
      : windows.filter(({ endMs }) => !isTooLate(endMs, this.#progress));
    const slots = accepting.map((bounds) => this.#slot(bounds));
    this.#slotsByStart.set(startMs, slots);
    return slots;
  }

  #slot(bounds: WindowBounds): Slot {
    let slot = this.#slots.get(bounds.startMs);
    if (!slot) {
      slot = {
        bounds,
        wanted: new Set(),
        running: new Map(),
        changed: new Set(),
        stored: undefined,
        types: 0,
        isClosed: false,
      };
      this.#slots.set(bounds.startMs, slot);
    }
    return slot;
  }
}

function beginBeforeYear0([earliest]: readonly WindowBounds[]): boolean {
  return earliest!.startMs < YEAR_0_MS && !isTotal(earliest!);
}

function addToSlot(slot: Slot, { type, value }: Event): void {
  let running = slot.running.get(type);
  if (!running) {
    running = { count: 0, sum: new ExactSum(), revision: 0 };
    slot.running.set(type, running);
    slot.types += 1;
  }
  running.count += 1;
  running.sum.add(value);
  slot.changed.add(type);
}

function secondsBetween(fromMs: number, toMs: number): string {
  return `${((toMs - fromMs) / 1000).toFixed(1)} s`;
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
