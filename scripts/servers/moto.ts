import { join } from 'node:path';
import { type OtherServer, run } from './other-server.ts';

const VERSION = '5.2.5';

/** https://github.com/getmoto/moto, in Python, from PyPI. */
export const moto: OtherServer = {
  name: 'moto',
  version: VERSION,
  async install(folder) {
    await run('python3', '-m', 'venv', folder);
    await run(join(folder, 'bin', 'pip'), 'install', '--quiet', `moto[server]==${VERSION}`);
  },
  command: (folder) => [join(folder, 'bin', 'moto_server'), '--host', '127.0.0.1', '--port', '0'],
  listening: /Running on http:\/\/(127\.0\.0\.1:\d+)/,
};
