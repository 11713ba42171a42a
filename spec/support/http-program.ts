import { connect, type Socket } from 'node:net';
import type { Bench, Queue } from '../integration/bench.ts';
import type { Program } from '../integration/program.ts';

/** The real program with its HTTP server on a free port. */
export class HttpProgram {
  readonly program: Program;
  readonly address: string;

  static async start(bench: Bench, queue: Queue, settings: Readonly<Record<string, string>> = {}) {
    const program = bench.start(queue, { HTTP_PORT: '0', ...settings });
    await program.untilLogged(/^The HTTP server listens/);
    const { address } = program.log.find(({ message }) => /^The HTTP server listens/.test(message))!;
    return new HttpProgram(program, String(address));
  }

  constructor(program: Program, address: string) {
    this.program = program;
    this.address = address;
  }

  get port(): number {
    return Number(new URL(this.address).port);
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.address + path, init);
  }

  /** A bare connection. What comes on it is gathered, unless nobody is to read it. */
  async connect(reading: 'reads' | 'does not read' = 'reads'): Promise<Connection> {
    const connection = new Connection(connect(this.port, '127.0.0.1'), reading);
    await connection.opened;
    return connection;
  }
}

export class Connection {
  readonly socket: Socket;
  readonly opened: Promise<void>;
  readonly closed: Promise<void>;
  text = '';

  constructor(socket: Socket, reading: 'reads' | 'does not read') {
    this.socket = socket;
    this.opened = new Promise((resolve, reject) => {
      socket.once('connect', () => resolve());
      socket.once('error', reject);
    });
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => {});
    if (reading === 'reads')
      socket.on('data', (chunk) => {
        this.text += chunk;
      });
    else socket.pause();
  }

  /** Sends something, and returns everything that came until the other side closed. */
  async exchange(text: string | Buffer): Promise<string> {
    this.socket.write(text);
    await this.closed;
    return this.text;
  }

  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) {
      if (this.socket.destroyed) throw new Error(`closed after ${JSON.stringify(this.text.slice(-200))}`);
      await new Promise<void>((resolve) => {
        this.socket.once('data', () => resolve());
        this.socket.once('close', () => resolve());
      });
    }
  }
}
