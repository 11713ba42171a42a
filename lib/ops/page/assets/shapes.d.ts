/** What the API answers, as the page reads it: `sum` is the exact decimal, a string and never a double. */
export interface Total {
  /** "" stands for all further types, where there are too many to tell each total. */
  type: string;
  count: number;
  sum: string;
}

/** One type in one window. With `WINDOW=total` there are no bounds. */
export interface WindowRow extends Total {
  window_start?: string | null;
  window_end?: string | null;
  /** The last one printed; null before the first. */
  revision: number | null;
  closed: boolean;
}

export interface Tally {
  events: number;
  messages: number;
}

export interface LedgerShape {
  received: Tally;
  counted: Tally;
  duplicate: Tally;
  dead_lettered: Record<string, Tally>;
  balanced: boolean;
}

export interface DeadLetterExample {
  at: string;
  reason: string;
  detail: string;
  body: string;
}

export interface Stats {
  since: string;
  totals: Total[];
  ledger: LedgerShape;
  watermark: string | null;
  watermark_lag_seconds: number | null;
  queue: {
    name: string;
    reachable: boolean;
    quiet: boolean;
    waiting: number | null;
    in_flight: number | null;
  };
  pollers: number;
  open_windows: number;
  outbox: { lines: number; dead_letters: number };
  dead_letter_examples: DeadLetterExample[];
}

/** One line of the charts: `sums` are what is shown, `heights` their nearest doubles, which only place a pixel. */
export interface Column {
  /** Undefined for the types that have no line of their own, taken together. */
  type: string | undefined;
  counts: number[];
  sums: string[];
  heights: number[];
}

export interface ChartData {
  /** In seconds since 1970, rising. */
  times: number[];
  columns: Column[];
  /** Where the first window begins that still takes events in; undefined where all are closed. */
  openFrom: number | undefined;
}
