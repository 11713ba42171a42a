import type { Reason } from '../validate/body.ts';
import type { WindowBounds } from '../window/window-assigner.ts';

/** How far event time has come. Both only ever grow. */
export interface Progress {
  /** The largest event time counted so far (`T`), in milliseconds; undefined before the first event. */
  readonly maxEventTimeMs: number | undefined;
  /** Windows that end here or earlier may have been forgotten, so they accept nothing any more. */
  readonly horizonMs: number;
}

/** How long identities have to be kept depends on these; in milliseconds by the state's own clock. */
export interface Retention {
  /** What that clock showed at the last commit. */
  readonly clockMs: number;
  /** Identities that a receive sent before this may bring again can have been forgotten. */
  readonly fenceMs: number;
}

/** What is known of one type in one window. */
export interface Aggregate {
  readonly count: number;
  /** Exact, in plain notation. */
  readonly sum: string;
  /** How many lines have been printed of it, which is also the revision of the next one. */
  readonly revision: number;
}

export interface StoredWindow {
  readonly bounds: WindowBounds;
  /** How many distinct types the window holds. */
  readonly types: number;
  /** When the window was last printed in full, by the state's clock; undefined while it is open. */
  readonly printedMs: number | undefined;
}

/** A line that is due, with the content that it has to show. */
export interface DueLine extends Aggregate {
  readonly bounds: WindowBounds;
  readonly type: string;
}

/** Which windows have something to print. */
export interface DueBefore {
  /** Open windows that end here or earlier. */
  readonly openEndMs: number;
  /** Closed windows with new content that were last printed here or earlier. */
  readonly printedMs: number;
}

/** A result line in the outbox. Its sequence number gives the order on stdout. */
export interface OutboxLine {
  readonly seq: number;
  readonly line: string;
}

/** A dead letter: its body and its message attributes, all of them strings. */
export interface DeadLetter {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface OutboxDeadLetter extends DeadLetter {
  readonly seq: number;
  /** Its own, which no other letter ever has; the same whenever it is read, also by a later process. */
  readonly name: string;
}

export type LedgerEntry = 'received' | 'counted' | 'duplicate' | `dead_lettered:${Reason}`;

export interface Tally {
  events: number;
  messages: number;
}

/** `received` is the sum of all other entries, in events and in messages. */
export type Ledger = Map<LedgerEntry, Tally>;

/** How many events of a type, and what their values add up to. */
export interface TypeTotal {
  readonly type: string;
  readonly count: number;
  /** Exact, in plain notation. */
  readonly sum: string;
}

/** When there will be something to do without any new message. Undefined where there is nothing to wait for. */
export interface Outlook {
  /** The earliest end of an open window. */
  readonly openEndMs: number | undefined;
  /** When the closed window that has waited longest with new content was last printed. */
  readonly revisedPrintedMs: number | undefined;
}

/** Which identities have expired, by their expiry, in milliseconds by the state's clock. */
export interface Expired {
  /** Those that expired before this, where some delivery is open … */
  readonly openBeforeMs: number;
  /** … and where every delivery's deletion is confirmed; never later than the other one. */
  readonly closedBeforeMs: number;
}

/** What can be done within one transaction. Reads see the writes made before them. */
export interface StateTransaction {
  readProgress(): Promise<Progress>;
  writeProgress(progress: Progress): Promise<void>;

  /**
   * Takes note that these messages were delivered, and keeps their identities until `expiresMs` at least.
   * @returns for each whether it is the first delivery ever; the second of two equal ones in a call is not
   */
  claimIdentities(identities: readonly string[], expiresMs: number): Promise<boolean[]>;
  /** SQS has confirmed one deletion for each of these; with no other delivery open they expire at `expiresMs`. */
  confirmIdentities(identities: readonly string[], expiresMs: number): Promise<void>;
  /**
   * Looks at the next `limit` identities, all of them in turn, and forgets those that have expired. Called with a
   * multiple of what is claimed, it keeps up, and no commit takes long.
   *
   * @returns how many were forgotten
   */
  purgeIdentities(expired: Expired, limit: number): Promise<number>;

  readRetention(): Promise<Retention>;
  writeRetention(retention: Retention): Promise<void>;

  readWindow(bounds: WindowBounds): Promise<StoredWindow | undefined>;
  readAggregates(bounds: WindowBounds, types: Iterable<string>): Promise<Map<string, Aggregate>>;
  /** Stores new content, which is then due to be printed. */
  writeWindow(window: StoredWindow, changed: ReadonlyMap<string, Aggregate>): Promise<void>;

  /** At most `limit` lines that are due, by window end, window start and type in code point order. */
  readDueLines(due: DueBefore, limit: number): Promise<DueLine[]>;
  /** Takes note that these were printed; a window that has nothing left to print was printed at `nowMs`. */
  markPrinted(lines: readonly DueLine[], nowMs: number): Promise<void>;
  /** Removes windows that end at `horizonMs` or earlier and have nothing left to print, at most `limit`. */
  forgetWindows(horizonMs: number, limit: number): Promise<void>;

  addToLedger(changes: Ledger): Promise<void>;
  /** Adds to the running totals, each type at most once. Beyond 10,000 types new ones are added to the type "". */
  addToTotals(changes: Iterable<TypeTotal>): Promise<void>;
  /** @returns the lines with their sequence numbers, in the order given */
  addLines(lines: readonly string[]): Promise<OutboxLine[]>;
  addDeadLetters(letters: readonly DeadLetter[]): Promise<void>;
  readOutlook(): Promise<Outlook>;
}

/**
 * Durable state. Every method may throw {@link RetryLater}, having changed nothing; any other error means that
 * the state cannot be used.
 */
export interface StateStore {
  /** Runs `work` in one transaction, one at a time; what it throws rolls everything back. */
  transaction<T>(work: (tx: StateTransaction) => Promise<T>): Promise<T>;
  /** Result lines not yet delivered, in order, from behind `afterSeq`. */
  readLines(afterSeq: number, limit: number): Promise<OutboxLine[]>;
  /** How many result lines are not yet delivered. */
  countLines(): Promise<number>;
  /** Takes result lines up to and including `seq` out of the outbox. */
  removeLines(seq: number): Promise<void>;
  /** Dead letters not yet delivered, in order, from behind `afterSeq`. */
  readDeadLetters(afterSeq: number, limit: number): Promise<OutboxDeadLetter[]>;
  countDeadLetters(): Promise<number>;
  removeDeadLetters(seqs: readonly number[]): Promise<void>;
  readLedger(): Promise<Ledger>;
  readRetention(): Promise<Retention>;
  /** The ARN of the queue whose messages are in the state; undefined while there are none, or none is known. */
  readQueueArn(): Promise<string | undefined>;
  writeQueueArn(arn: string): Promise<void>;
  close(): Promise<void>;
}
