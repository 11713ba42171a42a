import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'chai';
import { anchorsOf, sectionOf } from './markdown.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

// What @fastify/swagger writes its YAML with reads it, too.
const yaml = createRequire(createRequire(import.meta.url).resolve('@fastify/swagger'))('yaml') as {
  parse(text: string): unknown;
};

interface RuleFile {
  readonly groups: { readonly rules: { alert: string; annotations: { runbook_url?: string } }[] }[];
}

interface TestFile {
  readonly tests: {
    readonly name: string;
    readonly promql_expr_test: { readonly expr: string; readonly exp_samples: unknown[] }[];
  }[];
}

/** That promtool can read both files, and that the tests hold, is for `npm run test:alerts`. */
describe('docs/monitoring/alert-rules.yml', () => {
  const { groups } = yaml.parse(read('docs/monitoring/alert-rules.yml')) as RuleFile;
  const { tests } = yaml.parse(read('docs/monitoring/alert-rules.test.yml')) as TestFile;
  const operations = read('docs/operations.md');
  const alerts = groups.flatMap(({ rules }) => rules);

  for (const { alert, annotations } of alerts) {
    it(`has a test in which ${alert} fires, and one in which it never does`, () => {
      const own = tests.filter(({ name }) => name.startsWith(`${alert} `));
      const firing = own.filter(({ name }) => name.startsWith(`${alert} fires `));
      const silent = own.filter(({ name }) => name.startsWith(`${alert} does not fire `));
      expect([firing.length, silent.length], 'firing and not').to.satisfy((counts: number[]) =>
        counts.every((count) => count > 0),
      );
      expect(firing.length + silent.length, 'names').to.equal(own.length);
      for (const { name, promql_expr_test } of own) {
        for (const { expr } of promql_expr_test)
          expect(expr, name).to.equal(`count(ALERTS{alertname="${alert}",alertstate="firing"})`);
        const fires = promql_expr_test.map(({ exp_samples }) => exp_samples.length > 0);
        // One that fires does so only after a while, so that it is the fault that makes it fire.
        const expected = name.startsWith(`${alert} fires `) ? [false, true] : [false];
        expect([...new Set(fires)], name).to.deep.equal(expected);
      }
    });

    it(`has a runbook for ${alert}, where its annotation says`, () => {
      const [file, anchor] = (annotations.runbook_url ?? '').split('#');
      expect(file).to.equal('docs/operations.md');
      expect(anchorsOf(operations)).to.include(anchor);
      expect(sectionOf(operations, alert)).to.have.length.above(100);
    });
  }

  it('has no test for a rule that is not there', () => {
    const known = alerts.map(({ alert }) => alert);
    for (const { name } of tests) expect(known).to.include(name.split(' ')[0]);
  });
});
