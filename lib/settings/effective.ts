import { withoutCredentials } from '../masking.ts';
import { type QueueAddress, queueNameOf } from '../source/queue-address.ts';
import {
  AWS_SETTINGS,
  definitions,
  SECRET_SETTINGS,
  type SettingDefinition,
  settingNames,
} from './definitions.ts';
import { type Environment, givenIn, type Settings } from './settings.ts';

/**
 * Every setting with the value that is in effect, for the log: the one given, the default, or what follows from
 * another one. Of the AWS SDK's those that are given. Nothing of it is secret.
 */
export function effectiveSettings(env: Environment, settings: Settings): Record<string, string> {
  const given = givenIn(env);
  const own = settingNames.map((name) => {
    const { default: fallback = '' }: SettingDefinition = definitions[name];
    return [name, withoutCredentials(given.get(name) ?? fallback)] as const;
  });
  const ofTheSdk = [...AWS_SETTINGS.keys()]
    .filter((name) => env[name])
    .map((name) => [name, SECRET_SETTINGS.has(name) ? '…' : withoutCredentials(env[name]!)] as const);
  return Object.fromEntries([...own, ...ofTheSdk, ...derived(settings)]);
}

/** The names of the queues, which may follow from each other and from URLs. */
function derived({ queue, deadLetterQueue }: Settings): Array<readonly [string, string]> {
  const nameOf = (address: QueueAddress) => ('name' in address ? address.name : queueNameOf(address.url));
  return [
    ['SQS_QUEUE_NAME', nameOf(queue)],
    ['SQS_DEAD_LETTER_QUEUE_NAME', nameOf(deadLetterQueue)],
  ];
}
