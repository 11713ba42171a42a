import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Keeps the number of connections within a bound. Each takes a file descriptor, which the pipeline needs for its
 * own; and with the bound reached, a new connection takes the place of the oldest one without a request under
 * way, so that idle ones, however many, never keep a health check out.
 */
export class Connections {
  readonly #max: number;
  readonly #idle = new Set<Socket>();
  #open = 0;

  constructor(max: number) {
    this.#max = max;
  }

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => this.#opened(socket));
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { socket } = request;
      this.#idle.delete(socket);
      response.once('close', () => {
        if (!socket.destroyed) this.#idle.add(socket);
      });
    });
  }

  #opened(socket: Socket): void {
    this.#open += 1;
    this.#idle.add(socket);
    socket.once('close', () => {
      this.#open -= 1;
      this.#idle.delete(socket);
    });
    if (this.#open <= this.#max) return;
    const [oldest = socket] = this.#idle;
    // At once, because its `close` comes later and the next connection may come first.
    this.#idle.delete(oldest);
    oldest.destroy();
  }
}
