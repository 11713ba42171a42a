/**
 * A text as it may be logged or shown: user and password of the URLs in it are replaced by `…`. Up to the last `@`,
 * so that a password with a character that a URL should not have is not shown by halves.
 */
export function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s"']*@/gi, '$1…@');
}
