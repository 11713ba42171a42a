/** How the settings name a queue: by name, looked up at the start, or by its URL. */
export type QueueAddress = { readonly name: string } | { readonly url: string };

/** `eu-west-1`, `us-gov-west-1`, `cn-north-1` */
const REGION = '[a-z]+(?:-[a-z]+)+-\\d+';
/** The hosts at which everybody reaches SQS in a region; FIPS, dual stack and an older form among them. */
const PUBLIC_HOST = new RegExp(`^sqs(?:-fips)?\\.(${REGION})\\.|^(${REGION})\\.queue\\.`);
/** Interface endpoints of a VPC, `vpce-….sqs.eu-west-1.vpce.amazonaws.com`. */
const VPC_HOST = new RegExp(`\\.sqs\\.(${REGION})\\.vpce\\.`);

/** What to call the queue by where its address is all that is known. */
export function nameIn(address: QueueAddress): string {
  return 'name' in address ? address.name : address.url;
}

/** Where the dead-letter queue is to be looked for: one that has a name alone, where the queue itself is. */
export function homeOf(deadLetterQueue: QueueAddress, queue: QueueAddress): QueueAddress {
  return 'url' in deadLetterQueue ? deadLetterQueue : queue;
}

export function isFifo(queueNameOrUrl: string): boolean {
  return queueNameOrUrl.endsWith('.fifo');
}

export function queueNameOf(queueUrl: string): string {
  return queueUrl.slice(queueUrl.lastIndexOf('/') + 1);
}

/** Whether two URLs are of one queue, which has as many hosts as there are ways to reach its region. */
export function isSameQueue(oneUrl: string, otherUrl: string): boolean {
  if (!URL.canParse(oneUrl) || !URL.canParse(otherUrl)) return false;
  const [one, other] = [new URL(oneUrl), new URL(otherUrl)];
  const regions = new Set([regionOf(oneUrl), regionOf(otherUrl)].filter(Boolean));
  return one.pathname === other.pathname && regions.size <= 1;
}

/** Whether the URL's host is one of AWS' own for a region, and not an endpoint that somebody chose. */
export function isAtPublicHost(queueUrl: string): boolean {
  return PUBLIC_HOST.test(new URL(queueUrl).hostname);
}

/**
 * The URL of a queue that was looked up where `homeUrl` is. A look-up answers with AWS' public host; whoever has given
 * a URL with a host of their own, such as a VPC endpoint, may be able to reach nothing else.
 */
export function reachedFrom(homeUrl: string, queueUrl: string): string {
  return isAtPublicHost(homeUrl) ? queueUrl : new URL(new URL(queueUrl).pathname, homeUrl).href;
}

/** The region that the URL's host names, undefined where it names none. */
export function regionOf(queueUrl: string): string | undefined {
  const { hostname } = new URL(queueUrl);
  const [, region, olderForm] = PUBLIC_HOST.exec(hostname) ?? VPC_HOST.exec(hostname) ?? [];
  return region ?? olderForm;
}
