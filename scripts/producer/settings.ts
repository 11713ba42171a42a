import { randomInt } from 'node:crypto';
import { WrongSettings } from '../../lib/errors.ts';
import { withoutCredentials } from '../../lib/masking.ts';
import { isForeign } from '../../lib/settings/foreign.ts';
import { closestName } from '../../lib/settings/misspelt.ts';
import type { QueueAddress } from '../../lib/source/queue-address.ts';
import {
  definitions,
  type ProducerSettingDefinition,
  type ProducerSettingName,
  parseRate,
  settingNames,
} from './definitions.ts';
import type { Load, ProduceOptions } from './produce.ts';

export interface ProducerSettings extends ProduceOptions {
  readonly queue: QueueAddress;
  readonly createQueues: boolean;
  readonly logLevel: string;
  readonly logFormat: string;
}

type Given = ReadonlyMap<ProducerSettingName, string>;

/** Only long names are guessed at: any environment may have a name that is one letter from RATE or FILE. */
const GUESSED_NAMES = settingNames.filter((name) => name.length >= 8);

/**
 * Reads the settings from the environment. An empty value counts as not given, as Compose passes it.
 *
 * @throws {WrongSettings} one error that lists every problem there is
 */
export function readProducerSettings(env: Readonly<Record<string, string | undefined>>): ProducerSettings {
  const given: Given = new Map(
    settingNames.flatMap((name) => (env[name] ? [[name, env[name]] as const] : [])),
  );
  const problems = [...wrongValues(given), ...misspeltNames(env), ...contradictions(given)];
  if (problems.length > 0)
    throw new WrongSettings(`Wrong settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);

  const url = given.get('SQS_QUEUE_URL');
  const seed = given.get('SEED');
  return {
    queue: url ? { url } : { name: given.get('SQS_QUEUE_NAME') ?? definitions.SQS_QUEUE_NAME.default },
    createQueues: given.get('SQS_CREATE_QUEUES') === 'true',
    load: loadOf(given),
    seed: seed === undefined ? randomInt(2 ** 32) : Number(seed),
    logLevel: given.get('LOG_LEVEL') ?? definitions.LOG_LEVEL.default,
    logFormat: given.get('LOG_FORMAT') ?? definitions.LOG_FORMAT.default,
  };
}

function loadOf(given: Given): Load {
  const path = given.get('FILE');
  const rate = given.get('RATE');
  const perSecond = rate ? parseRate(rate)! : Infinity;
  if (path) return { kind: 'file', path, perSecond };
  if (rate) return { kind: 'steady', perSecond, messages: Number(given.get('COUNT') ?? Infinity) };
  return { kind: 'scenario', iterations: Number(given.get('ITERATIONS') ?? definitions.ITERATIONS.default) };
}

function wrongValues(given: Given): string[] {
  return [...given]
    .filter(([name, text]) => !definitions[name].isAllowed(text))
    .map(([name, text]) => `${name}="${withoutCredentials(text)}" must be ${definitions[name].allowed}`);
}

function misspeltNames(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(env).flatMap((name) => {
    const isKnown = name in definitions || name.startsWith('AWS_');
    const meant = isKnown || isForeign(name, env) ? undefined : closestName(name, GUESSED_NAMES);
    return meant
      ? [`${name}="${withoutCredentials(env[name] ?? '')}" is not a setting; did you mean ${meant}?`]
      : [];
  });
}

function contradictions(given: Given): string[] {
  const both = (a: ProducerSettingName, b: ProducerSettingName) => given.has(a) && given.has(b);
  const problems: string[] = [];
  if (both('SQS_QUEUE_NAME', 'SQS_QUEUE_URL'))
    problems.push('SQS_QUEUE_NAME and SQS_QUEUE_URL name the queue twice; give one of them');
  if (both('ITERATIONS', 'RATE') || both('ITERATIONS', 'FILE'))
    problems.push('ITERATIONS repeats the scenario; RATE and FILE send something else in place of it');
  if (given.has('COUNT') && (!given.has('RATE') || given.has('FILE')))
    problems.push(
      'COUNT ends the stream of RATE; without RATE, or with FILE, there is nothing for it to end',
    );
  return problems;
}

/** What `--help` prints. */
export function producerHelp(): string {
  const rows = settingNames.map((name) => {
    const { default: fallback = '', meaning }: ProducerSettingDefinition = definitions[name];
    return `  ${name.padEnd(18)} ${fallback.padEnd(19)} ${meaning}`;
  });
  return `Sends test events to an SQS queue and logs, on stderr, how many of each kind SQS took.

Usage: node scripts/producer.ts

Settings (environment; name, default, meaning):
${rows.join('\n')}
  AWS_REGION, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS and credentials: as in the AWS SDK

Exit codes: 0 all sent, or stopped as asked; 1 something could not be sent; 2 wrong settings.
`;
}
