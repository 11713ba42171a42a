import type { DueLine } from '../state/state-store.ts';
import { isTotal } from '../window/window-assigner.ts';

/**
 * Legal inside a JSON string, but taken for a line end or a terminal command by some readers of the lines; and what
 * turns the direction of a text round, so that a person reads another line than a program.
 */
const RISKY = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * One line of output, without its line feed. It is put together by hand because `JSON.stringify` would turn
 * the exact sum into a double.
 */
export function resultLine({ bounds, type, count, sum, revision }: DueLine): string {
  const window = isTotal(bounds)
    ? ''
    : `,"window_start":"${isoSeconds(bounds.startMs)}","window_end":"${isoSeconds(bounds.endMs)}"`;
  return `{"type":${quote(type)},"count":${count},"sum":${sum}${window},"revision":${revision}}`;
}

function quote(text: string): string {
  return JSON.stringify(text).replace(
    RISKY,
    (risky) => `\\u${risky.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `2020-10-06T10:02:00Z`; milliseconds are shown only where a window has them. */
function isoSeconds(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z');
}
