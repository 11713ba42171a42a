import type { ServerResponse } from 'node:http';
import type { Clock } from '../../clock.ts';
import type { OutboxLine } from '../../state/state-store.ts';
import type { Observer } from '../observer.ts';

export const STREAMS_MAX = 100;
const HEARTBEAT_MS = 15_000;
/** Far more than one commit's lines; what a reader leaves unread beyond it ends the stream. */
const UNREAD_BYTES_MAX = 2 * 1024 * 1024;
/** How long a browser waits before it connects again. */
const RETRY_MS = 2_000;

interface Stream {
  readonly response: ServerResponse;
  /** Something was unread at the last heartbeat. */
  isBehind: boolean;
}

/**
 * New result lines for whoever wants to watch, as server-sent events. A reader that is slow or dead is dropped,
 * never waited for: everything is in stdout, and a browser comes back by itself.
 */
export class LineStreams implements Partial<Observer> {
  readonly #clock: Clock;
  readonly #streams = new Set<Stream>();
  #cancelHeartbeat: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get readers(): number {
    return this.#streams.size;
  }

  get isFull(): boolean {
    return this.#streams.size >= STREAMS_MAX;
  }

  /** The head has been written already. */
  add(response: ServerResponse): void {
    const stream = { response, isBehind: false };
    this.#streams.add(stream);
    response.on('error', () => {});
    response.once('close', () => this.#remove(stream));
    this.#send(stream, Buffer.from(`retry: ${RETRY_MS}\n: result lines, as on stdout\n\n`));
    this.#scheduleHeartbeat();
  }

  printed(lines: readonly OutboxLine[]): void {
    if (this.#streams.size === 0) return;
    // One buffer for all readers, however many of them have not read it yet.
    const events = Buffer.from(lines.map(({ line }) => `event: line\ndata: ${line}\n\n`).join(''));
    for (const stream of this.#streams) this.#send(stream, events);
  }

  close(): void {
    for (const { response } of this.#streams) response.destroy();
  }

  #send({ response }: Stream, events: Buffer): void {
    response.write(events);
    if (response.writableLength > UNREAD_BYTES_MAX) response.destroy();
  }

  #scheduleHeartbeat(): void {
    this.#cancelHeartbeat ??= this.#clock.schedule(() => this.#heartbeat(), HEARTBEAT_MS);
  }

  #heartbeat(): void {
    this.#cancelHeartbeat = undefined;
    for (const stream of this.#streams) {
      const { response } = stream;
      const isBehind = response.writableLength > 0;
      if (isBehind && stream.isBehind) response.destroy();
      else {
        stream.isBehind = isBehind;
        this.#send(stream, Buffer.from(': still here\n\n'));
      }
    }
    if (this.#streams.size > 0) this.#scheduleHeartbeat();
  }

  #remove(stream: Stream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    this.#cancelHeartbeat?.();
    this.#cancelHeartbeat = undefined;
  }
}
