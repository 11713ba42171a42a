import { WrongSettings } from '../errors.ts';
import { withoutCredentials } from '../masking.ts';
import { isFifo, isSameQueue, type QueueAddress, queueNameOf } from '../source/queue-address.ts';
import type { EventTimeSource } from '../validate/validate-transform.ts';
import type { WindowSpec } from '../window/window-assigner.ts';
import {
  AWS_SETTINGS,
  definitions,
  SECRET_SETTINGS,
  type SettingDefinition,
  type SettingName,
  settingNames,
} from './definitions.ts';
import { parseDuration } from './duration.ts';
import { isForeign } from './foreign.ts';
import { compileSettingsSchema, parseStateUrl, parseWindow, splitList } from './formats.ts';
import { closestInLetters, closestName } from './misspelt.ts';

const QUEUE_NAME_LENGTH_MAX = 80;

const isRight = compileSettingsSchema();

export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings, read and checked. Durations are in milliseconds. */
export interface Settings {
  readonly queue: QueueAddress;
  readonly deadLetterQueue: QueueAddress;
  readonly createQueues: boolean;
  readonly window: WindowSpec;
  readonly eventTime: EventTimeSource;
  readonly eventTimezone: string;
  readonly maxOutOfOrdernessMs: number;
  readonly allowedLatenessMs: number;
  readonly revisionIntervalMs: number;
  readonly idleTimeoutMs: number;
  readonly maxFutureSkewMs: number;
  readonly maxTypesPerWindow: number;
  readonly statePath: string;
  readonly dedupRetentionMs: number;
  readonly pollersMax: number;
  readonly commitLingerMs: number;
  readonly httpHost: string;
  readonly httpPort: number | 'off';
  readonly httpAllowedHosts: readonly string[];
  readonly shutdownTimeoutMs: number;
  readonly logLevel: string;
  readonly logFormat: string;
}

/**
 * Reads the settings from the environment. An empty value counts as not given, as Compose passes it.
 *
 * @throws {WrongSettings} one error that lists every problem there is
 */
