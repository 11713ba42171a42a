import { DeadLetterSink } from '../../lib/sink/dead-letter-sink.ts';
import { Gate } from '../../lib/source/gate.ts';
import { findQueue } from '../../lib/source/queue-connection.ts';
import { SqliteStore } from '../../lib/state/sqlite-store.ts';
import { FakeSqs } from './fake-sqs.ts';
import { ManualClock, settle } from './manual-clock.ts';
import { MemoryLog } from './memory-log.ts';

/** The dead-letter sink alone, with everything around it in the hands of the spec. */
export class DeadLetterStage {
  readonly sqs = new FakeSqs();
  readonly clock = new ManualClock();
  readonly logged = new MemoryLog();
  readonly admission = new Gate();
  readonly store = new SqliteStore(':memory:');
  readonly sink: DeadLetterSink;
  /** Thrown by the next removals from the outbox. */
  readonly faults: Error[] = [];
  /** Called when the sink has read the outbox, before it is told what it holds. */
  onRead: () => Promise<void> = async () => {};

  constructor(queueUrl?: string) {
    const { store, sqs, faults } = this;
    this.sink = new DeadLetterSink({
      store: {
        countDeadLetters: () => store.countDeadLetters(),
        readDeadLetters: async (afterSeq, limit) => {
          const letters = await store.readDeadLetters(afterSeq, limit);
          await this.onRead();
          return letters;
        },
        removeDeadLetters: async (seqs) => {
          const fault = faults.shift();
          if (fault) throw fault;
          await store.removeDeadLetters(seqs);
        },
      },
      sqs: sqs.client,
      queueName: 'events-dead-letter',
      findQueueUrl: async () =>
        queueUrl ?? (await findQueue(sqs.client, { name: 'events-dead-letter' }, false)),
      admission: this.admission,
      clock: this.clock,
      log: this.logged.log,
    });
  }

  /** Puts letters with these bodies into the outbox, as a commit does, and tells the sink. */
  async add(...bodies: string[]): Promise<void> {
    await this.commit(...bodies);
    this.sink.added(bodies.length);
    await settle();
  }

  /** The same, for letters without attributes. */
  async addWithout(...bodies: string[]): Promise<void> {
    await this.store.transaction((tx) => tx.addDeadLetters(bodies.map((body) => ({ body, attributes: {} }))));
    this.sink.added(bodies.length);
    await settle();
  }

  /** Puts letters into the outbox without telling anybody. */
  async commit(...bodies: string[]): Promise<void> {
    const attributes = { reason: 'invalid_json', source_message_id: 'message-1' };
    await this.store.transaction((tx) => tx.addDeadLetters(bodies.map((body) => ({ body, attributes }))));
  }

  async start(): Promise<void> {
    await this.sink.start();
    await settle();
  }

  /** Bodies that the dead-letter queue has taken, in order. */
  get sent(): string[] {
    return this.sqs.sent.map(({ MessageBody }) => MessageBody!);
  }

  /** Bodies in the outbox. */
  async left(): Promise<string[]> {
    return (await this.store.readDeadLetters(0, 100_000)).map(({ body }) => body);
  }

  async end(): Promise<void> {
    const stopped = this.sink.stop();
    await this.clock.advance(1_000_000);
    await stopped;
    await this.store.close();
  }
}
