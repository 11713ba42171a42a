import type { Log } from '../../lib/log.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly details: unknown;
}

/** A log that keeps its lines for the spec to look at. */
export class MemoryLog {
  readonly lines: LogLine[] = [];

  /** To be given to what is tested. */
  readonly log = {
    error: (message: string, details?: unknown) => this.#keep('error', message, details),
    warn: (message: string, details?: unknown) => this.#keep('warn', message, details),
    info: (message: string, details?: unknown) => this.#keep('info', message, details),
    debug: (message: string, details?: unknown) => this.#keep('debug', message, details),
  } as unknown as Log;

  /** The messages of one level, in order. */
  at(level: LogLevel): string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message);
  }

  #keep(level: LogLevel, message: string, details: unknown): void {
    this.lines.push({ level, message, details });
  }
}
