import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

/** Passes whenever it is run for an odd time, which it keeps in mind in a file beside itself. */
const EVERY_SECOND_TIME = `
import { appendFileSync, readFileSync } from 'node:fs';
const path = import.meta.dirname + '/times';
describe('a spec', () => {
  it('that always holds', () => {});
  it('that holds now and then', () => {
    appendFileSync(path, '.');
    if (readFileSync(path).length % 2 === 0) throw new Error('not this time');
  });
});
`;

describe('npm run test:stress', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nps-kata-stress-spec-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function stress(source: string, ...args: string[]) {
    const path = join(folder, 'a.spec.ts');
    writeFileSync(path, source);
    const { status, stdout } = spawnSync(process.execPath, ['scripts/stress.ts', ...args, path], {
      encoding: 'utf8',
    });
    return { status, stdout: stdout.replaceAll(/\d+ s$/gm, '… s') };
  }

  it('tells which specs failed in which run, and how often', () => {
    const { status, stdout } = stress(EVERY_SECOND_TIME, '--runs', '4', '--busy', '1');
    expect(stdout.split('\n')).to.deep.equal([
      'run 1 of 4: 2 passed, 0 failed, … s',
      'run 2 of 4: 1 passed, 1 failed, … s',
      '            a spec that holds now and then',
      'run 3 of 4: 2 passed, 0 failed, … s',
      'run 4 of 4: 1 passed, 1 failed, … s',
      '            a spec that holds now and then',
      '2 of 4 times: a spec that holds now and then',
      '            not this time',
      '2 of 4 runs failed, beside 1 busy processes.',
      '',
    ]);
    expect(status).to.equal(1);
  });

  it('takes a run that breaks off for one that failed', () => {
    const { status, stdout } = stress('this is no TypeScript', '--runs', '1', '--busy', '0');
    expect(stdout).to.include('(the run itself)');
    expect(status).to.equal(1);
  });

  it('exits with 0 when every run holds', () => {
    const { status, stdout } = stress("it('holds', () => {});", '--runs', '2', '--busy', '0');
    expect(stdout).to.include('0 of 2 runs failed');
    expect(status).to.equal(0);
  });
});
