import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** A free port of that address: the one asked for, or any, where another program has it. */
export async function freePort(host: string, wanted: number): Promise<number> {
  const server = createServer().listen(wanted, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (wanted === 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return freePort(host, 0);
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
