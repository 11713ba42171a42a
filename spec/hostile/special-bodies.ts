/** As JSON, escapes and all. */
export const HOSTILE_TYPES: readonly string[] = [
  '"purchase"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"hasOwnProperty"',
  '""',
  '" "',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u0000"',
  '"\\u001b[31mred\\u001b[0m"',
  '"\\u009b2J\\u009d0;title\\u0007"',
  '"\\r\\n{\\"type\\":\\"forged\\",\\"count\\":1}\\n"',
  '"\\u2028\\u2029\\u0085\\u007f"',
  '"\\u202e\\u200b\\ufeff\\uffff"',
  '"\\ud83d\\ude00"',
  `"${'x'.repeat(256)}"`,
  `"${'x'.repeat(257)}"`,
  `"${'\\ud83d\\ude00'.repeat(256)}"`,
];

export const HOSTILE_NUMBERS: readonly string[] = [
  '1',
  '-0',
  '0e0',
  '-0.0e-999999999',
  '1e308',
  '-1.7976931348623157e308',
  '1e309',
  '-1e999',
  '5e-324',
  '1e-400',
  '1e-401',
  '1e-99999999999999999999',
  '1E+00000000000000000000000000000000002',
  '12345678901234567890',
  '9007199254740993',
  '9'.repeat(309),
  '9'.repeat(310),
  '9'.repeat(400),
  `0.${'7'.repeat(400)}`,
  `0.${'7'.repeat(401)}`,
  `0.${'0'.repeat(1_000)}`,
  `${'1'.padEnd(500, '0')}e-500`,
  `0.${'1'.padStart(500, '0')}e500`,
];

export const HOSTILE_TIMES: readonly string[] = [
  '"2020-10-06 10:02:05"',
  '"2020-10-06T10:02:05+02:00"',
  '"2020-02-30 10:00:00"',
  '"2020-10-06 24:00:00"',
  '"2020-10-06 10:02:60"',
  '"2020-10-06 10:02:05\\u0000"',
  '"2020-10-06 10:02:05\\n"',
  '"9999-12-31T23:59:59.999999999Z"',
  '"9999-12-31T23:59:59-23:59"',
  '"0000-01-01T00:00:00Z"',
  '"0000-01-01T00:00:00+00:01"',
  '"2020-10-06T10:02:05"',
  `"2020-10-06 10:02:05.${'9'.repeat(1_000)}"`,
  '1601978525',
];

/** A good body; in several ways of writing one. */
export function good(index: number): string {
  const event = `{"type":"purchase","value":19.99,"occurred_at":"2020-10-06 10:0${index % 10}:05"}`;
  const long = event.replace('19.99', '12345678901234567890.123456789');
  return [event, long, `[${event},${long}]`, `[ ${long} ,{"more":[{"a":"\\\\\\"]"}],${event.slice(1)} ]`][
    index % 4
  ]!;
}

function withMembers(members: string): string {
  return `{"type":"a","value":1,"occurred_at":"2020-10-06 10:02:05",${members}}`;
}

/** The ones that everybody thinks of, and that somebody once forgot. All of them are small. */
export const SPECIAL_BODIES: ReadonlyMap<string, string> = new Map([
  ['nothing', ''],
  ['white space', ' \t\r\n'],
  ['an empty array', '[]'],
  ['an empty object', '{}'],
  ['an array of an empty array', '[[]]'],
  ['null', 'null'],
  ['a number', '1e309'],
  ['a byte-order mark alone', '\ufeff'],
  ['a byte-order mark before a good event', `\ufeff${good(0)}`],
  ['two good events without an array', `${good(0)}\n${good(0)}`],
  ['a type twice', withMembers('"type":"b"')],
  ['a value twice, the last one bad', withMembers('"value":"1"')],
  ['a value twice, the last one with many digits', withMembers('"value":0.12345678901234567890')],
  [
    'a value twice, the first one with many digits',
    `{"value":0.12345678901234567890,${withMembers('"a":1').slice(1)}`,
  ],
  ['a __proto__ with a value', '{"type":"a","occurred_at":"2020-10-06 10:02:05","__proto__":{"value":1}}'],
  ['a constructor', withMembers('"constructor":{"prototype":{"value":2}}')],
  ['keys written with escapes', withMembers('"\\u0076alue":0.1234567890123456789')],
  ['a __proto__ as the whole', '{"__proto__":null}'],
  ['a string that looks like an event', JSON.stringify(good(0))],
  ...HOSTILE_TYPES.map((type): [string, string] => [
    `the type ${type.slice(0, 40)}`,
    withMembers(`"type":${type}`),
  ]),
  ...HOSTILE_NUMBERS.map((value): [string, string] => [
    `the value ${value.slice(0, 40)}, of ${value.length} characters`,
    withMembers(`"value":${value}`),
  ]),
  ...HOSTILE_TIMES.map((time): [string, string] => [
    `the time ${time.slice(0, 40)}`,
    withMembers(`"occurred_at":${time}`),
  ]),
]);

const MIB = 1_048_576;

/** These take a while each, so they come once and not by chance. */
export const LARGE_BODIES: ReadonlyMap<string, () => string> = new Map([
  ['1 MiB of digits', () => '9'.repeat(MIB)],
  [
    'a value of 1 MiB',
    () => `{"type":"a","value":${'9'.repeat(MIB - 60)},"occurred_at":"2020-10-06 10:02:05"}`,
  ],
  ['1 MiB of open brackets', () => '['.repeat(MIB)],
  ['1 MiB of nested arrays', () => '['.repeat(MIB / 2) + ']'.repeat(MIB / 2)],
  [
    'an event with 300,000 levels of nesting',
    () => withMembers(`"m":${'['.repeat(300_000)}${']'.repeat(300_000)}`),
  ],
  ['1 MiB of text', () => 'x'.repeat(MIB)],
  ['1 MiB of backslashes in a string', () => `"${'\\'.repeat(MIB - 2)}"`],
  [
    'a type of 1 MiB',
    () => `{"type":"${'x'.repeat(MIB - 60)}","value":1,"occurred_at":"2020-10-06 10:02:05"}`,
  ],
  ['a time of 1 MiB', () => `{"type":"a","value":1,"occurred_at":"${'x'.repeat(MIB - 60)}"}`],
  ['an array of one bad element of nearly 1 MiB', () => `["${'x'.repeat(MIB - 100)}"]`],
  ['an array of 50,000 good events', () => `[${Array(50_000).fill(good(0))}]`],
  ['an array of 50,000 empty objects', () => `[${Array(50_000).fill('{}')}]`],
  [
    'an array of 50,000 types',
    () => `[${Array.from({ length: 50_000 }, (_, index) => good(0).replace('purchase', `t${index}`))}]`,
  ],
]);
