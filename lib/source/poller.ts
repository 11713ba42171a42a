import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';
import { messageOf } from '../errors.ts';
import { BATCH_SIZE } from './poller-count.ts';
import { QueueClient, type QueueClientParts } from './queue-client.ts';

/** SQS' own limit of a long poll, in seconds. */
const LONG_POLL_MAX_S = 20;

export interface PollerOptions extends QueueClientParts {
  readonly queueUrl: string;
  readonly visibilityTimeoutMs: number;
  /**
   * Takes a batch over, with the time at which its receive was sent (by the state's clock); it is deleted when the
   * promise resolves with its messages, and kept without.
   */
  readonly handle: (messages: Message[], requestedMs: number) => Promise<Message[] | undefined>;
  /** Called for each message that SQS has said to have deleted, with the time at which its receive was sent. */
  readonly onDeleted: (message: Message, requestedMs: number) => void;
  /** Called between a receive, with all that follows from it, and the next: the moment to stop without any wait. */
  readonly onIdle: (poller: Poller) => void;
}

/**
 * One sqs-consumer instance: it receives a batch, waits until it is handled, deletes it, and receives again.
 * A poller is started once and stopped once.
 */
export class Poller {
  readonly #consumer: Consumer;
  readonly #client: QueueClient;
  /** Pending from a receive until its batch, if any, has been handled and deleted. */
  #cycle: PromiseWithResolvers<void> | undefined;

  constructor(options: PollerOptions) {
    const { visibilityTimeoutMs } = options;
    this.#client = new QueueClient(options);
    this.#consumer = Consumer.create({
      queueUrl: options.queueUrl,
      sqs: this.#client as unknown as SQSClient,
      batchSize: BATCH_SIZE,
      waitTimeSeconds: longPollSeconds(visibilityTimeoutMs),
      messageAttributeNames: ['dedup_id'],
      messageSystemAttributeNames: ['SentTimestamp'],
      // The warning would go to stdout, which belongs to result lines.
      suppressFifoWarning: true,
      // A batch that waits longer than half the visibility timeout is extended by it.
      ...(visibilityTimeoutMs > 0
        ? { visibilityTimeout: visibilityTimeoutMs / 1000, heartbeatInterval: visibilityTimeoutMs / 2000 }
        : {}),
      handleMessageBatch: (messages) => options.handle(messages, this.#client.requestedMs),
      preReceiveMessageCallback: async () => {
        this.#cycle = Promise.withResolvers();
      },
    });
    this.#consumer.on('message_processed', (message) => options.onDeleted(message, this.#client.requestedMs));
    const endCycle = () => {
      this.#cycle?.resolve();
      options.onIdle(this);
    };
    this.#consumer.on('response_processed', endCycle);
    this.#consumer.on('empty', endCycle);
    this.#consumer.on('error', (error) => options.reception.notDeleted(messageOf(error)));
  }

  start(): void {
    this.#consumer.start();
  }

  /**
   * Receives no more from now on. Resolves when the batch in hand, if any, has been handled and deleted; a
   * pending long poll has to be aborted for that (`stopping`).
   */
  async stop(): Promise<void> {
    this.#consumer.stop();
    await this.#cycle?.promise;
    this.#client.close();
  }
}

/**
 * A deletion counts as confirmed within a visibility timeout from before the receive was sent; so a long poll must not
 * take most of that, or the identities of what it brings would be kept for as long as the queue keeps messages.
 */
function longPollSeconds(visibilityTimeoutMs: number): number {
  const visibilityTimeoutS = visibilityTimeoutMs / 1000;
  return visibilityTimeoutS > LONG_POLL_MAX_S
    ? LONG_POLL_MAX_S
    : Math.max(1, Math.floor(visibilityTimeoutS / 2));
}
