import { unitsOfPrinted } from '../../property/oracle.ts';

interface Printed {
  readonly revision: number;
  readonly count: number;
  readonly total: string;
}

/** All lines that ever reached stdout, across processes, and what they amount to. */
export class PrintedHistory {
  readonly #contents = new Map<string, string>();
  readonly #last = new Map<string, Printed>();
  readonly #cut: string[] = [];
  /** Events in the last revisions; one that is in several windows counts in each. */
  eventsInWindows = 0;
  /** What is wrong with the lines, once something is. */
  problem: string | undefined;

  add(line: string): void {
    const { type, count, window_start = '', window_end = '', revision } = JSON.parse(line);
    const key = `${type}|${window_start}|${window_end}`;
    const before = this.#contents.get(`${key}|${revision}`);
    if (before !== undefined && before !== line)
      this.problem = `two contents of one revision: ${before} and ${line}`;
    this.#contents.set(`${key}|${revision}`, line);
    const last = this.#last.get(key);
    if (before === undefined && revision !== (last?.revision ?? -1) + 1)
      this.problem = `a revision is missing before ${line}`;
    if (last && last.revision >= revision) return;
    const sum = /"sum":(-?[\d.]+)/.exec(line)![1]!;
    this.eventsInWindows += count - (last?.count ?? 0);
    this.#last.set(key, { revision, count, total: `${count}|${unitsOfPrinted(sum)}` });
  }

  /** A line that a process could not write to its end. */
  addCut(part: string): void {
    this.#cut.push(part);
  }

  /** What was cut has to be printed again, in full. @returns the first piece that is the beginning of no line */
  get strayPiece(): string | undefined {
    const lines = [...this.#contents.values()];
    return this.#cut.find((part) => part === '' || !lines.some((line) => line.startsWith(part)));
  }

  /** The last revisions, in the form of the oracle's totals. */
  totals(): Map<string, string> {
    return new Map([...this.#last].map(([key, { total }]) => [key, total]));
  }
}
