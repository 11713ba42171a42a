import type { Message } from '@aws-sdk/client-sqs';
import type { Clock } from '../../lib/clock.ts';
import type { Delivery } from '../../lib/source/delivery.ts';
import { Gate } from '../../lib/source/gate.ts';
import { QueueSource } from '../../lib/source/queue-source.ts';
import { Reading } from '../../lib/source/reading.ts';
import { Reception } from '../../lib/source/reception.ts';
import { StateClock } from '../../lib/state/state-clock.ts';
import { FakeSqs, QUEUE_URL } from './fake-sqs.ts';
import { ManualClock } from './manual-clock.ts';
import { MemoryLog } from './memory-log.ts';

/** What a source tells of its reading, by the rules of a visibility timeout of 30 s and a DEDUP_RETENTION of an hour. */
export function readingOf(clock: Clock): Reading {
  const stateClock = new StateClock(clock, 0, 30_000);
  const rules = { breakMs: 30_000, backlogMs: 1_800_000 };
  return new Reading(clock, stateClock, rules);
}

/** The source of deliveries on a fake SQS, and what came of it. */
export class SourceStage {
  readonly sqs = new FakeSqs();
  readonly clock = new ManualClock();
  readonly logged = new MemoryLog();
  readonly deliveries: Delivery[] = [];
  /** Identities whose deletion was confirmed. */
  readonly confirmed: string[] = [];
  /** Identities of messages whose deletion SQS has said, but which is not certain. */
  readonly doubtful: string[] = [];
  readonly source: QueueSource;
  isEnded = false;

  constructor(pollersMax = 1, queueUrl = QUEUE_URL) {
    const { sqs, clock, logged } = this;
    const stateClock = new StateClock(clock, 0, 30_000);
    this.source = new QueueSource({
      queueUrl,
      sqs: sqs.client,
      visibilityTimeoutMs: 30_000,
      pollersMax,
      reception: new Reception('events', clock, logged.log),
      admission: new Gate(),
      clock,
      stateClock,
      reading: readingOf(clock),
      onDeleted: (identity, proof) => (proof === 'certain' ? this.confirmed : this.doubtful).push(identity),
    });
    this.source.on('end', () => {
      this.isEnded = true;
    });
  }

  /** Reads everything that comes, without deciding on it. */
  read(): void {
    this.source.on('data', (delivery: Delivery) => this.deliveries.push(delivery));
  }

  /** Has these messages received as one delivery. */
  async receive(...messages: Message[]): Promise<Delivery> {
    const before = this.deliveries.length;
    this.sqs.enqueue(...messages);
    await this.sqs.until(() => this.deliveries.length > before);
    return this.deliveries[before]!;
  }

  /** Asks it to stop, and lets the time pass in which a receive may still be answered. */
  async stop(): Promise<void> {
    const stopped = this.source.stop();
    await this.clock.advance(100);
    return stopped;
  }

  async end(): Promise<void> {
    this.source.destroy();
    await this.stop();
  }
}
