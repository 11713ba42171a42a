import { expect } from 'chai';
import { createEventTimeParser } from '../../lib/validate/event-time.ts';

const inUtc = createEventTimeParser('UTC');

/** What a parser makes of a text, as an instant in UTC. */
function read(text: string, zone = 'UTC'): string | undefined {
  const timeMs = createEventTimeParser(zone)(text);
  return timeMs === undefined ? undefined : new Date(timeMs).toISOString();
}

describe('reading an event time', () => {
  const written: ReadonlyArray<readonly [string, string]> = [
    ['2020-10-06 10:02:05', '2020-10-06T10:02:05.000Z'],
    ['2020-10-06 10:02:05.7', '2020-10-06T10:02:05.700Z'],
    ['2020-10-06 10:02:05.123', '2020-10-06T10:02:05.123Z'],
    ['2020-10-06 10:02:05.999999999999', '2020-10-06T10:02:05.999Z'],
    ['2020-10-06T10:02:05Z', '2020-10-06T10:02:05.000Z'],
    ['2020-10-06t10:02:05.5z', '2020-10-06T10:02:05.500Z'],
    ['2020-10-06 10:02:05Z', '2020-10-06T10:02:05.000Z'],
    ['2020-10-06T10:02:05+02:00', '2020-10-06T08:02:05.000Z'],
    ['2020-10-06T10:02:05-09:30', '2020-10-06T19:32:05.000Z'],
    ['2020-10-06T00:30:00.25+23:59', '2020-10-05T00:31:00.250Z'],
    ['2020-10-06T10:02:05-00:00', '2020-10-06T10:02:05.000Z'],
    ['1969-12-31 23:59:59.5', '1969-12-31T23:59:59.500Z'],
    ['2000-02-29 00:00:00', '2000-02-29T00:00:00.000Z'],
    ['2024-02-29 23:59:59', '2024-02-29T23:59:59.000Z'],
    ['0000-02-29 00:00:00', '0000-02-29T00:00:00.000Z'],
    ['0000-01-01 00:00:00', '0000-01-01T00:00:00.000Z'],
    ['0099-12-31 23:59:59', '0099-12-31T23:59:59.000Z'],
    ['9999-12-31 23:59:59.999', '9999-12-31T23:59:59.999Z'],
  ];
  for (const [text, instant] of written)
    it(`takes ${text} for ${instant}`, () => {
      expect(read(text)).to.equal(instant);
    });

  const malformed = new Map([
    [
      'a day that the month does not have',
      ['2020-02-30 10:02:05', '2020-04-31 00:00:00', '2020-01-32 00:00:00'],
    ],
    [
      '29 February outside a leap year',
      ['2019-02-29 00:00:00', '1900-02-29 00:00:00', '2100-02-29 00:00:00'],
    ],
    [
      'a month or a day 0, or a month 13',
      ['2020-00-06 10:02:05', '2020-10-00 10:02:05', '2020-13-06 10:02:05'],
    ],
    [
      'hour 24, minute 60 or second 60',
      ['2020-10-06 24:00:00', '2020-10-06 10:60:00', '2016-12-31T23:59:60Z'],
    ],
    ['an offset beyond a day or an hour', ['2020-10-06T10:02:05+24:00', '2020-10-06T10:02:05+02:60']],
    ['an offset without minutes or colon', ['2020-10-06T10:02:05+02', '2020-10-06T10:02:05+0200']],
    ['a date-time with T and no offset', ['2020-10-06T10:02:05', '2020-10-06t10:02:05.5']],
    ['a date or a time alone', ['2020-10-06', '10:02:05', '2020-10-06 10:02', '2020-10-06T10Z']],
    ['single digits', ['2020-1-6 10:02:05', '2020-10-06 1:02:05', '20-10-06 10:02:05']],
    ['years beyond four digits', ['12020-10-06 10:02:05', '-2020-10-06 10:02:05', '+002020-10-06T10:02:05Z']],
    ['a fraction that is empty or behind a comma', ['2020-10-06 10:02:05.', '2020-10-06 10:02:05,5']],
    [
      'space around or twice within',
      [' 2020-10-06 10:02:05', '2020-10-06 10:02:05\n', '2020-10-06  10:02:05'],
    ],
    ['a zone in brackets or by name', ['2020-10-06T10:02:05Z[UTC]', '2020-10-06 10:02:05 UTC']],
    ['digits of other scripts', ['٢٠٢٠-١٠-٠٦ ١٠:٠٢:٠٥']],
    ['anything else', ['', 'now', '1601978525', '2020/10/06 10:02:05', '\0', '__proto__', '🕙'.repeat(1000)]],
  ]);
  for (const [what, texts] of malformed)
    it(`refuses ${what}`, () => {
      for (const text of texts) expect(inUtc(text), text).to.equal(undefined);
    });
});

