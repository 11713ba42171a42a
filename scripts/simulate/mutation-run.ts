import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mutation, mutations } from '../../spec/simulation/mutations.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Enough to see that the copy runs; whether the program is right is not the question here. */
const SEEDS_UNCHANGED = 20;

export interface MutationOutcome {
  readonly name: string;
  /** What the simulation said, or undefined when it noticed nothing. */
  readonly caughtBy: string | undefined;
}

/**
 * Switches off one protection after the other, each in a copy of the sources, and lets the simulation look for
 * the consequence. The program itself has no switches for this.
 *
 * @throws {Error} when a mutation no longer fits the sources, or the copy does not run without one
 */
export async function* runMutations(seeds: number): AsyncGenerator<MutationOutcome> {
  const copy = await mkdtemp(join(tmpdir(), 'nps-kata-mutation-'));
  try {
    for (const folder of ['lib', 'spec', 'scripts', 'package.json'])
      await cp(join(ROOT, folder), join(copy, folder), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const unchanged = await simulateIn(copy, Math.min(seeds, SEEDS_UNCHANGED));
    if (unchanged !== undefined) throw new Error(`The simulation fails without any mutation: ${unchanged}`);
    for (const mutation of mutations)
      yield { name: mutation.name, caughtBy: await tryMutation(copy, mutation, seeds) };
  } finally {
    await rm(copy, { recursive: true });
  }
}

async function tryMutation(
  copy: string,
  { name, file, find, replace }: Mutation,
  seeds: number,
): Promise<string | undefined> {
  const path = join(copy, file);
  const original = await readFile(path, 'utf8');
  const [before = '', after, ...more] = original.split(find);
  if (after === undefined || more.length > 0)
    throw new Error(`The mutation "${name}" does not fit ${file} any more.`);
  await writeFile(path, before + replace + after);
  try {
    return await simulateIn(copy, seeds);
  } finally {
    await writeFile(path, original);
  }
}

/** @returns the violation found, or undefined when there is none */
async function simulateIn(folder: string, seeds: number): Promise<string | undefined> {
  const args = [join(folder, 'scripts/simulate.ts'), '--seeds', String(seeds), '--brief'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const output: Buffer[] = [];
  child.stderr.on('data', (chunk) => output.push(chunk));
  const [code] = await once(child, 'close');
  const text = Buffer.concat(output).toString();
  return code === 0
    ? undefined
    : (/^violation: (.*)$/m.exec(text)?.[1] ?? `it broke down: ${text.slice(0, 200)}`);
}
