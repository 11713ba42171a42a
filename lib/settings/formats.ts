import { Ajv, type ValidateFunction } from 'ajv';
import { createEventTimeParser } from '../validate/event-time.ts';
import type { WindowSpec } from '../window/window-assigner.ts';
import { definitions, type SettingName, settingNames } from './definitions.ts';
import { parseDuration } from './duration.ts';

/** RFC 1123, and the underscores that container networks allow. */
const HOST_LABEL = /^\w(?:[\w-]{0,61}\w)?$/;
const HOST_NAME_LENGTH_MAX = 253;

/** An event is added to each window it belongs to, so their number is bounded: a day, each minute. */
const WINDOWS_PER_EVENT_MAX = 1_440;

/** A message may come again for a while after its deletion was confirmed. */
const RETENTION_MIN_MS = 60_000;

/** Reads `1m`, `5m/1m` or `total`; undefined for anything else. */
export function parseWindow(text: string): WindowSpec | undefined {
  if (text === 'total') return { kind: 'total' };
  const [size = '', slide = size, ...more] = text.split('/');
  const sizeMs = parseDuration(size);
  const slideMs = parseDuration(slide);
  if (!sizeMs || !slideMs || more.length > 0) return undefined;
  const divides = sizeMs % slideMs === 0 && sizeMs / slideMs <= WINDOWS_PER_EVENT_MAX;
  return divides ? { kind: 'hopping', sizeMs, slideMs } : undefined;
}

/**
 * The path behind `sqlite:`; undefined for any other URL, and for what SQLite would not take as a path: a URI could
 * ask for a database that is in memory, or not locked, or not written.
 */
export function parseStateUrl(text: string): string | undefined {
  const path = /^sqlite:(.+)$/.exec(text)?.[1];
  return path && !/^file:|:memory:|\0/i.test(path) ? path : undefined;
}

/** The elements of a comma-separated list, without the spaces around them; an empty text holds none. */
export function splitList(text: string): string[] {
  return text ? text.split(',').map((element) => element.trim()) : [];
}

function isTimeZone(text: string): boolean {
  try {
    createEventTimeParser(text);
    return true;
  } catch {
    return false;
  }
}

/** A name as the header `Host` has it: no scheme, no port, international ones in Punycode. */
function isHostName(text: string): boolean {
  const name = text.replace(/\.$/, '');
  return name.length <= HOST_NAME_LENGTH_MAX && name.split('.').every((label) => HOST_LABEL.test(label));
}

function isQueueUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\/[^?#\s"]+\/[\w.-]+$/.test(text);
}

function isIntegerWithin(min: number, max: number): (text: string) => boolean {
  return (text) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max;
}

/** One schema for all settings together, so that one pass finds every problem. */
export function compileSettingsSchema(): ValidateFunction {
  const ajv = new Ajv({ allErrors: true });
  ajv.addFormat('duration', (text) => parseDuration(text) !== undefined);
  ajv.addFormat('positive-duration', (text) => Boolean(parseDuration(text)));
  ajv.addFormat('retention', (text) => (parseDuration(text) ?? 0) >= RETENTION_MIN_MS);
  ajv.addFormat('window', (text) => parseWindow(text) !== undefined);
  ajv.addFormat('timezone', isTimeZone);
  ajv.addFormat('queue-url', isQueueUrl);
  ajv.addFormat('state-url', (text) => parseStateUrl(text) !== undefined);
  ajv.addFormat('host-names', (text) => splitList(text).every(isHostName));
  ajv.addFormat('port', (text) => text === 'off' || isIntegerWithin(0, 65_535)(text));
  const properties: Partial<Record<SettingName, object>> = {};
  for (const name of settingNames) {
    const { schema } = definitions[name];
    const [, min, max] = /^integer-(\d+)-(\d+)$/.exec(String((schema as { format?: string }).format)) ?? [];
    if (min && max) ajv.addFormat(`integer-${min}-${max}`, isIntegerWithin(Number(min), Number(max)));
    properties[name] = { type: 'string', ...schema };
  }
  return ajv.compile({ type: 'object', properties });
}
