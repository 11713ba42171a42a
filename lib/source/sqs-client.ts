import { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { refreshRefusedCredentials } from './credentials-refresh.ts';
import { isAtPublicHost, type QueueAddress, regionOf } from './queue-address.ts';
import { tellEndpoint } from './sqs-fault.ts';

/** SQS answers a long poll after 20 s at the latest; a call that takes longer than this is lost. */
export const REQUEST_TIMEOUT_MS = 30_000;
export const CONNECTION_TIMEOUT_MS = 5_000;

/** The part of a request that says where it goes. */
export interface Target {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
}

/** Scheme, host and port, as `URL.origin` has them. */
export function originOf({ protocol, hostname, port }: Target): string {
  return new URL(`${protocol}//${hostname}${port ? `:${port}` : ''}`).origin;
}

/**
 * The AWS SDK's client for one queue, with region, credentials and endpoint resolved as the SDK does; the region is
 * that of the queue's URL where that names one.
 *
 * @param attempts how often the SDK tries a call; 1 where the caller has its own back-off.
 */
export function createSqsClient(attempts: number, address: QueueAddress): SQSClient {
  const region = 'url' in address ? regionOf(address.url) : undefined;
  const sdk = new SQSClient({
    maxAttempts: attempts,
    ...(region ? { region } : {}),
    useQueueUrlAsEndpoint: false,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    }),
  });
  chooseHost(sdk, 'url' in address ? address.url : undefined);
  refreshRefusedCredentials(sdk);
  return sdk;
}

/**
 * Sends each call to the host in its queue's URL, as the SDK itself would, but not where a person has chosen another:
 * an endpoint, from a variable or a profile, is chosen for every call (an emulator's queue URLs name hosts that only
 * the emulator knows), FIPS and dual stack in place of AWS' other public hosts. The SDK minds the endpoint alone, and
 * only one that stands in its configuration; and it warns with each call that goes to a VPC endpoint.
 *
 * @param queueUrl of the queue that also those calls are for that name no queue by its URL
 */
function chooseHost(sdk: SQSClient, queueUrl: string | undefined): void {
  sdk.middlewareStack.add(
    (next) => async (args) => {
      const { QueueUrl = queueUrl } = args.input as { QueueUrl?: string };
      const request = args.request as Target;
      if (QueueUrl && URL.canParse(QueueUrl) && (await isHostOf(QueueUrl, originOf(request), sdk))) {
        const { protocol, hostname, port } = new URL(QueueUrl);
        Object.assign(request, { protocol, hostname, port: port ? Number(port) : undefined });
      }
      try {
        return await next(args);
      } catch (error) {
        throw tellEndpoint(error, originOf(request));
      }
    },
    // The request has its endpoint by then, but neither the host header, of low priority in this step, nor a signature.
    { name: 'chooseHost', step: 'build', priority: 'high' },
  );
}

/** @param resolved the origin that the SDK has resolved, from all that it was configured with */
async function isHostOf(queueUrl: string, resolved: string, { config }: SQSClient): Promise<boolean> {
  const Region = await config.region();
  const UseFIPS = await config.useFipsEndpoint();
  const UseDualStack = await config.useDualstackEndpoint();
  const origin = (wanted: object) => config.endpointProvider({ Region, ...wanted }).url.origin;
  const withoutEndpoint = origin({ UseFIPS, UseDualStack });
  if (resolved !== withoutEndpoint) return false;
  return withoutEndpoint === origin({ UseFIPS: false, UseDualStack: false }) || !isAtPublicHost(queueUrl);
}
