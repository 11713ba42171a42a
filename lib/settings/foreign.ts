/** What Kubernetes sets for each service of a namespace, and Docker for a linked container. */
const SERVICE_LINK = /^(tcp|udp|sctp):\/\//;
const CONTAINER_LINK = /^\/[\w.-]+\/[\w.-]+$/;

/**
 * Whether other software set this variable under a name that happens to be one of ours, or close to one: with a
 * service named `http`, Kubernetes sets `HTTP_PORT=tcp://10.0.0.1:80`; GNU screen tells the number of its window
 * as `WINDOW`; Docker names a container linked as `sqs` in `SQS_NAME`.
 */
export function isForeign(name: string, env: Readonly<Record<string, string | undefined>>): boolean {
  const value = env[name] ?? '';
  if (name.endsWith('_PORT')) return SERVICE_LINK.test(value);
  if (name.endsWith('_NAME')) return CONTAINER_LINK.test(value);
  return name === 'WINDOW' && Boolean(env.STY) && /^\d+$/.test(value);
}
