import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';

const SCRIPT = 'lib/health-check.ts';

async function check(settings: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn(process.execPath, [SCRIPT], { env: settings, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  return code;
}

describe("the image's health check", () => {
  const asked: string[] = [];
  let status: number;
  let server: Server;
  const listenOn = async (host: string) => {
    server = createServer((request, response) => {
      asked.push(request.url!);
      response.writeHead(status).end();
    }).listen(0, host);
    await once(server, 'listening');
    return String((server.address() as AddressInfo).port);
  };
  beforeEach(() => {
    asked.length = 0;
    status = 200;
  });
  afterEach(async () => {
    server.close();
    if (server.listening) await once(server, 'close');
  });

  // All of 127.0.0.0/8 is this machine; nothing but 127.0.0.2 itself answers there.
  for (const host of ['127.0.0.1', '127.0.0.2', '0.0.0.0', 'localhost'])
    it(`asks where HTTP_HOST=${host} says that the server is`, async () => {
      expect(await check({ HTTP_HOST: host, HTTP_PORT: await listenOn(host) })).to.equal(0);
      expect(asked).to.deep.equal(['/healthz']);
    });

  it('fails when the server answers with an error, or not at all', async () => {
    status = 503;
    const HTTP_PORT = await listenOn('127.0.0.1');
    expect(await check({ HTTP_PORT })).to.equal(1);
    expect(asked).to.have.length(1);
    expect(await check({ HTTP_HOST: '127.0.0.2', HTTP_PORT })).to.equal(1);
    expect(asked).to.have.length(1);
  });

  for (const HTTP_PORT of ['off', '0'])
    it(`looks whether the first process lives with HTTP_PORT=${HTTP_PORT}`, async () => {
      expect(await check({ HTTP_PORT })).to.equal(0);
    });

  it('is what the Dockerfile runs', () => {
    expect(readFileSync('Dockerfile', 'utf8')).to.match(
      new RegExp(`^HEALTHCHECK .*\\\\\n +CMD \\["node", "${SCRIPT}"\\]$`, 'm'),
    );
  });
});
