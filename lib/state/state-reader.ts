import type { WindowBounds } from '../window/window-assigner.ts';
import type { Aggregate, Ledger, TypeTotal } from './state-store.ts';

/** Everything counted so far, per type. */
export interface Totals {
  /** When the totals began, at zero, in milliseconds since the Unix epoch. */
  readonly sinceMs: number;
  /** By type, in code point order. The type "" stands for all that came after the first 10,000 types. */
  readonly totals: readonly TypeTotal[];
}

/** A type's numbers in a window; `revision` is that of the next line. */
export interface WindowRow extends Aggregate {
  readonly type: string;
  readonly bounds: WindowBounds;
  /** Every type of the window has been printed at least once. */
  readonly isClosed: boolean;
}

/** A place in the order of the answer: this type of this window, or where it would be. */
export interface WindowPlace {
  readonly bounds: WindowBounds;
  readonly type: string;
}

export interface WindowQuery {
  readonly type: string | undefined;
  /** Windows that end after this … */
  readonly endAfterMs: number;
  /** … and here or earlier. */
  readonly endUpToMs: number;
  /** Most rows to return. */
  readonly limit: number;
  /** Where an earlier call left off; undefined to begin with the window that ends last. */
  readonly place: WindowPlace | undefined;
}

export interface WindowPage {
  readonly rows: readonly WindowRow[];
  /** Where to go on; undefined when everything has been looked at. */
  readonly next: WindowPlace | undefined;
}

/** How much there is of what may pile up; counting ends at a bound, so that asking never takes long. */
export interface Sizes {
  readonly openWindows: number;
  readonly outboxLines: number;
}

/**
 * What may be asked while the pipeline is running. Each call is short, whatever the state holds, because commits
 * wait for it.
 */
export interface StateReader {
  readLedger(): Promise<Ledger>;
  readTotals(): Promise<Totals>;
  readTotal(type: string): Promise<TypeTotal | undefined>;
  /** A few windows, the one that ends last first; several calls may be needed to fill `limit`. */
  readWindows(query: WindowQuery): Promise<WindowPage>;
  readSizes(): Promise<Sizes>;
}