describe('an event time without offset', () => {
  const local: ReadonlyArray<readonly [string, string, string, string]> = [
    ['summer time', '2020-07-06 10:02:05', 'Europe/Berlin', '2020-07-06T08:02:05.000Z'],
    ['winter time', '2020-12-06 10:02:05', 'Europe/Berlin', '2020-12-06T09:02:05.000Z'],
    [
      'a zone with three quarters of an hour',
      '2020-10-06 10:02:05',
      'Asia/Kathmandu',
      '2020-10-06T04:17:05.000Z',
    ],
    ['an offset', '2020-10-06 10:02:05', '+02:00', '2020-10-06T08:02:05.000Z'],
    ['an offset without colon', '2020-10-06 10:02:05', '-0930', '2020-10-06T19:32:05.000Z'],
    ['utc in small letters', '2020-10-06 10:02:05', 'utc', '2020-10-06T10:02:05.000Z'],
    ['the last moment before a gap', '2020-03-29 01:59:59', 'Europe/Berlin', '2020-03-29T00:59:59.000Z'],
    [
      'a time in a gap, as if it had not come yet',
      '2020-03-29 02:30:00',
      'Europe/Berlin',
      '2020-03-29T01:30:00.000Z',
    ],
    ['the first moment after a gap', '2020-03-29 03:00:00', 'Europe/Berlin', '2020-03-29T01:00:00.000Z'],
    ['a repeated time, the earlier one', '2020-10-25 02:30:00', 'Europe/Berlin', '2020-10-25T00:30:00.000Z'],
    ['the first time after a repetition', '2020-10-25 03:00:00', 'Europe/Berlin', '2020-10-25T02:00:00.000Z'],
    ['a gap of half an hour', '2020-10-04 02:15:00', 'Australia/Lord_Howe', '2020-10-03T15:45:00.000Z'],
    ['a day that was skipped', '2011-12-30 12:00:00', 'Pacific/Apia', '2011-12-30T22:00:00.000Z'],
    ['local mean time with odd seconds', '1890-01-01 00:00:00', 'Europe/Berlin', '1889-12-31T23:06:32.000Z'],
  ];
  for (const [name, text, zone, instant] of local)
    it(`is read in its zone: ${name}`, () => {
      expect(read(text, zone)).to.equal(instant);
    });

  it('alone is read in the zone; an offset of its own comes first', () => {
    expect(read('2020-10-06T10:02:05Z', 'Asia/Tokyo')).to.equal('2020-10-06T10:02:05.000Z');
    expect(read('2020-10-06T10:02:05+02:00', '-05:00')).to.equal('2020-10-06T08:02:05.000Z');
  });

  it('is read the same by a parser that has seen many minutes, and these before', () => {
    const parse = createEventTimeParser('America/New_York');
    const startMs = Date.UTC(2020, 0, 1);
    const texts = Array.from({ length: 10_050 }, (_, minute) =>
      new Date(startMs + minute * 60_000 + 7_500).toISOString().replace('T', ' ').replace('Z', ''),
    );
    for (const text of [...texts, ...texts.slice(0, 100)]) {
      const expectedMs = Date.parse(`${text.replace(' ', 'T')}-05:00`);
      if (parse(text) !== expectedMs) expect.fail(`${text} is read as ${parse(text)}`);
    }
  });

  it('is read right on both sides of a change in the middle of a minute, in either order', () => {
    const [inGap, behindGap] = ['1972-01-07 00:44:10', '1972-01-07 00:44:40'] as const;
    for (const order of [
      [inGap, behindGap],
      [behindGap, inGap],
    ]) {
      const parse = createEventTimeParser('Africa/Monrovia');
      const instants = new Map(order.map((text) => [text, new Date(parse(text)!).toISOString()]));
      expect(instants.get(inGap)).to.equal('1972-01-07T01:28:40.000Z');
      expect(instants.get(behindGap)).to.equal('1972-01-07T00:44:40.000Z');
    }
  });

  for (const zone of [
    'Europe/Nowhere',
    '',
    'Z',
    '+25:00',
    '+2:00',
    'GMT+2',
    '2020-10-06T10:02:05+02:00[Europe/Berlin]',
  ])
    it(`cannot be read in "${zone}", which is no zone`, () => {
      expect(() => createEventTimeParser(zone)).to.throw(RangeError);
    });
});
