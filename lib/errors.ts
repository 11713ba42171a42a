/**
 * Errors are named by what the caller does next. Anything else that is thrown is a bug or a fault that
 * nobody can ride out: the process logs it and exits with 1, having acknowledged nothing it did not commit.
 */

/** A person has to change a setting. The message is written for that person; the process exits with 2. */
export class WrongSettings extends Error {
  override readonly name = 'WrongSettings';
}

/** Nothing was changed; the same call may succeed later (a full disk, a busy queue). Wait and repeat it. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
}

/**
 * Something outside of this program is in the way: SQS that cannot be reached, a file in use or damaged. The message
 * is written for the person who runs it, and says all there is to say; the process exits with 1.
 */
export class CannotGoOn extends Error {
  override readonly name = 'CannotGoOn';
}

/** The message of anything that can be thrown, for a log line. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
