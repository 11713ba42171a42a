import type { ServedHosts } from '../../lib/ops/http/allowed-hosts.ts';
import { createOps, type Ops } from '../../lib/ops/ops.ts';
import { type RequestKind, RequestTally } from '../../lib/source/request-tally.ts';
import type { OutboxLine } from '../../lib/state/state-store.ts';
import type { Event } from '../../lib/validate/event.ts';
import type { ValidatedMessage } from '../../lib/validate/validate-transform.ts';
import type { CommitWork } from '../../lib/window/commit.ts';
import { Counting } from './counting.ts';
import { ManualClock } from './manual-clock.ts';
import { MemoryLog } from './memory-log.ts';
import { rulesWith } from './window-rules.ts';

/** Everything that looks on, with a real store in memory and a pipeline that the spec plays. */
export class OpsStage {
  readonly clock = new ManualClock();
  readonly logged = new MemoryLog();
  readonly counting: Counting;
  readonly ops: Ops;
  /** What SQS says of the queue; an error is thrown. */
  attributes: Record<string, string> | Error = {
    ApproximateNumberOfMessages: '7',
    ApproximateNumberOfMessagesNotVisible: '3',
  };
  attributesAsked = 0;
  isReceptionFailing = false;
  oldestInHandMs = 0;
  /** Requests to SQS. */
  readonly requests: Record<RequestKind, number>;
  deadLettersWaiting = 0;

  static async open({
    counting = new Counting(),
    hosts = { host: '127.0.0.1', allowed: [] },
  }: {
    readonly counting?: Counting;
    readonly hosts?: ServedHosts;
  } = {}): Promise<OpsStage> {
    const sqs = { send: () => stage.answer() };
    const clock = new ManualClock();
    const logged = new MemoryLog();
    const { counts: requests } = new RequestTally();
    const ops = await createOps({
      reader: counting.store.reader,
      sqs: sqs as never,
      queueUrl: 'http://sqs/1/events',
      queueName: 'events',
      rules: rulesWith(),
      hosts,
      requests,
      clock,
      log: logged.log,
    });
    const stage: OpsStage = new OpsStage(counting, ops, clock, logged, requests);
    return stage;
  }

  constructor(
    counting: Counting,
    ops: Ops,
    clock: ManualClock,
    logged: MemoryLog,
    requests: Record<RequestKind, number>,
  ) {
    this.requests = requests;
    this.counting = counting;
    this.ops = ops;
    this.clock = clock;
    this.logged = logged;
  }

  async answer() {
    this.attributesAsked += 1;
    if (this.attributes instanceof Error) throw this.attributes;
    return { Attributes: this.attributes };
  }

  /** The pipeline begins to receive. */
  run(): void {
    this.ops.observer.running({
      queueName: 'events',
      isReceptionFailing: () => this.isReceptionFailing,
      isQuiet: () => true,
      oldestInHandMs: () => this.oldestInHandMs,
      deadLettersWaiting: () => this.deadLettersWaiting,
    });
    this.ops.observer.pollers(8);
  }

  /** A commit, of which the observer is told; what was shown before is then too old to be shown again. */
  async commit(
    messages: readonly (ValidatedMessage | Event)[],
    work: Partial<CommitWork> = {},
  ): Promise<readonly OutboxLine[]> {
    const { observer } = this.ops;
    observer.commitBegan();
    const outcome = await this.counting.commit(messages, work);
    observer.committed(messages.length, outcome);
    observer.printed(outcome.lines);
    await this.clock.advance(1_000);
    return outcome.lines;
  }

  get(url: string) {
    return this.ops.server.inject({ method: 'GET', url });
  }

  async close(): Promise<void> {
    await this.ops.close();
    await this.counting.store.close();
  }
}
