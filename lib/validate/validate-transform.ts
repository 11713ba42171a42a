import { Transform, type TransformCallback } from 'node:stream';
import { Breather } from '../breather.ts';
import type { Delivery, ReceivedMessage } from '../source/delivery.ts';
import { type ParsedBody, parseBody } from './body.ts';
import type { EventTimeParser } from './event-time.ts';

/** After bodies of so many characters the event loop gets a turn. */
const CHARACTERS_PER_TURN = 524_288;

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
    this.#validateAll(delivery).then((validated) => done(null, validated), done);
  }

  async #validateAll(delivery: Delivery): Promise<ValidatedDelivery> {
    const breather = new Breather(CHARACTERS_PER_TURN);
    const messages: ValidatedMessage[] = [];
    for (const message of delivery.messages) {
      messages.push(this.#validate(message));
      const pause = breather.spend(message.body.length);
      if (pause) await pause;
    }
    return {
      messages,
      acknowledge: () => delivery.acknowledge(),
      abandon: () => delivery.abandon(),
    };
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
