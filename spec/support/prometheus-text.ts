export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

export interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: Sample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const META = new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (NaN|[+-]Inf|[+-]?[0-9.]+(?:e[+-]?[0-9]+)?)$`);
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,|$)/y;
const SUFFIXES = /_(bucket|sum|count)$/;

/**
 * Reads Prometheus' text format 0.0.4, and is as strict as the format allows: every sample belongs to a family
 * whose HELP and TYPE came before it, nothing comes twice, histograms are cumulative and complete.
 */
export function parsePrometheusText(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no line feed');
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let help = '';
  for (const line of text.split('\n').filter(Boolean)) {
    const [, kind, name = '', rest = ''] = META.exec(line) ?? [];
    if (kind === 'HELP') help = rest;
    else if (kind === 'TYPE') {
      if (families.has(name)) throw new Error(`${name} has two types`);
      families.set(name, { type: rest, help, samples: [] });
    } else {
      const sample = parseSample(line);
      if (seen.has(line.slice(0, line.lastIndexOf(' ')))) throw new Error(`twice: ${line}`);
      seen.add(line.slice(0, line.lastIndexOf(' ')));
      familyOf(sample.name, families).samples.push(sample);
    }
  }
  for (const [name, family] of families) if (family.type === 'histogram') checkHistogram(name, family);
  return families;
}

/** The value of the one sample of that name whose labels these are. */
export function sampleOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = Object.entries(labels);
  for (const { samples } of families.values())
    for (const sample of samples)
      if (sample.name === name && wanted.every(([label, value]) => sample.labels.get(label) === value))
        return sample.value;
  return undefined;
}

function parseSample(line: string): Sample {
  const [, name, labelText = '', number = ''] = SAMPLE.exec(line) ?? [];
  if (!name) throw new Error(`not a sample: ${line}`);
  const labels = new Map<string, string>();
  LABEL.lastIndex = 0;
  for (let at = 0; at < labelText.length; at = LABEL.lastIndex) {
    const [, label, value] = LABEL.exec(labelText) ?? [];
    if (!label) throw new Error(`not a label: ${labelText.slice(at)}`);
    labels.set(label, value!);
  }
  return { name, labels, value: Number(number.replace('Inf', 'Infinity')) };
}

function familyOf(sample: string, families: ReadonlyMap<string, Family>): Family {
  const whole = families.get(sample);
  if (whole) return whole;
  const histogram = families.get(sample.replace(SUFFIXES, ''));
  if (histogram?.type === 'histogram') return histogram;
  throw new Error(`${sample} has no TYPE before it`);
}

function checkHistogram(name: string, { samples }: Family): void {
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket` && sample.labels.size === 1);
  if (buckets.length === 0) return; // one with labels of its own; prom-client's own ones
  const counts = buckets.map(({ value }) => value);
  if (buckets.at(-1)!.labels.get('le') !== '+Inf') throw new Error(`${name} has no +Inf`);
  if (counts.some((count, index) => index > 0 && count < counts[index - 1]!))
    throw new Error(`${name} is not cumulative`);
  const total = samples.find((sample) => sample.name === `${name}_count`)?.value;
  if (total !== counts.at(-1)) throw new Error(`${name}_count differs from its last bucket`);
}
