import { unitsOfPrinted } from '../property/oracle.ts';

/** All lines that ever reached stdout, across processes, and what they amount to. */
export class PrintedHistory {
  readonly #contents = new Map<string, string>();
  readonly #last = new Map<
    string,
    { readonly revision: number; readonly count: number; readonly total: string }
  >();
  events = 0;
  /** What is wrong with the lines, once something is. */
  problem: string | undefined;

  add(line: string): void {
    const { type, count, window_start, window_end, revision } = JSON.parse(line);
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
    this.events += count - (last?.count ?? 0);
    this.#last.set(key, { revision, count, total: `${count}|${unitsOfPrinted(sum)}` });
  }

  /** The last revisions, in the form of the oracle's totals. */
  totals(): Map<string, string> {
    return new Map([...this.#last].map(([key, { total }]) => [key, total]));
  }
}
