import { LOG_FORMATS, LOG_LEVELS } from '../../lib/log.ts';

export interface ProducerSettingDefinition {
  readonly default?: string;
  readonly meaning: string;
  /** Completes "must be …" in an error. */
  readonly allowed: string;
  readonly isAllowed: (text: string) => boolean;
}

/** Above this one sender at a time does not keep up, and the emulator even less. */
const RATE_MAX = 2_000;

/** Reads `50/s`, messages per second; undefined for anything else. */
export function parseRate(text: string): number | undefined {
  const perSecond = Number(/^(\d{1,4}(?:\.\d{1,3})?)\/s$/.exec(text)?.[1]);
  return perSecond > 0 && perSecond <= RATE_MAX ? perSecond : undefined;
}

function oneOf(...values: string[]) {
  return { allowed: values.join(' or '), isAllowed: (text: string) => values.includes(text) };
}

function integer(min: number, max: number) {
  return {
    allowed: `a whole number from ${min} to ${max}`,
    isAllowed: (text: string) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max,
  };
}

/** Every setting of the producer: `--help` and the checks are made from this. */
export const definitions = {
  SQS_QUEUE_NAME: {
    default: 'hands-on-interview',
    meaning: 'the queue to send to',
    allowed: 'a queue name: 1 to 80 letters, digits, - and _, ending in .fifo for a FIFO queue',
    isAllowed: (text) => /^[\w-]{1,80}$|^[\w-]{1,75}\.fifo$/.test(text),
  },
  SQS_QUEUE_URL: {
    meaning: 'the queue to send to, in place of its name',
    allowed: 'the URL of a queue, such as https://sqs.eu-west-1.amazonaws.com/123456789012/events',
    isAllowed: (text) => URL.canParse(text) && /^https?:\/\/[^?#]+\/[\w.-]+$/.test(text),
  },
  SQS_CREATE_QUEUES: {
    default: 'false',
    meaning: 'create a missing queue (local development)',
    ...oneOf('true', 'false'),
  },
  ITERATIONS: {
    default: '1',
    meaning: 'how often the scenario of 27 messages is sent, each time after the queue has become empty',
    ...integer(1, 1_000_000_000),
  },
  RATE: {
    meaning: 'in place of the scenario: a steady stream of messages, such as 50/s; with FILE, the pace of it',
    allowed: `messages per second, such as 50/s or 0.5/s, at most ${RATE_MAX}/s`,
    isAllowed: (text) => parseRate(text) !== undefined,
  },
  COUNT: {
    default: 'no end',
    meaning: 'with RATE: how many messages the stream has',
    ...integer(1, 1_000_000_000),
  },
  FILE: {
    meaning:
      'in place of the scenario: your own events, a JSON array (.json) or one JSON text a line (.jsonl)',
    allowed: 'the path of a file that ends in .json or .jsonl',
    isAllowed: (text) => /\.jsonl?$/.test(text),
  },
  SEED: {
    default: 'a random one',
    meaning: 'makes the random choices repeatable; the seed that was used is in the last log line',
    ...integer(0, 4_294_967_295),
  },
  LOG_LEVEL: { default: 'info', meaning: LOG_LEVELS.join(', '), ...oneOf(...LOG_LEVELS) },
  LOG_FORMAT: { default: 'json', meaning: 'json, or pretty for people', ...oneOf(...LOG_FORMATS) },
} as const satisfies Record<string, ProducerSettingDefinition>;

export type ProducerSettingName = keyof typeof definitions;
export const settingNames = Object.keys(definitions) as ProducerSettingName[];
