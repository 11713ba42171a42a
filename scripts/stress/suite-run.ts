import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What one run of a suite came to. */
export interface SuiteRun {
  readonly passed: number;
  /** The full titles of the specs that failed, each with what was said. */
  readonly failed: ReadonlyMap<string, string>;
}

/** Of mocha's JSON report, what is read here. */
interface Report {
  readonly stats: { readonly passes: number };
  readonly failures: readonly { readonly fullTitle: string; readonly err: { readonly message?: string } }[];
}

/**
 * Runs a suite once, in a process of its own, and keeps its output to itself.
 *
 * @param command what starts mocha, such as `npm test --`
 * @param env what it finds in its environment beside ours
 */
export async function runSuite(
  [command = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<SuiteRun> {
  const folder = await mkdtemp(join(tmpdir(), 'nps-kata-stress-'));
  const path = join(folder, 'report.json');
  try {
    // A spec whose time was over may have left something open, for which mocha would wait for ever.
    const reporting = ['--exit', '--reporter', 'json', '--reporter-option', `output=${path}`];
    const child = spawn(command, [...args, ...reporting], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    const [code, signal] = await once(child, 'close');
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) return brokenOff(`it ended with ${code ?? signal}: ${stderr.trim().slice(-500)}`);
    const { stats, failures } = JSON.parse(text) as Report;
    const failed = new Map(failures.map(({ fullTitle, err }) => [fullTitle, err.message ?? '']));
    if (code !== 0 && failed.size === 0)
      return brokenOff(`no spec failed, and it ended with ${code ?? signal}`);
    return { passed: stats.passes, failed };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function brokenOff(why: string): SuiteRun {
  return { passed: 0, failed: new Map([['(the run itself)', why]]) };
}
