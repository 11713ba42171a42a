import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type {} from '@fastify/swagger';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { SECURITY_HEADERS } from '../http/headers.ts';

const ASSETS = join(import.meta.dirname, 'assets');
const UPLOT = join(dirname(createRequire(import.meta.url).resolve('uplot/package.json')), 'dist');
const UPLOT_FILES = ['uPlot.esm.js', 'uPlot.min.css'];

/** What is served at all; anything else beside the assets (types, for one) stays unknown to the outside. */
const CONTENT_TYPES = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
]);

const HEADERS = {
  // Here as well as on the server as a whole: without it, types and bodies from outside must not be shown at all.
  ...SECURITY_HEADERS,
  // Asked for each time and answered with 304: a new version of the program is never shown with an old script.
  'cache-control': 'no-cache',
  vary: 'accept-encoding',
};

interface Asset {
  readonly contentType: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
}

/**
 * The live page: `/`, and its files under `/assets/`. They are read once, here, and each has a route of its own,
 * so no request ever names a path on the disk.
 */
export const pagePlugin: FastifyPluginAsync = async (server) => {
  const schema = { hide: true };
  const index = loadAsset(ASSETS, 'index.html');
  server.get('/', { schema }, (request, reply) => send(index, request, reply));
  for (const [folder, file] of assetFiles()) {
    const asset = loadAsset(folder, file);
    server.get(`/assets/${file}`, { schema }, (request, reply) => send(asset, request, reply));
  }
};

function assetFiles(): Array<readonly [folder: string, file: string]> {
  const own = readdirSync(ASSETS).filter((file) => CONTENT_TYPES.has(extname(file)) && file !== 'index.html');
  return [
    ...own.map((file) => [ASSETS, file] as const),
    ...UPLOT_FILES.map((file) => [UPLOT, file] as const),
  ];
}

function loadAsset(folder: string, file: string): Asset {
  const plain = readFileSync(join(folder, file));
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
  // Weak, because the same tag stands for the plain and the compressed answer.
  return {
    contentType: CONTENT_TYPES.get(extname(file))!,
    etag: `W/"${hash}"`,
    plain,
    gzipped: gzipSync(plain),
  };
}

function send(asset: Asset, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers(HEADERS).header('etag', asset.etag);
  if (request.headers['if-none-match']?.includes(asset.etag)) return reply.code(304).send();
  reply.type(asset.contentType);
  if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(asset.plain);
  return reply.header('content-encoding', 'gzip').send(asset.gzipped);
}
