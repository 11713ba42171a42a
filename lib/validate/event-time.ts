/** Reads an `occurred_at`; undefined when it is malformed or does not exist in the calendar. */
export type EventTimeParser = (text: string) => number | undefined;

const TIMESTAMP =
  /^(\d{4})-(\d\d)-(\d\d)([ Tt])(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))?$/;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const MINUTE_MS = 60_000;
/** The Gregorian calendar repeats every 400 years, which are this many milliseconds. */
const ERA_MS = 146_097 * 86_400_000;
const YEAR_0_MS = Date.parse('0000-01-01T00:00:00Z');
const YEAR_10000_MS = Date.UTC(10_000, 0);
/** How many distinct minutes a parser remembers the zone's offset for. */
const REMEMBERED_MINUTES_MAX = 10_000;

/**
 * Makes a parser of `YYYY-MM-DD HH:MM:SS` (optional fraction), read in `zone`, and of RFC 3339 date-times with
 * offset. The result is in milliseconds since the Unix epoch; finer fractions are cut off.
 *
 * A local time that a change of offset repeats is read as the earlier one, a time that it skips as if the
 * change had not happened yet (`compatible` in Temporal): the event stays countable, and near where it was.
 *
 * @param zone an IANA time zone or an offset such as `+02:00`
 * @throws {RangeError} when there is no such zone
 */
export function createEventTimeParser(zone: string): EventTimeParser {
  const readLocal = createLocalTimeReader(zone);
  // The events of an array mostly have the same second, to the letter.
  let lastText = '';
  let lastMs: number | undefined;
  return (text) => {
    if (text === lastText) return lastMs;
    const timeMs = readLocal(text);
    // An offset may lead out of the years that a timestamp can be written in.
    lastMs = timeMs !== undefined && timeMs >= YEAR_0_MS && timeMs < YEAR_10000_MS ? timeMs : undefined;
    lastText = text;
    return lastMs;
  };
}

function createLocalTimeReader(zone: string): EventTimeParser {
  const toUtcMs = createZoneReader(zone);
  return (text) => {
    const parts = TIMESTAMP.exec(text);
    if (!parts) return undefined;
    const [, year, month, day, separator, hour, minute, second, fraction, utc, sign, offHour, offMinute] =
      parts;
    if (!exists(Number(year), Number(month), Number(day))) return undefined;
    if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
    const localMs =
      dateUtcMs(Number(year), Number(month), Number(day)) +
      Number(hour) * 3_600_000 +
      Number(minute) * MINUTE_MS +
      Number(second) * 1_000 +
      (fraction ? Number(fraction.slice(0, 3).padEnd(3, '0')) : 0);
    if (utc) return localMs;
    if (sign) {
      if (Number(offHour) > 23 || Number(offMinute) > 59) return undefined;
      const offsetMs = Number(offHour) * 3_600_000 + Number(offMinute) * MINUTE_MS;
      return sign === '-' ? localMs + offsetMs : localMs - offsetMs;
    }
    return separator === ' ' ? toUtcMs(localMs) : undefined;
  };
}

function exists(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (month === 2 && leap ? 29 : DAYS_IN_MONTH[month - 1]!);
}

/** `Date.UTC` takes the years 0 to 99 for 1900 to 1999, so the date is moved by one era and back. */
function dateUtcMs(year: number, month: number, day: number): number {
  return Date.UTC(year + 400, month - 1, day) - ERA_MS;
}

/** Returns how to turn a local time, written as if it were UTC, into UTC. */
function createZoneReader(zone: string): (localMs: number) => number {
  const fixedOffsetMs = /^UTC$/i.test(zone) ? 0 : offsetOf(zone);
  if (fixedOffsetMs !== undefined) return (localMs) => localMs - fixedOffsetMs;
  new Temporal.ZonedDateTime(0n, zone); // throws when there is no such zone
  const offsetByMinute = new Map<number, number>();
  return (localMs) => {
    const minute = Math.floor(localMs / MINUTE_MS);
    const remembered = offsetByMinute.get(minute);
    if (remembered !== undefined) return localMs - remembered;
    const offsetMs = zoneOffsetMs(zone, localMs);
    // Zones changed within a minute before 1972 (sub-minute local mean times): those are not remembered.
    if (
      offsetMs === zoneOffsetMs(zone, minute * MINUTE_MS) &&
      offsetMs === zoneOffsetMs(zone, minute * MINUTE_MS + 59_999)
    ) {
      if (offsetByMinute.size >= REMEMBERED_MINUTES_MAX) offsetByMinute.clear();
      offsetByMinute.set(minute, offsetMs);
    }
    return localMs - offsetMs;
  };
}

function offsetOf(zone: string): number | undefined {
  const parts = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (!parts || Number(parts[2]) > 23 || Number(parts[3]) > 59) return undefined;
  const magnitudeMs = Number(parts[2]) * 3_600_000 + Number(parts[3]) * MINUTE_MS;
  return parts[1] === '-' ? -magnitudeMs : magnitudeMs;
}

function zoneOffsetMs(zone: string, localMs: number): number {
  const local = Temporal.Instant.fromEpochMilliseconds(localMs).toZonedDateTimeISO('UTC').toPlainDateTime();
  return localMs - local.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
}
