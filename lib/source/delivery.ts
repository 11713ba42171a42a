/** A message as it was received, before anybody looked into its body. */
export interface ReceivedMessage {
  /** What makes a message the same message when it is delivered again. */
  readonly identity: string;
  readonly messageId: string;
  readonly body: string;
  /** When SQS received the message, in milliseconds since the Unix epoch. */
  readonly sentAtMs: number;
  /** When the receive that brought it was sent, in milliseconds by the state's clock. */
  readonly requestedMs: number;
}

/**
 * Up to 10 messages on their way through the stages, together with what happens to them in the queue. The two
 * travel as one, so that no table has to be kept of who waits for what, and a batch that gets lost in a failing
 * stage can only ever be delivered again, never acknowledged by accident.
 *
 * Exactly one of the two functions is called, once; a later call of either does nothing.
 */
export interface Delivery {
  readonly messages: readonly ReceivedMessage[];
  /** The batch's effects are durable: SQS may delete it. */
  acknowledge(): void;
  /** Nothing was done: SQS delivers the messages again when their visibility timeout ends. */
  abandon(): void;
}
