import type { Clock } from '../clock.ts';
import type { DeadLetter, Outlook, Progress } from '../state/state-store.ts';
import type { CommitOutcome } from '../window/commit.ts';
import type { Observer, PipelineView } from './observer.ts';

const EXAMPLES_MAX = 20;
const EXAMPLE_LENGTH_MAX = 300;

/** A dead letter to look at. */
export interface DeadLetterExample {
  readonly atMs: number;
  readonly reason: string;
  readonly detail: string;
  /** Its beginning. */
  readonly body: string;
}

/** What the pipeline has told last. It is kept in memory, so that looking at it costs the pipeline nothing. */
export class LiveState implements Partial<Observer> {
  readonly #clock: Clock;
  /** Undefined before the pipeline runs and after it has ended. */
  view: PipelineView | undefined;
  pollerCount = 0;
  progress: Progress | undefined;
  outlook: Outlook | undefined;
  /** The last try to commit failed, and the next one has not succeeded yet. */
  isStoreFailing = false;
  /** Lines that waited when stdout was found blocked; undefined while it is not. */
  linesBlocked: number | undefined;
  /** The latest first. */
  examples: readonly DeadLetterExample[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  running(view: PipelineView): void {
    this.view = view;
  }

  ended(): void {
    this.view = undefined;
  }

  pollers(count: number): void {
    this.pollerCount = count;
  }

  committed(_messages: number, { progress, outlook, letters }: CommitOutcome): void {
    this.isStoreFailing = false;
    this.progress = progress;
    this.outlook = outlook;
    if (letters.length === 0) return;
    const atMs = this.#clock.nowMs();
    const latest = letters.slice(-EXAMPLES_MAX).map((letter) => exampleOf(letter, atMs));
    this.examples = [...latest.reverse(), ...this.examples].slice(0, EXAMPLES_MAX);
  }

  commitFailed(): void {
    this.isStoreFailing = true;
  }

  stdoutBlocked(lines: number): void {
    this.linesBlocked = lines;
  }

  stdoutUnblocked(): void {
    this.linesBlocked = undefined;
  }
}

function exampleOf({ body, attributes }: DeadLetter, atMs: number): DeadLetterExample {
  const { reason = '', detail = '' } = attributes;
  return { atMs, reason, detail: ownCopy(detail), body: ownCopy(beginning(body)) };
}

function beginning(text: string): string {
  const characters = Array.from(text.slice(0, 2 * EXAMPLE_LENGTH_MAX));
  return characters.slice(0, EXAMPLE_LENGTH_MAX).join('');
}

/** A part of a string keeps all of it in memory, and a body can be 1 MiB; this one stands for itself. */
function ownCopy(text: string): string {
  return Buffer.from(text).toString();
}
