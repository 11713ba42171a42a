import { hash } from 'node:crypto';
import type { Message } from '@aws-sdk/client-sqs';

type Md5 = (text: string) => string;

/** MD5 in hexadecimal digits; undefined where OpenSSL has none, which is so in FIPS mode. */
export const md5: Md5 | undefined = usable((text) => hash('md5', text));

/** The function, if it works on this machine. */
export function usable(candidate: Md5): Md5 | undefined {
  try {
    candidate('');
    return candidate;
  } catch {
    return undefined;
  }
}

/**
 * Compares the bodies with their checksums. Without MD5 it compares nothing: TLS guards the way of a body, too.
 *
 * @throws {Error} when a body is not what its checksum says
 */
export function checkBodies(messages: readonly Message[], digest: Md5 | undefined): void {
  if (!digest) return;
  for (const { MessageId, Body, MD5OfBody } of messages)
    if (Body !== undefined && MD5OfBody !== digest(Body))
      throw Object.assign(new Error(`The body of message ${MessageId} does not match its MD5.`), {
        name: 'BodyMismatch',
      });
}
