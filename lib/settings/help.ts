import { AWS_SETTINGS, definitions, type SettingDefinition, settingNames } from './definitions.ts';

/** What `--help` prints. */
export function helpText(): string {
  const rows = settingNames.map((name) => {
    const { default: fallback = '', meaning } = definitions[name] as SettingDefinition;
    return [name, fallback, meaning] as const;
  });
  const aws = [...AWS_SETTINGS].map(([name, meaning]) => [name, 'as in the AWS SDK', meaning] as const);
  return `Counts the events of an SQS queue per type and time window, each exactly once, and prints one JSON object
a line on stdout. Logs go to stderr.

Usage: node lib/main.ts            run until SIGTERM or SIGINT
       node lib/main.ts --check    check the settings, reach the queues and the state store, and exit
       node lib/main.ts --version  print the version
       node lib/main.ts --help     print this

Settings (environment; name, default, meaning):
${table([...rows, ...aws])}

Exit codes: 0 stopped as asked; 1 a fault that it could not ride out; 2 wrong settings.
`;
}

function table(rows: ReadonlyArray<readonly [string, string, string]>): string {
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  const [nameWidth, defaultWidth] = [width(0), width(1)];
  return rows
    .map(([name, fallback, meaning]) =>
      `  ${name.padEnd(nameWidth)}  ${fallback.padEnd(defaultWidth)}  ${meaning}`.trimEnd(),
    )
    .join('\n');
}
