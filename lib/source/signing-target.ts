import type { SQSClient } from '@aws-sdk/client-sqs';
import { originOf, type Target } from './sqs-client.ts';

/** Where the SDK sends its requests and for whom it signs them. */
export interface SigningTarget {
  /** `https://sqs.eu-west-1.amazonaws.com`, without a path. */
  readonly origin: string;
  readonly host: string;
  readonly region: string;
  readonly service: string;
}

interface SentRequest extends Target {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Watches what the SDK's client sends, and tells of each request for a queue (by its URL) that is signed with
 * Signature Version 4. Region, endpoint and signing name have many sources (variables, profiles, partitions, FIPS,
 * dual stack, the queue's URL); so they are not worked out a second time, but taken from a request that the SDK
 * has made for that very queue.
 */
export function watchSigning(
  sdk: Pick<SQSClient, 'middlewareStack'>,
  onTarget: (queueUrl: string, target: SigningTarget) => void,
): void {
  sdk.middlewareStack.add(
    (next) => (args) => {
      const { QueueUrl } = args.input as { QueueUrl?: string };
      const target = targetOf(args.request as SentRequest);
      if (QueueUrl && target) onTarget(QueueUrl, target);
      return next(args);
    },
    // Behind the signing, which has high priority in the same step.
    { name: 'watchSigning', step: 'finalizeRequest', priority: 'low' },
  );
}

function targetOf(request: SentRequest): SigningTarget | undefined {
  const { path, headers } = request;
  const scope = /^AWS4-HMAC-SHA256 Credential=[^,]*\/\d{8}\/([^/,]+)\/([^/,]+)\/aws4_request,/.exec(
    headers.authorization ?? '',
  );
  if (!scope || path !== '/') return undefined;
  const origin = originOf(request);
  return { origin, host: new URL(origin).host, region: scope[1]!, service: scope[2]! };
}
