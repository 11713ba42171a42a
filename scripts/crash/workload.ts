import { eventBody, type Queue, type Sending } from '../../spec/integration/bench.ts';
import type { OracleEvent } from '../../spec/property/oracle.ts';
import { integer, pick, type Random } from '../producer/random.ts';

const START_MS = Date.parse('2020-10-06T10:00:00Z');
const EVENT_INTERVAL_MS = 200;
const DISORDER_MS = 5_000;
const TYPES = ['pageview', 'added-to-basket', 'purchase'] as const;

/**
 * Events that move on in time, so that windows close and lines are printed all the while, and malformed bodies
 * among them. It remembers everything that it sent.
 */
export class Workload {
  readonly #random: Random;
  readonly events: OracleEvent[] = [];
  readonly malformed: string[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  async send(queue: Queue, events: number, malformed: number): Promise<void> {
    const sendings = this.#messagesOf(Array.from({ length: events }, () => this.#event()));
    for (let made = 0; made < malformed; made += 1) {
      const body = `malformed ${this.malformed.length}`;
      this.malformed.push(body);
      sendings.splice(integer(this.#random, 0, sendings.length), 0, { body });
    }
    await queue.send(...sendings);
  }

  #event(): OracleEvent {
    const event = {
      type: pick(this.#random, TYPES),
      value: { coefficient: BigInt(integer(this.#random, 0, 9_999)), scale: 2 },
      timeMs: START_MS + this.events.length * EVENT_INTERVAL_MS - integer(this.#random, 0, DISORDER_MS),
    };
    this.events.push(event);
    return event;
  }

  /** Up to three events a message. */
  #messagesOf(events: readonly OracleEvent[]): Sending[] {
    const bodies = events.map(({ type, value, timeMs }) =>
      eventBody(type, `${value.coefficient}e-${value.scale}`, new Date(timeMs).toISOString()),
    );
    const sendings: Sending[] = [];
    for (let at = 0; at < bodies.length; ) {
      const size = integer(this.#random, 1, 3);
      sendings.push({ body: size === 1 ? bodies[at]! : `[${bodies.slice(at, at + size)}]` });
      at += size;
    }
    return sendings;
  }
}
