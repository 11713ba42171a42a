import type { SQSClient } from '@aws-sdk/client-sqs';
import type { HttpTransport } from './http-transport.ts';

/** What a request to SQS is for; whatever is rare is `other`. */
export const REQUEST_KINDS = ['receive', 'delete', 'extend', 'send', 'other'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** By the header that names the operation in SQS' protocol. */
const KINDS: ReadonlyMap<string | undefined, RequestKind> = new Map([
  ['AmazonSQS.ReceiveMessage', 'receive'],
  ['AmazonSQS.DeleteMessageBatch', 'delete'],
  ['AmazonSQS.ChangeMessageVisibilityBatch', 'extend'],
  ['AmazonSQS.SendMessageBatch', 'send'],
]);

type Headers = Readonly<Record<string, string>>;

/**
 * Counts the requests to SQS, which are what it costs: each one that is sent, repeated ones as well, whether it is
 * answered or not.
 */
export class RequestTally {
  readonly counts: Record<RequestKind, number> = { receive: 0, delete: 0, extend: 0, send: 0, other: 0 };

  /** Counts what this client of the SDK sends from now on. */
  watch(sdk: Pick<SQSClient, 'middlewareStack'>): void {
    sdk.middlewareStack.add(
      (next) => (args) => {
        this.#sent((args.request as { headers: Headers }).headers);
        return next(args);
      },
      // Behind the SDK's own repetition, which has high priority in the same step.
      { name: 'countRequests', step: 'finalizeRequest', priority: 'low' },
    );
  }

  /** The same transport, counted. */
  counted(transport: HttpTransport): HttpTransport {
    return {
      send: (request) => {
        this.#sent(request.headers);
        return transport.send(request);
      },
      close: () => transport.close(),
    };
  }

  #sent(headers: Headers): void {
    this.counts[KINDS.get(headers['x-amz-target']) ?? 'other'] += 1;
  }
}
