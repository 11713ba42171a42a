import { Transform, type TransformCallback } from 'node:stream';
import type { Delivery, ReceivedMessage } from '../source/delivery.ts';
import { type ParsedBody, parseBody } from './body.ts';
import type { EventTimeParser } from './event-time.ts';

/** A message whose events are known, good and bad. */
export interface ValidatedMessage extends ReceivedMessage, ParsedBody {}

/** A {@link Delivery} whose messages have been looked into; it still carries the acknowledgement. */
export interface ValidatedDelivery extends Delivery {
  readonly messages: readonly ValidatedMessage[];
}

/** Which time counts as an event's time: its own `occurred_at`, or when SQS received the message. */
export type EventTimeSource = 'occurred_at' | 'sent_at';

/** Deliveries in, validated deliveries out, one for one; what is malformed stays on its batch. */
export class ValidateTransform extends Transform {
  readonly #parseTime: EventTimeParser;
  readonly #eventTime: EventTimeSource;

  constructor(parseTime: EventTimeParser, eventTime: EventTimeSource = 'occurred_at') {
    // Validated events take several times the memory of their bodies, so few wait behind this stage.
    super({ objectMode: true, readableHighWaterMark: 1 });
    this.#parseTime = parseTime;
    this.#eventTime = eventTime;
  }

  override _transform(delivery: Delivery, _encoding: BufferEncoding, done: TransformCallback): void {
    const messages = delivery.messages.map((message) => this.#validate(message));
    const validated: ValidatedDelivery = {
      messages,
      acknowledge: () => delivery.acknowledge(),
      abandon: () => delivery.abandon(),
    };
    done(null, validated);
  }

  #validate(message: ReceivedMessage): ValidatedMessage {
    const { events, rejections } = parseBody(message.body, this.#parseTime);
    const { sentAtMs } = message;
    return {
      ...message,
      events:
        this.#eventTime === 'sent_at' ? events.map((event) => ({ ...event, timeMs: sentAtMs })) : events,
      rejections,
    };
  }
}
