/**
 * What the image's HEALTHCHECK runs: asks the server in this container for `/healthz`, where HTTP_HOST and HTTP_PORT
 * say it is. Where there is no server, or its port is known to nobody, it looks whether the container's first process
 * is there and not frozen. Healthy is 0, anything else 1.
 */
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { isForeign } from './settings/foreign.ts';

// Read here and not with all settings, whose libraries would be loaded every time; defaults as in definitions.ts.
const host = process.env.HTTP_HOST || '127.0.0.1';
const port = isForeign('HTTP_PORT', process.env) ? '8000' : process.env.HTTP_PORT || '8000';

/** A server that listens on every address is asked on loopback. */
const ON_LOOPBACK: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

async function isHealthy(): Promise<boolean> {
  // Running or sleeping, not stopped or dead.
  if (port === 'off' || Number(port) === 0)
    return /^State:\s+[RSD]/m.test(readFileSync('/proc/1/status', 'utf8'));
  const address = ON_LOOPBACK.get(host) ?? host;
  return (await fetch(`http://${isIPv6(address) ? `[${address}]` : address}:${port}/healthz`)).ok;
}

process.exitCode = (await isHealthy().catch(() => false)) ? 0 : 1;
