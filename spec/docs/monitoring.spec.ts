import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'chai';
import { OpsStage } from '../support/ops-stage.ts';
import { type Family, parsePrometheusText } from '../support/prometheus-text.ts';
import { eventAt } from '../support/window-rules.ts';

const FOLDER = join(import.meta.dirname, '../../docs/monitoring');
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8');

// What @fastify/swagger writes its YAML with reads it, too.
const yaml = createRequire(createRequire(import.meta.url).resolve('@fastify/swagger'))('yaml') as {
  parse(text: string): unknown;
};

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}
interface Panel {
  readonly title: string;
  readonly targets: ReadonlyArray<{ readonly expr: string }>;
}

/** The metrics that an expression names, with the labels that it asks for: `name` and `name{label`. */
function namedIn(expr: string): string[] {
  const names = metricsIn(expr);
  const labels = [...expr.matchAll(/(\w+)\{([^}]*)\}/g)].flatMap(([, name, selectors]) =>
    [...selectors!.matchAll(/(\w+)=~?"/g)].map(([, label]) => `${name}{${label}`),
  );
  const grouped = [...expr.matchAll(/by \(([^)]+)\) \(/g)].flatMap(({ 0: by, 1: list, index }) => {
    const within = metricsIn(upToItsEnd(expr.slice(index + by.length)));
    return list!.split(',').flatMap((label) => within.map((name) => `${name}{${label.trim()}`));
  });
  return [...names, ...labels, ...grouped];
}

function metricsIn(expr: string): string[] {
  return [...expr.matchAll(/\b(?:nps_kata|nodejs|process)_\w+/g)].map(([name]) => name);
}

/** What stands before the parenthesis that closes one opened before. */
function upToItsEnd(text: string): string {
  let depth = 1;
  const end = [...text].findIndex((character) => {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    return depth === 0;
  });
  return text.slice(0, end);
}

describe('docs/monitoring', () => {
  /** Names, and `name{label`, of every sample; Prometheus itself adds instance and job. */
  const existing = new Set<string>(['up{job']);
  let families: Map<string, Family>;
  const { groups } = yaml.parse(read('alert-rules.yml')) as { groups: { rules: Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  const dashboard = JSON.parse(read('grafana-dashboard.json')) as { panels: Panel[] };

  before(async () => {
    const stage = await OpsStage.open();
    stage.run();
    await stage.commit([eventAt(5)]);
    families = parsePrometheusText((await stage.get('/metrics')).body);
    await stage.close();
    for (const { samples } of families.values())
      for (const { name, labels } of samples) {
        existing.add(name);
        for (const label of ['instance', 'job', ...labels.keys()]) existing.add(`${name}{${label}`);
      }
  });

  const expectToExist = (expr: string, where: string) => {
    expect(namedIn(expr), where).to.have.length.above(0);
    for (const name of namedIn(expr)) expect(existing, `${name} in ${where}`).to.include(name);
  };

  it('has alert rules on metrics and labels that exist', () => {
    expect(rules).to.have.length.above(8);
    for (const { alert, expr } of rules) expectToExist(expr, alert);
  });

  it('says of every alert how bad it is and what to do', () => {
    for (const { alert, labels, annotations } of rules) {
      expect(labels.severity, alert).to.be.oneOf(['critical', 'warning']);
      expect(annotations.summary, alert).to.have.length.above(10);
      expect(annotations.description, alert).to.have.length.above(10);
    }
    expect(new Set(rules.map(({ alert }) => alert)).size).to.equal(rules.length);
  });

  it('has a dashboard on metrics and labels that exist', () => {
    expect(dashboard.panels).to.have.length.above(15);
    for (const { title, targets } of dashboard.panels)
      for (const { expr } of targets) expectToExist(expr, title);
  });

  it('shows every metric of this program on the dashboard', () => {
    const shown = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n');
    for (const name of families.keys())
      if (name.startsWith('nps_kata_')) expect(shown, name).to.match(new RegExp(`\\b${name}(_bucket)?\\b`));
  });

  it('explains every metric of this program, and no other', () => {
    const explained = new Set([...read('README.md').matchAll(/nps_kata_\w+/g)].map(([name]) => name));
    for (const name of explained) expect(families.has(name), name).to.equal(true);
    for (const name of families.keys())
      if (/^nps_kata_(?!(counted|duplicate)_)/.test(name)) expect(explained, name).to.include(name);
  });

  it('would notice a metric or a label that does not exist', () => {
    expect(existing).not.to.include('nps_kata_recieved_events_total');
    expect(namedIn('sum by (a) (rate(nps_kata_pollers[1m])) > nps_kata_ready')).to.deep.equal([
      'nps_kata_pollers',
      'nps_kata_ready',
      'nps_kata_pollers{a',
    ]);
    expect(namedIn('sum by (type) (nps_kata_pollers{shop="a"})')).to.deep.equal([
      'nps_kata_pollers',
      'nps_kata_pollers{shop',
      'nps_kata_pollers{type',
    ]);
  });
});