export function readSettings(env: Environment): Settings {
  const given = givenIn(env);
  const problems = [...wrongValues(given), ...misspeltNames(env), ...contradictions(given)];
  if (problems.length > 0)
    throw new WrongSettings(`Wrong settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);

  const text = (name: SettingName) =>
    given.get(name) ?? (definitions[name] as SettingDefinition).default ?? '';
  const durationMs = (name: SettingName) => parseDuration(text(name))!;
  const url = given.get('SQS_QUEUE_URL');
  const deadLetterUrl = given.get('SQS_DEAD_LETTER_QUEUE_URL');
  return {
    queue: url ? { url } : { name: text('SQS_QUEUE_NAME') },
    deadLetterQueue: deadLetterUrl
      ? { url: deadLetterUrl }
      : {
          name:
            given.get('SQS_DEAD_LETTER_QUEUE_NAME') ??
            deadLetterNameOf(queueNameOf(url ?? text('SQS_QUEUE_NAME'))),
        },
    createQueues: text('SQS_CREATE_QUEUES') === 'true',
    window: parseWindow(text('WINDOW'))!,
    eventTime: text('EVENT_TIME') as EventTimeSource,
    eventTimezone: text('EVENT_TIMEZONE'),
    maxOutOfOrdernessMs: durationMs('MAX_OUT_OF_ORDERNESS'),
    allowedLatenessMs: durationMs('ALLOWED_LATENESS'),
    revisionIntervalMs: durationMs('REVISION_INTERVAL'),
    idleTimeoutMs: durationMs('IDLE_TIMEOUT'),
    maxFutureSkewMs: durationMs('MAX_FUTURE_SKEW'),
    maxTypesPerWindow: Number(text('MAX_TYPES_PER_WINDOW')),
    statePath: parseStateUrl(text('STATE_URL'))!,
    dedupRetentionMs: durationMs('DEDUP_RETENTION'),
    pollersMax: Number(text('POLLERS_MAX')),
    commitLingerMs: durationMs('COMMIT_LINGER'),
    httpHost: text('HTTP_HOST'),
    httpPort: text('HTTP_PORT') === 'off' ? 'off' : Number(text('HTTP_PORT')),
    httpAllowedHosts: splitList(text('HTTP_ALLOWED_HOSTS')),
    shutdownTimeoutMs: durationMs('SHUTDOWN_TIMEOUT'),
    logLevel: text('LOG_LEVEL'),
    logFormat: text('LOG_FORMAT'),
  };
}

/** The settings that are given, as they are. */
export function givenIn(env: Environment): Map<SettingName, string> {
  const own = settingNames.filter((name) => env[name] && !isForeign(name, env));
  return new Map(own.map((name) => [name, env[name]!]));
}

/** One sentence for each variable that has the name of a setting and is not meant for this program. */
export function ignoredVariables(env: Environment): string[] {
  return settingNames
    .filter((name) => isForeign(name, env))
    .map((name) => `${name}="${env[name]}" was set by other software and is ignored; its default applies.`);
}

function wrongValues(given: ReadonlyMap<SettingName, string>): string[] {
  if (isRight(Object.fromEntries(given))) return [];
  const wrong = new Set(isRight.errors!.map((error) => error.instancePath.slice(1) as SettingName));
  return [...wrong].map(
    (name) => `${name}="${withoutCredentials(given.get(name)!)}" must be ${definitions[name].allowed}`,
  );
}

function misspeltNames(env: Environment): string[] {
  const known = [...settingNames, ...AWS_SETTINGS.keys()];
  return Object.keys(env).flatMap((name) => {
    // Every AWS service has an endpoint of that name, and some are two letters from ours.
    const isKnown = !env[name] || known.includes(name) || name.startsWith('AWS_ENDPOINT_URL_');
    if (isKnown || isForeign(name, env)) return [];
    // The SDK has more settings than those listed here, and some of them differ by a word.
    const meant = closestName(name, settingNames) ?? closestInLetters(name, [...AWS_SETTINGS.keys()]);
    if (!meant) return [];
    const value = SECRET_SETTINGS.has(meant) ? '…' : withoutCredentials(env[name]!);
    return [`${name}="${value}" is not a setting; did you mean ${meant}?`];
  });
}

function contradictions(given: ReadonlyMap<SettingName, string>): string[] {
  const problems: string[] = [];
  const url = given.get('SQS_QUEUE_URL');
  const name = given.get('SQS_QUEUE_NAME');
  if (url && name)
    problems.push(
      `SQS_QUEUE_NAME="${name}" and SQS_QUEUE_URL="${withoutCredentials(url)}" name the queue twice; give one of them`,
    );
  const deadLetterUrl = given.get('SQS_DEAD_LETTER_QUEUE_URL');
  const deadLetterName = given.get('SQS_DEAD_LETTER_QUEUE_NAME');
  if (deadLetterUrl && deadLetterName)
    problems.push(
      `SQS_DEAD_LETTER_QUEUE_NAME="${deadLetterName}" and SQS_DEAD_LETTER_QUEUE_URL="${withoutCredentials(deadLetterUrl)}" name the dead-letter queue twice; give one of them`,
    );
  const queueName = url ? queueNameOf(url) : (name ?? definitions.SQS_QUEUE_NAME.default);
  const deadLetterLength = deadLetterName || deadLetterUrl ? 0 : deadLetterNameOf(queueName).length;
  if (deadLetterLength > QUEUE_NAME_LENGTH_MAX && queueName.length <= QUEUE_NAME_LENGTH_MAX)
    problems.push(
      `The queue's name "${queueName}" leaves no room for -dead-letter; give SQS_DEAD_LETTER_QUEUE_NAME or SQS_DEAD_LETTER_QUEUE_URL`,
    );
  if (deadLetterName === queueName)
    problems.push(
      `SQS_DEAD_LETTER_QUEUE_NAME="${queueName}" is the queue that is read; dead letters would come back for ever`,
    );
  if (url && deadLetterUrl && isSameQueue(url, deadLetterUrl))
    problems.push(
      `SQS_DEAD_LETTER_QUEUE_URL="${withoutCredentials(deadLetterUrl)}" is the queue that is read; dead letters would come back for ever`,
    );
  return problems;
}

/** A FIFO queue's name ends in `.fifo`, so the suffix goes in front of that. */
function deadLetterNameOf(queueName: string): string {
  return isFifo(queueName)
    ? `${queueName.slice(0, -'.fifo'.length)}-dead-letter.fifo`
    : `${queueName}-dead-letter`;
}
