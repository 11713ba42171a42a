import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { explainSqsFault, isUnreachable } from './sqs-fault.ts';

/** A fault that goes on, or comes back, is logged again after this long: neither hidden nor shouted. */
const REPEATED_LOG_INTERVAL_MS = 60_000;

/** One kind of fault, from the first call that met it until every call that did has succeeded. */
interface Fault {
  /** By operation: whose latest such call met it. */
  readonly failing: Map<string, Set<object>>;
  failures: number;
  loggedAtMs: number;
  /** Its beginning stands in the log, and its end does not. */
  isSaid: boolean;
}

/**
 * Writes one line when a fault of SQS begins, one a minute at most while it goes on, and one when it is over. It is
 * over when the operations that failed succeed: while SQS refuses to delete, an answer to a receive says nothing.
 */
export class FaultLog {
  readonly #queue: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #faults = new Map<string, Fault>();

  constructor(queue: string, clock: Clock, log: Log) {
    this.#queue = queue;
    this.#clock = clock;
    this.#log = log;
  }

  /** Whether such calls fail at present. */
  isFailing(operation: string): boolean {
    return [...this.#faults.values()].some(({ failing }) => failing.has(operation));
  }

  /** @param operation as its permission is named: `sqs:ReceiveMessage` */
  failed(operation: string, caller: object, error: unknown): void {
    const nowMs = this.#clock.monotonicMs();
    const fault = this.#faultOf(error, nowMs);
    fault.failures += 1;
    fault.failing.set(operation, (fault.failing.get(operation) ?? new Set()).add(caller));
    if (nowMs - fault.loggedAtMs < REPEATED_LOG_INTERVAL_MS) return;
    fault.loggedAtMs = nowMs;
    fault.isSaid = true;
    const sentence = explainSqsFault(error, this.#queue, operation);
    this.#log.error(`${sentence} Trying again until it works; nothing is lost.`, {
      failures: fault.failures,
    });
  }

  succeeded(operation: string, caller: object): void {
    for (const fault of this.#faults.values()) {
      const callers = fault.failing.get(operation);
      if (!callers) continue;
      callers.delete(caller);
      if (callers.size === 0) fault.failing.delete(operation);
      if (fault.failing.size === 0) this.#isOver(fault);
    }
  }

  /** The caller calls no more. That cures nothing, so a fault that only it had met lasts until somebody succeeds. */
  left(caller: object): void {
    for (const { failing } of this.#faults.values())
      for (const callers of failing.values()) callers.delete(caller);
  }

  #isOver(fault: Fault): void {
    if (fault.isSaid) this.#log.info('SQS answers again.', { failures: fault.failures });
    fault.isSaid = false;
    fault.failures = 0;
  }

  /** What is over is forgotten once a minute has passed, so that kinds of fault do not add up. */
  #faultOf(error: unknown, nowMs: number): Fault {
    for (const [kind, { failing, loggedAtMs }] of this.#faults)
      if (failing.size === 0 && nowMs - loggedAtMs >= REPEATED_LOG_INTERVAL_MS) this.#faults.delete(kind);
    const kind = kindOf(error);
    const fault = this.#faults.get(kind) ?? {
      failing: new Map(),
      failures: 0,
      loggedAtMs: Number.NEGATIVE_INFINITY,
      isSaid: false,
    };
    this.#faults.set(kind, fault);
    return fault;
  }
}

/** A network that fails comes in many words: a timeout of this or that, a connection refused, reset or closed. */
function kindOf(error: unknown): string {
  return isUnreachable(error) ? 'unreachable' : error instanceof Error ? error.name : String(error);
}
