/** What a {@link FaultyProxy} can do to the requests that it is sent. */
export type Fault =
  /** Passes everything on, so much later. */
  | { readonly kind: 'latency'; readonly delayMs: number }
  /** Resets the connection; SQS hears nothing of it. */
  | { readonly kind: 'reset' }
  /** Passes the request on, and resets the connection in place of the answer: SQS has acted, nobody knows. */
  | { readonly kind: 'swallow' }
  /** Takes the request and never answers it, not even when the fault is over. */
  | { readonly kind: 'silence' }
  /** Holds back everything until the fault is over, as a network that drops packets does. */
  | { readonly kind: 'stall' }
  | ErrorAnswer;

/** Answers in place of SQS. */
export interface ErrorAnswer {
  readonly kind: 'error';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Called for each answer, which may be a new text each time. */
  readonly body: () => string;
}

/** An error as SQS words it in its JSON protocol, with the header for clients that knew its query protocol. */
function sqsError(status: number, type: string, queryError: string, message: string): ErrorAnswer {
  return {
    kind: 'error',
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-query-error': queryError },
    body: () => JSON.stringify({ __type: type, message }),
  };
}

export const internalFailure = sqsError(
  500,
  'com.amazon.coral.service#InternalFailure',
  'InternalFailure;Receiver',
  'We encountered an internal error. Please try again.',
);

export const throttled = sqsError(
  400,
  'com.amazonaws.sqs#RequestThrottled',
  'RequestThrottled;Sender',
  'The request was denied due to request throttling.',
);

export const accessDenied = sqsError(
  403,
  'com.amazon.coral.service#AccessDeniedException',
  'AccessDenied;Sender',
  'User: arn:aws:iam::000000000000:user/spec is not authorized to perform this on this resource.',
);

export const expiredToken = sqsError(
  403,
  'com.amazon.coral.service#ExpiredTokenException',
  'ExpiredToken;Sender',
  'The security token included in the request is expired',
);

let answers = 0;

/** What stands before SQS answers for it, in its own format and with another request id each time. */
export const unavailable: ErrorAnswer = {
  kind: 'error',
  status: 503,
  headers: { 'content-type': 'text/html' },
  body: () => {
    answers += 1;
    return `<html><h1>503 Service Unavailable</h1>Request id: ${answers}</html>`;
  },
};
