/**
 * Measures the pipeline against what people write today and against the limit, all in one run and in turn, so that
 * the ratios hold on a machine whose speed drifts:
 *
 *     npm run bench                     medians of 5
 *     npm run bench -- --runs 7 --messages 200000 --json bench.json
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Contender, contest, type Figures, type Load } from './bench/contest.ts';
import { measureStages } from './bench/stages.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    messages: { type: 'string', default: '100000' },
    json: { type: 'string', default: 'bench.json' },
  },
});
const runs = Number(values.runs);
const messages = Number(values.messages);

const BARE: Contender = { name: 'bare HTTP loop', script: 'scripts/bench/contenders/bare-loop.ts' };
const STOCK: Contender = {
  name: 'stock sqs-consumer loop',
  script: 'scripts/bench/contenders/stock-loop.ts',
};
const PIPELINE: Contender = { name: 'this pipeline', script: 'lib/main.ts' };
const HTTP_PORT = '18473';
const WATCHED: Contender = {
  ...PIPELINE,
  name: 'watched each second',
  env: { HTTP_PORT },
  watchedUrls: ['metrics', 'stats', 'windows?limit=100'].map(
    (path) => `http://127.0.0.1:${HTTP_PORT}/${path}`,
  ),
};
const COLUMNS: ReadonlyMap<keyof Figures, string> = new Map([
  ['messagesPerSecond', 'messages/s'],
  ['cpuMicrosPerMessage', 'CPU µs/message'],
  ['memoryMiBPeak', 'peak MiB'],
  ['latencyMsP50', 'p50 ms'],
  ['latencyMsP99', 'p99 ms'],
  ['startMs', 'start ms'],
]);

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

/** Each contender once in every round, so that whatever slows the machine meets them all. */
async function compete(contenders: readonly Contender[], load: Load): Promise<Map<Contender, Figures>> {
  const results = new Map<Contender, Figures[]>(contenders.map((contender) => [contender, []]));
  for (let round = 1; round <= runs; round += 1) {
    for (const contender of contenders) {
      progress(`round ${round} of ${runs}: ${contender.name}`);
      results.get(contender)!.push(await contest(contender, load));
    }
  }
  progress('');
  const columns = [...COLUMNS.keys()];
  return new Map(
    [...results].map(([contender, all]) => {
      const medians = columns.map((column) => [column, median(all.map((figures) => figures[column]))]);
      return [contender, Object.fromEntries(medians) as unknown as Figures];
    }),
  );
}

function printTable(results: ReadonlyMap<Contender, Figures>): void {
  print(`${''.padEnd(26)}${[...COLUMNS.values()].map((title) => title.padStart(16)).join('')}`);
  for (const [{ name }, figures] of results) {
    const cells = [...COLUMNS.keys()].map((column) => figures[column].toFixed(1).padStart(16));
    print(`${name.padEnd(26)}${cells.join('')}`);
  }
}

print(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node.js ${process.versions.node}`);
print(`${messages} messages of one event each, 50 types; medians of ${runs}; a fifth of each run is warm-up`);
const results = await compete([BARE, STOCK, PIPELINE, WATCHED], { messages });
printTable(results);

const ratio = (column: keyof Figures, a: Contender, b: Contender) =>
  results.get(a)![column] / results.get(b)![column];
const ratios = new Map([
  ['CPU a message: stock loop ÷ this pipeline', ratio('cpuMicrosPerMessage', STOCK, PIPELINE)],
  ['CPU a message: this pipeline ÷ bare HTTP loop', ratio('cpuMicrosPerMessage', PIPELINE, BARE)],
  ['messages/s: this pipeline ÷ stock loop', ratio('messagesPerSecond', PIPELINE, STOCK)],
  ['CPU a message: watched each second ÷ not watched', ratio('cpuMicrosPerMessage', WATCHED, PIPELINE)],
  ['peak memory: this pipeline ÷ stock loop', ratio('memoryMiBPeak', PIPELINE, STOCK)],
]);
for (const [name, value] of ratios) print(`${name.padEnd(50)} ${value.toFixed(2)}`);

const EVENTS_PER_ARRAY = 10_000;
const arrays = await compete([PIPELINE], { messages: 500, eventsPerMessage: EVENTS_PER_ARRAY, types: 1_000 });
const arrayRate = arrays.get(PIPELINE)!.messagesPerSecond * EVENTS_PER_ARRAY;
print(
  `arrays of ${EVENTS_PER_ARRAY} events, 1,000 types: ${Math.round(arrayRate)} events/s, all guarantees on`,
);
print(`  peak memory over 5 million events: ${arrays.get(PIPELINE)!.memoryMiBPeak.toFixed(1)} MiB`);

progress('stages');
const stages = await measureStages();
progress('');
for (const [name, value] of stages) print(`${name.padEnd(50)} ${value.toFixed(2)}`);

const report = {
  node: process.versions.node,
  cpu: cpus()[0]?.model,
  messages,
  runs,
  contenders: [...results].map(([{ name }, figures]) => ({ name, ...figures })),
  ratios: Object.fromEntries(ratios),
  arrays: { eventsPerSecond: arrayRate, ...arrays.get(PIPELINE)! },
  stages: Object.fromEntries(stages),
};
writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
print(`written to ${values.json}`);
