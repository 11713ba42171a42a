import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { Violation, type World } from './world.ts';

export const VISIBILITY_TIMEOUT_MS = 30_000;
const LONG_POLL_STEP_MS = 1_000;
/** After a confirmed deletion a message comes back within minutes if at all; DEDUP_RETENTION is an hour. */
const REDELIVERY_WITHIN_MS = 1_800_000;

export interface SimulatedMessage {
  readonly id: string;
  readonly dedupId: string | undefined;
  readonly body: string;
  readonly sentAtMs: number;
}

interface Held extends SimulatedMessage {
  visibleAtMs: number;
  receipts: number;
  deletedAtMs: number | undefined;
}

interface Options {
  readonly abortSignal?: AbortSignal;
}

function fault(name: string): Error {
  return Object.assign(new Error(`simulated ${name}`), { name });
}

/** A standard queue at its worst, within what SQS documents, and its dead-letter queue. */
export class SimulatedSqs {
  readonly #world: World;
  readonly #held = new Map<string, Held>();
  /** Dead letters by the identity and the element they come from. */
  readonly deadLetters = new Map<string, { readonly body: string; readonly reason: string }>();
  /** How many deletions took effect, by identity. */
  readonly deletions = new Map<string, number>();
  /** Told of each deletion, before it takes place. */
  onDelete: (identity: string) => void = () => {};

  constructor(world: World) {
    this.#world = world;
  }

  add(message: SimulatedMessage): void {
    this.#held.set(message.id, {
      ...message,
      visibleAtMs: this.#world.clock.nowMs,
      receipts: 0,
      deletedAtMs: undefined,
    });
  }

  get left(): number {
    return [...this.#held.values()].filter(({ deletedAtMs }) => deletedAtMs === undefined).length;
  }

  /** The SDK client's `send`: latency, an effect, and an answer that may get lost. */
  async send(command: unknown, { abortSignal }: Options = {}): Promise<unknown> {
    const world = this.#world;
    await world.clock.wait(1 + world.below(world.happens('slowResponse') ? 40_000 : 20));
    if (world.happens('throttled')) throw fault('ThrottlingException');
    const answer = await this.#answer(command, abortSignal);
    await world.clock.wait(1 + world.below(20));
    if (world.happens('lostResponse')) throw fault('TimeoutError');
    return answer;
  }

  async #answer(command: unknown, abortSignal?: AbortSignal): Promise<unknown> {
    if (command instanceof ReceiveMessageCommand) return this.#longPoll(abortSignal);
    if (command instanceof DeleteMessageBatchCommand) return this.#delete(command);
    if (command instanceof ChangeMessageVisibilityBatchCommand) return this.#extend(command);
    if (command instanceof GetQueueUrlCommand) return { QueueUrl: `http://sqs/${command.input.QueueName}` };
    if (command instanceof SendMessageBatchCommand) return this.#takeDeadLetters(command);
    throw new Violation(`the pipeline sent an unexpected command: ${(command as object).constructor.name}`);
  }

  async #longPoll(abortSignal?: AbortSignal): Promise<unknown> {
    const world = this.#world;
    for (let waitedMs = 0; waitedMs <= 20_000; waitedMs += LONG_POLL_STEP_MS) {
      const Messages = world.happens('emptyReceive') ? [] : this.#take();
      if (Messages.length > 0) return { Messages };
      if (abortSignal?.aborted) throw fault('AbortError');
      await world.clock.wait(LONG_POLL_STEP_MS);
    }
    return {};
  }

  #take(): Message[] {
    const world = this.#world;
    const nowMs = world.clock.nowMs;
    const deliverable = [...this.#held.values()].filter((message) =>
      message.deletedAtMs !== undefined
        ? nowMs - message.deletedAtMs < REDELIVERY_WITHIN_MS && world.happens('redeliveryAfterDelete')
        : message.visibleAtMs <= nowMs || world.happens('duplicateDelivery'),
    );
    const taken: Message[] = [];
    for (let count = 1 + world.below(10); count > 0 && deliverable.length > 0; count -= 1) {
      const [message] = deliverable.splice(world.below(deliverable.length), 1);
      message!.visibleAtMs = nowMs + VISIBILITY_TIMEOUT_MS;
      message!.receipts += 1;
      taken.push(toMessage(message!));
    }
    if (taken.length > 0)
      world.note(`SQS delivers ${taken.map(({ ReceiptHandle }) => ReceiptHandle).join(' ')}`);
    return taken;
  }

  #delete({ input }: DeleteMessageBatchCommand): unknown {
    const Successful: unknown[] = [];
    const Failed: unknown[] = [];
    for (const { Id, ReceiptHandle } of input.Entries ?? []) {
      if (this.#world.happens('deleteFails')) Failed.push({ Id, SenderFault: false, Code: 'InternalError' });
      else if (this.#world.happens('deleteRefused'))
        Failed.push({ Id, SenderFault: true, Code: 'ReceiptHandleIsInvalid' });
      else {
        const message = this.#held.get(ReceiptHandle!.split('#')[0]!)!;
        const identity = message.dedupId ?? `${message.sentAtMs}:${message.id}`;
        this.onDelete(identity);
        this.deletions.set(identity, (this.deletions.get(identity) ?? 0) + 1);
        message.deletedAtMs ??= this.#world.clock.nowMs;
        Successful.push({ Id });
        this.#world.note(`SQS deletes ${message.id}`);
      }
    }
    return { Successful, Failed };
  }

  #extend({ input }: ChangeMessageVisibilityBatchCommand): unknown {
    for (const { ReceiptHandle, VisibilityTimeout } of input.Entries ?? []) {
      const message = this.#held.get(ReceiptHandle!.split('#')[0]!)!;
      message.visibleAtMs = this.#world.clock.nowMs + VisibilityTimeout! * 1000;
    }
    return { Successful: input.Entries, Failed: [] };
  }

  #takeDeadLetters({ input }: SendMessageBatchCommand): unknown {
    const Successful: unknown[] = [];
    const Failed: unknown[] = [];
    for (const { Id, MessageBody = '', MessageAttributes = {} } of input.Entries ?? []) {
      if (this.#world.happens('deadLetterFails')) {
        Failed.push({ Id, SenderFault: this.#world.random() < 0.5, Code: 'InternalError' });
        continue;
      }
      const { source_message_id, event_index, reason } = MessageAttributes;
      const source = this.#held.get(source_message_id?.StringValue ?? '');
      if (!source) throw new Violation(`a dead letter of a message that was never sent: ${MessageBody}`);
      const origin = `${source.dedupId ?? source.id}#${event_index?.StringValue ?? ''}`;
      const before = this.deadLetters.get(origin);
      if (before && before.body !== MessageBody) throw new Violation(`two dead letters of ${origin} differ`);
      this.deadLetters.set(origin, { body: MessageBody, reason: reason?.StringValue ?? '' });
      Successful.push({ Id });
    }
    return { Successful, Failed };
  }
}

function toMessage({ id, dedupId, body, sentAtMs, receipts }: Held): Message {
  return {
    MessageId: id,
    ReceiptHandle: `${id}#${receipts}`,
    Body: body,
    Attributes: { SentTimestamp: String(sentAtMs) },
    ...(dedupId ? { MessageAttributes: { dedup_id: { DataType: 'String', StringValue: dedupId } } } : {}),
  };
}
