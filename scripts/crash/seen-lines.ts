import { unitsOfPrinted } from '../../spec/property/oracle.ts';

/**
 * What came out on stdout of all the processes of a run, by what identifies a line. A reader of the lines does
 * the same: a line that comes again is the same line, and the highest revision is the truth.
 */
export class SeenLines {
  readonly #contents = new Map<string, string>();
  readonly #counted = new Map<string, { readonly revision: number; readonly count: number }>();
  /** Lines that came again, byte for byte. */
  repeated = 0;
  /** Lines that a kill cut off in the middle. */
  cutOff = 0;
  /** Events in the highest revisions. */
  events = 0;
  /** What must never be seen: a second content for the same identity, or a line that is no result. */
  readonly faults: string[] = [];

  /** Takes what one process printed; the last line of a killed one may not be whole. */
  addAll(lines: readonly string[], end: 'killed' | 'whole'): void {
    for (const [index, line] of lines.entries()) {
      const isLast = index === lines.length - 1;
      if (end === 'killed' && isLast && !line.endsWith('}')) this.cutOff += 1;
      else this.#add(line);
    }
  }

  /** `type|start|end` to `count|units` of the highest revision, as the oracle has it. */
  get totals(): Map<string, string> {
    return new Map(
      [...this.#counted].map(([key, { revision, count }]) => {
        const sum = /"sum":(-?[\d.]+)/.exec(this.#contents.get(`${key}|${revision}`)!)![1]!;
        return [key, `${count}|${unitsOfPrinted(sum)}`];
      }),
    );
  }

  #add(line: string): void {
    let result: Record<string, unknown>;
    try {
      result = JSON.parse(line);
    } catch {
      this.faults.push(`not JSON: ${line}`);
      return;
    }
    const { type, window_start, window_end, revision, count } = result;
    const key = `${type}|${window_start}|${window_end}`;
    const identity = `${key}|${revision}`;
    const before = this.#contents.get(identity);
    if (before === line) this.repeated += 1;
    else if (before !== undefined) this.faults.push(`two contents: ${before} and ${line}`);
    else {
      this.#contents.set(identity, line);
      this.#take(key, Number(revision), Number(count));
    }
  }

  #take(key: string, revision: number, count: number): void {
    const last = this.#counted.get(key);
    if (last && last.revision > revision) return;
    this.#counted.set(key, { revision, count });
    this.events += count - (last?.count ?? 0);
  }
}
