import type { TypeTotal } from '../state/state-store.ts';
import type { Event } from '../validate/event.ts';
import { ExactSum } from './exact-sum.ts';

/** What one commit adds to the running totals: each counted event once, however many windows it belongs to. */
export class TotalsDelta {
  readonly #byType = new Map<string, { count: number; readonly sum: ExactSum }>();

  add({ type, value }: Event): void {
    let delta = this.#byType.get(type);
    if (!delta) {
      delta = { count: 0, sum: new ExactSum() };
      this.#byType.set(type, delta);
    }
    delta.count += 1;
    delta.sum.add(value);
  }

  /** The differences, made one by one: a commit can hold many types. */
  *[Symbol.iterator](): Generator<TypeTotal, void, undefined> {
    for (const [type, { count, sum }] of this.#byType) yield { type, count, sum: sum.toString() };
  }
}
