import { expect } from 'chai';
import type { Aggregate, DueLine, StoredWindow } from '../../../lib/state/state-store.ts';
import type { WindowBounds } from '../../../lib/window/window-assigner.ts';
import type { Subject } from './subject.ts';

export const EARLY: WindowBounds = { startMs: 0, endMs: 60_000 };
export const LATE: WindowBounds = { startMs: 60_000, endMs: 120_000 };
const ALL = { openEndMs: Number.MAX_SAFE_INTEGER, printedMs: Number.MAX_SAFE_INTEGER };

export const aggregate = (count: number, revision = 0): Aggregate => ({ count, sum: `${count}.5`, revision });

/** `start-end type revision` of each line. */
export const summary = (lines: DueLine[]) =>
  lines.map(({ bounds, type, revision }) => `${bounds.startMs}-${bounds.endMs} ${type} ${revision}`);

/** The windows of a store, each call in a transaction of its own. */
export class WindowState {
  readonly #subject: Subject;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  write(bounds: WindowBounds, changed: [string, Aggregate][], printedMs?: number): Promise<void> {
    return this.#subject.tx((tx) =>
      tx.writeWindow({ bounds, types: changed.length, printedMs }, new Map(changed)),
    );
  }

  due(before: Partial<typeof ALL> = {}, limit = 100): Promise<DueLine[]> {
    return this.#subject.tx((tx) => tx.readDueLines({ ...ALL, ...before }, limit));
  }

  print(lines: DueLine[], nowMs: number): Promise<void> {
    return this.#subject.tx((tx) => tx.markPrinted(lines, nowMs));
  }

  stored(bounds: WindowBounds): Promise<StoredWindow | undefined> {
    return this.#subject.tx((tx) => tx.readWindow(bounds));
  }

  /** By type, in the order asked for; undefined where there is none. */
  async aggregates(bounds: WindowBounds, types: string[]): Promise<(Aggregate | undefined)[]> {
    const found = await this.#subject.tx((tx) => tx.readAggregates(bounds, types));
    expect(types).to.include.members([...found.keys()]);
    return types.map((type) => {
      const numbers = found.get(type);
      return numbers && { ...numbers };
    });
  }
}
