import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { AWS_SETTINGS, definitions, type SettingDefinition } from '../../lib/settings/definitions.ts';
import { definitions as producerDefinitions } from '../../scripts/producer/definitions.ts';
import { anchorsOf, linksOf, sectionOf, tableRows } from './markdown.ts';

const ROOT = join(import.meta.dirname, '../..');

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** `NAME: default` of each row of the table under a heading of the README. */
function documented(heading: string): string[] {
  return tableRows(sectionOf(read('README.md'), heading)).map(([name, fallback]) => `${name}: ${fallback}`);
}

function defined(
  settings: Readonly<Record<string, Pick<SettingDefinition, 'default' | 'meaning'>>>,
): string[] {
  return Object.entries(settings).map(([name, { default: fallback = '' }]) => `${name}: ${fallback}`);
}

describe('README.md', () => {
  it('lists exactly the settings that there are, with their defaults', () => {
    const ofTheSdk = [...AWS_SETTINGS.keys()].map((name) => `${name}: as in the AWS SDK`);
    expect(documented('Settings')).to.deep.equal([...defined(definitions), ...ofTheSdk]);
  });

  it('lists exactly the settings of the producer, with their defaults', () => {
    expect(documented('The producer')).to.deep.equal(defined(producerDefinitions));
  });

  it('names the two commands with which to begin', () => {
    expect(read('README.md'))
      .to.include('npm ci && npm run demo')
      .and.to.match(/^npm cit\b/m);
  });

  it('lists the three exit codes', () => {
    expect(read('README.md')).to.match(/`0` stopped as asked · `1` a fault .* · `2` wrong settings/);
  });
});

describe('README.md and docs/', () => {
  const documents = ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT })];

  it('name no npm script that is not in package.json', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const known = Object.keys(scripts);
    for (const path of documents) {
      const named = [...read(path).matchAll(/\bnpm (?:run |(?=start\b|test\b))([\w:-]+)/g)];
      for (const [command, name] of named) expect(known, `"${command}" in ${path}`).to.include(name);
    }
  });

  it('have no table that an empty line cuts in two: its second part would be shown as text', () => {
    for (const path of documents) {
      const lines = read(path).split('\n');
      const cut = lines.filter(
        (line, at) => /^\|.*\|$/.test(line) && lines[at - 1] === '' && !/^\| -{3}/.test(lines[at + 1] ?? ''),
      );
      expect(cut, path).to.deep.equal([]);
    }
  });

  it('have no link to a file or a heading that is not there', () => {
    let checked = 0;
    for (const path of documents) {
      for (const target of linksOf(read(path)).filter((link) => !/^https?:/.test(link))) {
        const [file = '', anchor] = target.split('#');
        const found = file ? join(dirname(path), file) : path;
        expect(existsSync(join(ROOT, found)), `${target} in ${path}`).to.equal(true);
        if (anchor) expect(anchorsOf(read(found)), `${target} in ${path}`).to.include(anchor);
        checked += 1;
      }
    }
    expect(checked).to.be.above(10);
  });
});
