/** Bounded in all its parts, so that a long text that only looks like URLs costs no more than its length. */
const CREDENTIALS = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s"]{0,2000}@/gi;

/**
 * A text as it may be logged or shown: user and password of the URLs in it are replaced by `…`. Up to the last `@`,
 * so that a password with a character that a URL should not have is not shown by halves.
 */
export function withoutCredentials(text: string): string {
  return text.replace(CREDENTIALS, '$1…@');
}
