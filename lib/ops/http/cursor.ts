import type { WindowPlace } from '../../state/state-reader.ts';

/** Where an answer went on no further, as a text that means nothing to anybody else. */
export function cursorOf({ bounds, type }: WindowPlace): string {
  return Buffer.from(JSON.stringify([bounds.endMs, bounds.startMs, type])).toString('base64url');
}

/** @throws {Error} with the status 400 when the text is none of {@link cursorOf} */
export function placeOf(cursor: string): WindowPlace {
  try {
    const [endMs, startMs, type] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Number.isSafeInteger(endMs) && Number.isSafeInteger(startMs) && typeof type === 'string')
      return { bounds: { startMs, endMs }, type };
  } catch {
    // It is none, either.
  }
  throw Object.assign(new Error('querystring/cursor must be the "next" of an earlier answer'), {
    statusCode: 400,
  });
}
