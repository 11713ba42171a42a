import { CannotGoOn, messageOf, WrongSettings } from '../errors.ts';
import { withoutCredentials } from '../masking.ts';

/** The name of an answer that is none of SQS', such as the page of a proxy. */
export const NOT_SQS = 'NotSqs';
/** What the SDK makes of such an answer, by its error's name. */
const NOT_SQS_BY_SDK = ['SyntaxError', 'Unknown'];

const REFUSED =
  /AccessDenied|UnrecognizedClient|InvalidClientTokenId|Expired|SignatureDoesNotMatch|InvalidSignature/;
const UNREACHABLE =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ECONNRESET|EPIPE|UND_ERR_|TimeoutError|ETIMEDOUT|EHOSTUNREACH/;

/** What there is to know of a failed call, whichever client made it. */
interface SqsFault extends Error {
  readonly code?: string;
  /** Where the call went; see {@link tellEndpoint}. */
  readonly endpoint?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Notes on an error where the call went, so that it can be said later. */
export function tellEndpoint(error: unknown, origin: string): unknown {
  return Object.assign(error as Error, { endpoint: origin });
}

export function isMissingQueue(error: unknown): boolean {
  return /QueueDoesNotExist|NonExistentQueue/.test(`${(error as Error).name} ${messageOf(error)}`);
}

export function isRefused(error: unknown): boolean {
  return REFUSED.test((error as Error).name);
}

export function isUnreachable(error: unknown): boolean {
  const { name = '', code = '' } = error as SqsFault;
  return UNREACHABLE.test(`${code} ${name} ${messageOf(error)}`);
}

/**
 * One sentence that says what is wrong with SQS and which setting to look at. `queue` is the queue's name or
 * URL, `operation` what was tried, such as `sqs:ReceiveMessage`.
 */
export function explainSqsFault(error: unknown, queue: string, operation: string): string {
  return withoutCredentials(explain(error as SqsFault, queue, operation));
}

function explain(error: SqsFault, queue: string, operation: string): string {
  const { name = '', code = '', $metadata } = error;
  const status = $metadata?.httpStatusCode ?? 0;
  const message = messageOf(error);
  const where = placeOf(error);
  if (isMissingQueue(error))
    return `The queue "${queue}" does not exist at ${where}. Set SQS_QUEUE_NAME or SQS_QUEUE_URL (for dead letters SQS_DEAD_LETTER_QUEUE_NAME or SQS_DEAD_LETTER_QUEUE_URL) and AWS_REGION to those of an existing queue, or SQS_CREATE_QUEUES=true to have it created.`;
  if (/CredentialsProviderError|CredentialsError/.test(name))
    return 'No AWS credentials were found. Give the process a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';
  if (/Region (is missing|not accepted)/.test(message))
    return 'No AWS region is set, or one that does not exist. Set AWS_REGION, for example AWS_REGION=eu-west-1.';
  if (/CERT|UNABLE_TO_VERIFY/.test(code))
    return `The certificate shown at ${where} is not trusted (${message}). Where an endpoint or a proxy has an authority of its own, give its PEM file in AWS_CA_BUNDLE.`;
  if (isRefused(error))
    return `AWS refuses ${operation} on "${queue}" (${name}: ${message}). Check the credentials and that their policy allows ${operation}.`;
  if (isUnreachable(error))
    return `SQS cannot be reached at ${where} (${message || code}). Check AWS_ENDPOINT_URL, AWS_REGION and the network.`;
  if (status > 0 && [NOT_SQS, ...NOT_SQS_BY_SDK].includes(name))
    return `${operation} on "${queue}" failed: what answers with the status ${status} at ${where} is not SQS. Check AWS_ENDPOINT_URL, AWS_REGION and any proxy in between.`;
  return `${operation} on "${queue}" failed (${name}: ${message}).`;
}

function placeOf({ endpoint }: SqsFault): string {
  const { AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL, AWS_REGION } = process.env;
  const origin = endpoint || AWS_ENDPOINT_URL_SQS || AWS_ENDPOINT_URL;
  return origin ? `the endpoint ${origin}` : `the region ${AWS_REGION ?? '(default)'}`;
}

/** Turns a fault at the start into {@link WrongSettings} where a setting is the cause, else explains it. */
export function asStartFault(error: unknown, queue: string, operation: string): Error {
  const sentence = explainSqsFault(error, queue, operation);
  const settingIsWrong = /^(The queue|No AWS)/.test(sentence);
  return settingIsWrong
    ? new WrongSettings(sentence, { cause: error })
    : new CannotGoOn(sentence, { cause: error });
}
