import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type DeleteMessageBatchRequestEntry,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageRequest,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';

export const QUEUE_URL = 'http://sqs.test/000000000000/events';

const OPERATIONS = {
  receive: ReceiveMessageCommand,
  delete: DeleteMessageBatchCommand,
  extend: ChangeMessageVisibilityBatchCommand,
  send: SendMessageBatchCommand,
  find: GetQueueUrlCommand,
} as const;
export type Operation = keyof typeof OPERATIONS;

/** In place of doing what is asked: an error is thrown, a `lost answer` after it was done, the rest is answered. */
export type Fault = Error | 'lost answer' | { readonly Failed: readonly Partial<BatchResultErrorEntry>[] };

export interface Call {
  readonly operation: Operation;
  // biome-ignore lint/suspicious/noExplicitAny: the spec knows the operation, and so what it is given
  readonly input: any;
  readonly abortSignal: AbortSignal | undefined;
}

interface LongPoll {
  readonly input: ReceiveMessageRequest;
  readonly answer: (output: { Messages?: Message[] }) => void;
}

export function errorNamed(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}

/** One queue in memory, behind the SDK client's `send`. A long poll waits until something arrives, for ever. */
export class FakeSqs {
  readonly calls: Call[] = [];
  /** MessageIds, in the order of their deletion. */
  readonly deleted: string[] = [];
  readonly sent: SendMessageBatchRequestEntry[] = [];
  /** Set to false, the queue does not exist. */
  exists = true;
  readonly #waiting: Message[] = [];
  readonly #inFlight = new Map<string, Message>();
  readonly #faults = new Map<Operation, Fault[]>();
  readonly #outages = new Map<Operation, Fault>();
  #polls: LongPoll[] = [];
  #watchers: { isMet: () => boolean; resolve: () => void }[] = [];
  #receipts = 0;

  get client(): SQSClient {
    return this as unknown as SQSClient;
  }

  /** How many long polls are waiting. */
  get polling(): number {
    return this.#polls.length;
  }

  callsOf(operation: Operation): Call[] {
    return this.calls.filter((call) => call.operation === operation);
  }

  /** The next calls of this operation meet these faults, one each. */
  failNext(operation: Operation, ...faults: Fault[]): void {
    this.#faults.set(operation, [...(this.#faults.get(operation) ?? []), ...faults]);
  }

  /** Every call of this operation meets this fault, until it is `undefined`. */
  failAlways(operation: Operation, fault: Fault | undefined): void {
    if (fault) this.#outages.set(operation, fault);
    else this.#outages.delete(operation);
  }

  enqueue(...messages: Message[]): void {
    this.#waiting.push(...messages);
    this.#polls = this.#polls.filter(({ input, answer }) => {
      if (this.#waiting.length > 0) answer(this.#take(input));
      else return true;
      return false;
    });
    this.#changed();
  }

  /** Ends the waiting long polls as SQS does after 20 s. */
  answerEmpty(): void {
    const polls = this.#polls;
    this.#polls = [];
    for (const { answer } of polls) answer({});
    this.#changed();
  }

  /** Resolves as soon as the condition holds; it is looked at whenever anything happens here. */
  async until(isMet: () => boolean): Promise<void> {
    if (isMet()) return;
    await new Promise<void>((resolve) => this.#watchers.push({ isMet, resolve }));
  }

  async send(command: { input: unknown }, options?: { abortSignal?: AbortSignal }): Promise<unknown> {
    const operation = (Object.keys(OPERATIONS) as Operation[]).find(
      (name) => command instanceof OPERATIONS[name],
    );
    if (!operation) throw new Error(`the fake SQS does not know ${command.constructor.name}`);
    this.calls.push({ operation, input: command.input, abortSignal: options?.abortSignal });
    this.#changed();
    // Nothing is answered within the same turn, as over a network.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      return await this.#answer(operation, command.input, options?.abortSignal);
    } finally {
      setImmediate(() => this.#changed());
    }
  }

  async #answer(operation: Operation, input: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    const fault = this.#faults.get(operation)?.shift() ?? this.#outages.get(operation);
    if (fault instanceof Error) throw fault;
    const { Entries = [] } = input as { Entries?: { Id?: string }[] };
    const asked = new Set(Entries.map(({ Id }) => Id));
    const refused = typeof fault === 'object' ? fault.Failed.filter(({ Id }) => asked.has(Id)) : [];
    const output = await this.#perform(operation, input, new Set(refused.map(({ Id }) => Id)), signal);
    if (fault === 'lost answer') throw errorNamed('TimeoutError', 'the answer got lost');
    return { ...output, ...(refused.length > 0 ? { Failed: refused } : {}) };
  }

  async #perform(
    operation: Operation,
    input: unknown,
    refused: ReadonlySet<string | undefined>,
    signal: AbortSignal | undefined,
  ): Promise<object> {
    if (!this.exists) throw errorNamed('QueueDoesNotExist', 'The specified queue does not exist.');
    if (operation === 'find') return { QueueUrl: QUEUE_URL };
    if (operation === 'receive') return this.#receive(input as ReceiveMessageRequest, signal);
    const { Entries = [] } = input as {
      Entries?: (DeleteMessageBatchRequestEntry & SendMessageBatchRequestEntry)[];
    };
    const taken = Entries.filter(({ Id }) => !refused.has(Id));
    if (operation === 'send') this.sent.push(...taken);
    if (operation === 'delete') for (const { ReceiptHandle } of taken) this.#delete(ReceiptHandle!);
    return { Successful: taken.map(({ Id }) => ({ Id })) };
  }

  #receive(input: ReceiveMessageRequest, signal: AbortSignal | undefined): Promise<object> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#polls = this.#polls.filter((other) => other !== poll);
        reject(errorNamed('AbortError', 'Request aborted'));
      };
      const answer = (output: object) => {
        signal?.removeEventListener('abort', abort);
        resolve(output);
      };
      const poll: LongPoll = { input, answer };
      if (signal?.aborted) abort();
      else if (this.#waiting.length > 0) answer(this.#take(input));
      else {
        signal?.addEventListener('abort', abort, { once: true });
        this.#polls.push(poll);
        this.#changed();
      }
    });
  }

  #take({ MaxNumberOfMessages = 1 }: ReceiveMessageRequest): { Messages: Message[] } {
    const Messages = this.#waiting.splice(0, MaxNumberOfMessages).map((message) => {
      this.#receipts += 1;
      const received = { ...message, ReceiptHandle: `receipt-${this.#receipts}` };
      this.#inFlight.set(received.ReceiptHandle, message);
      return received;
    });
    return { Messages };
  }

  #delete(receiptHandle: string): void {
    const message = this.#inFlight.get(receiptHandle);
    if (message && this.#inFlight.delete(receiptHandle)) this.deleted.push(message.MessageId!);
  }

  #changed(): void {
    this.#watchers = this.#watchers.filter(({ isMet, resolve }) => {
      if (isMet()) resolve();
      else return true;
      return false;
    });
  }
}

/** `count` messages, as SQS would hand them out. */
export function someMessages(count: number, changes: Partial<Message> = {}): Message[] {
  return Array.from({ length: count }, (_, index) => ({
    MessageId: `message-${index + 1}`,
    Body: `body ${index + 1}`,
    Attributes: { SentTimestamp: '1601978400000' },
    ...changes,
  }));
}
