import { Writable } from 'node:stream';

interface ResultLine {
  readonly type: string;
  readonly count: number;
  readonly window_start: string;
  readonly revision: number;
}

/** Takes result lines, parsed, and knows what their last revisions add up to; as any reader of them would do it. */
export class PrintedLines extends Writable {
  readonly #lastRevisions = new Map<string, ResultLine>();
  #awaited: { readonly events: number; readonly resolve: () => void } | undefined;
  events = 0;

  constructor() {
    super({ objectMode: true });
  }

  /** Resolves once the last revisions hold so many events. */
  reach(events: number): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited = { events, resolve };
      this.#check();
    });
  }

  override _write({ value: line }: { value: ResultLine }, _encoding: BufferEncoding, done: () => void): void {
    const key = `${line.window_start} ${line.type}`;
    const before = this.#lastRevisions.get(key);
    if (!before || line.revision > before.revision) {
      this.events += line.count - (before?.count ?? 0);
      this.#lastRevisions.set(key, line);
    }
    this.#check();
    done();
  }

  #check(): void {
    if (this.#awaited && this.events >= this.#awaited.events) this.#awaited.resolve();
  }
}
