import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { RetryLater } from '../../lib/errors.ts';
import { isFifo } from '../../lib/source/queue-address.ts';
import { BATCH_BYTES_MAX, batchEntries, packBatches, sizeBytes } from './batch.ts';
import type { Message } from './message.ts';
import { type Patience, retrying } from './retry.ts';
import type { Tally } from './summary.ts';

export interface SenderDeps extends Patience {
  readonly sqs: SQSClient;
}

/**
 * Sends messages and counts what became of them. A message whose fate is unknown, because SQS gave no answer, is
 * sent again: it carries its identity, so the pipeline counts it once however often it arrives.
 */
export class Sender {
  readonly #deps: SenderDeps;
  readonly #tally: Tally;

  constructor(deps: SenderDeps, tally: Tally) {
    this.#deps = deps;
    this.#tally = tally;
  }

  /** Resolves when SQS has confirmed or refused each message, or as soon as possible after the signal. */
  async send(messages: readonly Message[]): Promise<void> {
    const fitting = messages.filter((message) => {
      const size = sizeBytes(message);
      if (size > BATCH_BYTES_MAX) this.#refuse(message, `its ${size} bytes are more than SQS takes`);
      return size <= BATCH_BYTES_MAX;
    });
    for (const batch of packBatches(fitting)) {
      if (this.#deps.signal.aborted) return;
      await this.#deliver(batch);
    }
  }

  async #deliver(batch: readonly Message[]): Promise<void> {
    let waiting = batch;
    let answered = true;
    try {
      await retrying(
        'sqs:SendMessage',
        async () => {
          if (!answered) this.#tally.resent += waiting.length;
          answered = false;
          waiting = await this.#attempt(waiting);
          answered = true;
          if (waiting.length > 0)
            throw new RetryLater(`SQS did not take ${waiting.length} messages of a batch`);
        },
        this.#deps,
      );
    } catch (error) {
      this.#tally.unconfirmed += waiting.length;
      if (!this.#deps.signal.aborted) throw error;
    }
  }

  /** One call. Returns the messages that SQS did not take now but may take later. */
  async #attempt(batch: readonly Message[]): Promise<readonly Message[]> {
    const { sqs, queueUrl } = this.#deps;
    const Entries = batchEntries(batch, isFifo(queueUrl));
    const answer = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    for (const { Id } of answer.Successful ?? []) this.#tally.sent(batch[Number(Id)]!);
    const later: Message[] = [];
    for (const { Id, SenderFault, Code, Message: why } of answer.Failed ?? []) {
      const message = batch[Number(Id)]!;
      if (SenderFault) this.#refuse(message, `${Code}: ${why}`);
      else later.push(message);
    }
    return later;
  }

  #refuse(message: Message, why: string): void {
    this.#tally.refused++;
    this.#deps.log.error('SQS refuses a message', { why, body: message.body.slice(0, 200) });
  }
}
