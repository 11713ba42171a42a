import { expect } from 'chai';
import fc from 'fast-check';
import { createEventTimeParser } from '../../lib/validate/event-time.ts';

const zones = [
  'UTC',
  'Europe/Berlin',
  'Europe/Amsterdam',
  'America/New_York',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Monrovia',
  'Pacific/Apia',
  '+05:30',
];
// One parser per zone for all runs, so that what it remembers is tried as well.
const parsers = new Map(zones.map((zone) => [zone, createEventTimeParser(zone)]));

const MIN_MS = Date.UTC(2000, 0, 1) - 2000 * 365.2425 * 86_400_000;
const MAX_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Anywhere in the four-digit years, and often where zones change their offset. */
const localTimes = fc
  .oneof(
    fc.integer({ min: MIN_MS, max: MAX_MS }),
    fc.integer({ min: Date.UTC(1880, 0, 1), max: Date.UTC(2040, 0, 1) }),
    fc
      .tuple(
        fc.constantFrom(
          '2020-03-29T02:00',
          '2020-10-25T02:00',
          '2020-03-08T02:00',
          '2020-11-01T01:00',
          '2020-04-05T01:30',
          '2020-10-04T02:00',
          '2011-12-30T12:00',
          '1972-01-07T00:22',
          '1937-07-01T00:00',
        ),
        fc.integer({ min: -7_200_000, max: 7_200_000 }),
      )
      .map(([change, distanceMs]) => Date.parse(`${change}Z`) + distanceMs),
  )
  .map((localMs) =>
    Temporal.Instant.fromEpochMilliseconds(localMs).toZonedDateTimeISO('UTC').toPlainDateTime(),
  );

/** An instant of the years 0 to 9999, in UTC; the others could not be written in a result line. */
function withinFourDigits(timeMs: number): number | undefined {
  const year = new Date(timeMs).getUTCFullYear();
  return year >= 0 && year <= 9999 ? timeMs : undefined;
}

describe('an event time at random', () => {
  it('without offset is the instant that Temporal finds for it, in every zone', () => {
    fc.assert(
      fc.property(
        localTimes,
        fc.constantFrom(...zones),
        fc.integer({ min: 3, max: 9 }),
        (local, zone, digits) => {
          const text = local.toString({ fractionalSecondDigits: digits as 3 }).replace('T', ' ');
          const expected = local.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
          expect(parsers.get(zone)!(text), `${text} ${zone}`).to.equal(withinFourDigits(expected));
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('with an offset is the instant that Temporal reads, whatever the zone', () => {
    const offsets = fc
      .tuple(fc.constantFrom('+', '-'), fc.nat(23), fc.nat(59))
      .map(
        ([sign, hours, minutes]) =>
          `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`,
      );
    fc.assert(
      fc.property(
        localTimes,
        fc.constantFrom(...zones),
        fc.oneof(offsets, fc.constant('Z')),
        (local, zone, offset) => {
          const text = `${local.toString({ fractionalSecondDigits: 3 })}${offset}`;
          const expected = Temporal.Instant.from(text).epochMilliseconds;
          expect(parsers.get(zone)!(text), `${text} ${zone}`).to.equal(withinFourDigits(expected));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('is refused exactly when Temporal finds no such date and time', () => {
    const number = (max: number) => fc.nat(max).map((part) => String(part).padStart(2, '0'));
    const texts = fc
      .tuple(fc.nat(9999), number(13), number(32), number(24), number(61), number(61))
      .map(
        ([year, month, day, hour, minute, second]) =>
          [`${String(year).padStart(4, '0')}-${month}-${day}`, `${hour}:${minute}:${second}`] as const,
      );
    fc.assert(
      fc.property(texts, ([date, time]) => {
        let exists = !time.endsWith(':60'); // Temporal takes a leap second for the second before
        try {
          Temporal.PlainDateTime.from(`${date}T${time}`, { overflow: 'reject' });
        } catch {
          exists = false;
        }
        expect(parsers.get('UTC')!(`${date} ${time}`) !== undefined, `${date} ${time}`).to.equal(exists);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is never the cause of an error, whatever the text is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...zones), (text, zone) => {
        expect(parsers.get(zone)!(text)).to.equal(undefined);
      }),
    );
  });
});
