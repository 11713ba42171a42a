import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes a directory for each test of the suite that it is called in, and removes it afterwards. */
export function useTempDirectory(): (...names: string[]) => string {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'nps-kata-spec-'));
    // Also for a process that runs as somebody else.
    chmodSync(directory, 0o755);
  });
  afterEach(() => {
    chmodSync(directory, 0o755);
    rmSync(directory, { recursive: true, force: true });
  });
  return (...names) => join(directory, ...names);
}
