import winston from 'winston';
import { LogStream } from './log-stream.ts';

/** The part of winston's logger that the program uses; tests pass their own. */
export type Log = Pick<winston.Logger, 'error' | 'warn' | 'info' | 'debug'>;

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export const LOG_FORMATS = ['json', 'pretty'] as const;

const { combine, timestamp, errors, json, printf } = winston.format;

const pretty = printf(({ level, message, timestamp: at, stack, ...rest }) => {
  const details = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : '';
  return `${String(at).slice(11, 19)} ${level.padEnd(5)} ${message}${details}${stack ? `\n${stack}` : ''}`;
});

/** Logs go to stderr, whatever their level: stdout belongs to result lines alone. */
export function createLog(level: string, format: string): Log {
  // A log reader that went away must not take the pipeline with it.
  process.stderr.on('error', () => {});
  const stream = new LogStream(process.stderr);
  const log = winston.createLogger({
    level,
    format: combine(errors({ stack: true }), timestamp(), format === 'pretty' ? pretty : json()),
    transports: [new winston.transports.Stream({ stream })],
  });
  // As loud as the worst of them, so that it is not itself below LOG_LEVEL.
  stream.onFlowing = (dropped) =>
    log[dropped.has('error') ? 'error' : 'warn']('Log lines were dropped, because nobody read stderr.', {
      dropped: Object.fromEntries(dropped),
    });
  return log;
}
