import {
  type BatchResultErrorEntry,
  DeleteMessageBatchCommand,
  type DeleteMessageBatchCommandOutput,
  type DeleteMessageBatchRequestEntry,
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageCommandOutput,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { backoffMs } from '../backoff.ts';
import { type Clock, sleep } from '../clock.ts';
import type { Gate } from './gate.ts';
import type { Reading } from './reading.ts';
import type { Reception } from './reception.ts';

/** Waits between receives while SQS fails. The longest keeps the way back into service under 10 s. */
const RECEIVE_BACKOFF = { minMs: 500, maxMs: 8_000 };
/** Deletes are tried for about 10 s; a message that is still there is delivered again, as a duplicate. */
const DELETE_BACKOFF = { minMs: 100, maxMs: 4_000 };
const DELETE_TRIES_MAX = 7;

export interface QueueClientParts {
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly clock: Clock;
  readonly reception: Reception;
  readonly reading: Reading;
  /** Closed while no more messages may be asked for. */
  readonly admission: Gate;
  /** Aborts pending receives, and only these. */
  readonly stopping: AbortSignal;
  /** Told with how many messages each receive was answered. */
  readonly onAnswer: (messages: number) => void;
  /** Told how many messages could not be deleted, and so will be delivered again. */
  readonly onDeleteFailed?: (messages: number) => void;
}

/**
 * The seam under one sqs-consumer instance, in place of the SDK's client. sqs-consumer polls again at once when
 * SQS answers with an error, gives a delete up after one try, and can abort receives only together with
 * deletes; here a failing receive waits and then counts as empty, a delete is repeated, and only receives
 * end when the source stops.
 */
export class QueueClient {
  readonly #parts: QueueClientParts;
  #failures = 0;
  /** When the latest receive was sent, by the state's clock. */
  requestedMs = 0;

  constructor(parts: QueueClientParts) {
    this.#parts = parts;
  }

  /** Typed loosely, as sqs-consumer calls it with several commands; `options` would carry its abort signal. */
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of the SDK's client cannot be spelled out here
  send(command: any): Promise<any> {
    if (command instanceof ReceiveMessageCommand) return this.#receive(command);
    if (command instanceof DeleteMessageBatchCommand) return this.#delete(command);
    return this.#parts.sqs.send(command);
  }

  /** Called when it is used no more. */
  close(): void {
    this.#parts.reception.left(this);
  }

  async #receive(command: ReceiveMessageCommand): Promise<Partial<ReceiveMessageCommandOutput>> {
    const { sqs, clock, reception, reading, admission, stopping } = this.#parts;
    await admission.passed(stopping);
    if (stopping.aborted) return {};
    reception.began();
    const receive = reading.began();
    this.requestedMs = receive.sentMs;
    try {
      const output = await sqs.send(command, { abortSignal: stopping });
      this.#failures = 0;
      reading.answered(receive, oldestOf(output.Messages));
      const messages = output.Messages?.length ?? 0;
      reception.ended(this, messages);
      this.#parts.onAnswer(messages);
      return output;
    } catch (error) {
      reading.failed(receive);
      if (stopping.aborted) {
        reception.gaveUp();
        return {};
      }
      this.#failures += 1;
      reception.failed(this, error);
      const wakeUp = AbortSignal.any([stopping, reception.recovery]);
      await sleep(clock, backoffMs(this.#failures, RECEIVE_BACKOFF), wakeUp);
      return {};
    }
  }

  /**
   * Deletes until every entry is confirmed, refused for good (an outdated receipt handle), or the tries are
   * used up. Never throws: entries that could not be deleted are among the failed ones.
   */
  async #delete(command: DeleteMessageBatchCommand): Promise<Partial<DeleteMessageBatchCommandOutput>> {
    const { QueueUrl, Entries = [] } = command.input;
    const successful: { Id: string | undefined }[] = [];
    const refused: BatchResultErrorEntry[] = [];
    let left = [...new Map(Entries.map((entry) => [entry.Id, entry])).values()];
    for (let tries = 1; left.length > 0; tries += 1) {
      const { Successful = [], Failed = [] } = await this.#tryDelete(QueueUrl, left);
      successful.push(...Successful.map(({ Id }) => ({ Id })));
      refused.push(...Failed.filter(({ SenderFault }) => SenderFault));
      // What the answer does not mention at all is not confirmed, either.
      const settled = new Set([...successful, ...refused].map(({ Id }) => Id));
      left = left.filter(({ Id }) => !settled.has(Id));
      if (tries === DELETE_TRIES_MAX) {
        const failures = new Map(Failed.map((entry) => [entry.Id, entry]));
        refused.push(
          ...left.map(({ Id }) => failures.get(Id) ?? { Id, SenderFault: false, Code: 'NoAnswer' }),
        );
        break;
      }
      if (left.length > 0) await sleep(this.#parts.clock, backoffMs(tries, DELETE_BACKOFF));
    }
    if (refused.length > 0) this.#parts.onDeleteFailed?.(refused.length);
    return { Successful: successful as DeleteMessageBatchCommandOutput['Successful'], Failed: refused };
  }

  async #tryDelete(
    QueueUrl: string | undefined,
    entries: DeleteMessageBatchRequestEntry[],
  ): Promise<Partial<DeleteMessageBatchCommandOutput>> {
    const { sqs, reception } = this.#parts;
    try {
      const output = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: entries }));
      if (output.Successful?.length) reception.deleted();
      return output;
    } catch (error) {
      reception.deleteFailed(this, error);
      const Code = error instanceof Error ? error.name : 'Unknown';
      return { Failed: entries.map(({ Id }) => ({ Id, SenderFault: false, Code })) };
    }
  }
}

/** When SQS received the oldest of the messages; undefined where there is none, or SQS does not tell. */
function oldestOf(messages: readonly Message[] = []): number | undefined {
  const times = messages.map(({ Attributes }) => Number(Attributes?.SentTimestamp)).filter(Number.isFinite);
  return times.length > 0 ? Math.min(...times) : undefined;
}
