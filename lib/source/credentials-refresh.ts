import type { SQSClient } from '@aws-sdk/client-sqs';

/** Whether a refusal of this name says that credentials are not, or no longer, good. */
export function isCredentialsRefusal(name: string): boolean {
  return /Expired|UnrecognizedClient|InvalidClientTokenId/.test(name);
}

/**
 * Has the SDK fetch its credentials anew once SQS has refused them, for the calls after that. By itself it goes on with
 * those it has until the expiration that came with them, if any, by the wall clock; credentials that are withdrawn
 * before, or a clock that is set back, would otherwise be the end of all calls.
 */
export function refreshRefusedCredentials(sdk: SQSClient): void {
  sdk.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (isCredentialsRefusal((error as Error).name))
          // What fails here the next call will meet, too; what is to be told now is the refusal.
          await sdk.config.credentials({ forceRefresh: true }).catch(() => {});
        throw error;
      }
    },
    { name: 'refreshRefusedCredentials', step: 'initialize' },
  );
}
