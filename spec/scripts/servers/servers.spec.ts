import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { useTempDirectory } from '../../support/temp-directory.ts';

describe('npm run test:servers', () => {
  const inDirectory = useTempDirectory();

  it('skips each server that cannot be had, with a word, where there is no Java and no Python', () => {
    const { status, stdout } = spawnSync(process.execPath, ['scripts/servers.ts'], {
      encoding: 'utf8',
      env: { PATH: inDirectory(), XDG_CACHE_HOME: inDirectory('cache') },
    });
    expect(stdout.replaceAll(/\d+\.\d+\.\d+/g, '…').split('\n')).to.deep.equal([
      'ElasticMQ …: skipped, it cannot be had here (spawn java ENOENT)',
      'moto …: skipped, it cannot be had here (spawn python3 ENOENT)',
      '',
    ]);
    expect(status).to.equal(0);
  });
});
