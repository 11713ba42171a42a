import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStore } from '../../lib/state/sqlite-store.ts';
import { parseBody } from '../../lib/validate/body.ts';
import { createEventTimeParser } from '../../lib/validate/event-time.ts';
import type { ValidatedMessage } from '../../lib/validate/validate-transform.ts';
import { type CommitRules, commit } from '../../lib/window/commit.ts';
import { ExactSum } from '../../lib/window/exact-sum.ts';
import { createWindowAssigner } from '../../lib/window/window-assigner.ts';

const START_MS = Date.parse('2020-10-06T10:02:05Z');
const parseTime = createEventTimeParser('UTC');
const MINUTE = createWindowAssigner({ kind: 'hopping', sizeMs: 60_000, slideMs: 60_000 });
const RULES: CommitRules = {
  assign: MINUTE,
  maxOutOfOrdernessMs: 10_000,
  allowedLatenessMs: 86_400_000,
  revisionIntervalMs: 10_000,
  maxFutureSkewMs: 300_000,
  maxTypesPerWindow: 10_000,
  dedupRetentionMs: 3_600_000,
  queueRetentionMs: 345_600_000,
  sourceQueue: 'events',
};

function source(index: number): string {
  return `{"type":"type-${index % 50}","value":${((index * 7919) % 10_000) / 100},"occurred_at":"2020-10-06 10:02:05"}`;
}

function message(index: number, body = source(index)): ValidatedMessage {
  const messageId = randomUUID();
  return {
    identity: `${START_MS + index}:${messageId}`,
    messageId,
    body,
    sentAtMs: 0,
    requestedMs: START_MS,
    ...parseBody(body, parseTime),
  };
}

/** Microseconds of CPU, by this process with all its threads, for each of `count` units of work. */
async function cpuMicrosEach(count: number, work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

/** What single stages cost, apart from any network. */
export async function measureStages(): Promise<Map<string, number>> {
  const figures = new Map<string, number>();
  const bodies = Array.from({ length: 200_000 }, (_, index) => source(index));
  figures.set(
    'decode + validate, one event a body, µs an event',
    await cpuMicrosEach(bodies.length, () => {
      for (const body of bodies) parseBody(body, parseTime);
    }),
  );
  const array = `[${bodies.slice(0, 14_000).join(',')}]`;
  figures.set(
    'decode + validate, arrays of 1 MiB, µs an event',
    await cpuMicrosEach(140_000, () => {
      for (let times = 0; times < 10; times += 1) parseBody(array, parseTime);
    }),
  );
  figures.set(
    'window + exact sum, µs an event',
    await cpuMicrosEach(2_000_000, () => {
      const sum = new ExactSum();
      for (let index = 0; index < 2_000_000; index += 1) {
        MINUTE(START_MS + index);
        sum.add((index % 10_000) / 100);
      }
      return sum.toString();
    }),
  );
  for (const size of [10, 80, 320])
    figures.set(`commit of ${size} messages, µs a message`, await commitCost(size));
  return figures;
}

async function commitCost(size: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'nps-kata-bench-'));
  const store = new SqliteStore(join(folder, 'state.db'));
  const commits = Math.ceil(20_000 / size);
  const batches = Array.from({ length: commits }, (_, batch) =>
    Array.from({ length: size }, (_, index) => message(batch * size + index)),
  );
  let confirmed: string[] = [];
  const cost = await cpuMicrosEach(commits * size, async () => {
    for (const messages of batches) {
      const work = {
        messages,
        confirmed,
        nowMs: START_MS,
        stateMs: START_MS,
        renewedMs: 0,
        quiet: undefined,
      };
      await store.transaction((tx) => commit(tx, work, RULES));
      confirmed = messages.map(({ identity }) => identity);
    }
  });
  await store.close();
  rmSync(folder, { recursive: true });
  return cost;
}
