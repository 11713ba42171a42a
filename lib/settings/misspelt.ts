/** Names that others use, one letter from ours: not slips of the pen. */
const WORDS_OF_OTHERS = new Set(['HTTPS', 'STATS', 'LOGLEVEL', 'LOGFORMAT']);

/** What people write for the words of the settings. SQS is the queue, whichever of the two is said. */
const MEANINGS: ReadonlyMap<string, readonly string[]> = new Map([
  ['DLQ', ['DEAD', 'LETTER', 'QUEUE']],
  ['SQS', ['QUEUE']],
  ['ARN', ['NAME']],
  ['URI', ['URL']],
  ['PATH', ['URL']],
  ['FILE', ['URL']],
  ['DIR', ['URL']],
  ['DB', ['URL']],
  ['TZ', ['TIMEZONE']],
]);
/** Words of a setting that are easily forgotten. */
const OFTEN_MISSING = new Set(['NAME', 'MAX', 'ALLOWED']);
/** Words that are easily added to one. */
const OFTEN_ADDED = new Set(
  'AWS SIZE LENGTH DURATION INTERVAL MAX LIMIT COUNT MS SEC SECOND MIN MINUTE'.split(' '),
);

/** From this length on two slips are forgiven in place of one. */
const LONG_NAME = 12;

/**
 * The known name that `name` was probably meant to be, or undefined: close to it in letters (`WINDWO`) or in words
 * (`SQS_QUEUE`, `WINDOW_SIZE`, `SQS_DLQ_NAME`). A false alarm ends a start that was in order, so whatever else is
 * found in an environment (`WINDOWID`, `SMTP_HOST`, `SITE_URL`) must not be taken for a slip.
 */
export function closestName(name: string, known: readonly string[]): string | undefined {
  return closestInLetters(name, known) ?? closestInWords(name, known);
}

/**
 * By slips: a letter wrong, missing, too many, or two swapped; one in a short name, two in a long one. The first
 * letter is hardly ever the wrong one, which tells other people's `SMTP_PORT` and `FTP_HOST` from ours.
 */
export function closestInLetters(name: string, known: readonly string[]): string | undefined {
  const upper = name.toUpperCase();
  if (upper.split('_').some((word) => WORDS_OF_OTHERS.has(word))) return undefined;
  const close = known
    .filter((candidate) => candidate[0] === upper[0])
    .map((candidate) => ({ candidate, slips: slipsBetween(upper, candidate) }))
    .filter(({ candidate, slips }) => slips <= (candidate.length < LONG_NAME ? 1 : 2))
    .sort((a, b) => a.slips - b.slips);
  return close[0]?.candidate;
}

/** Resque's, which asks for them in the environment; and whatever else is called just that. */
const NAMES_OF_OTHERS = new Set(['QUEUE', 'QUEUES']);

/** By words, in any order: the same ones, or only such missing, or only such added, as often are. */
function closestInWords(name: string, known: readonly string[]): string | undefined {
  if (NAMES_OF_OTHERS.has(name.toUpperCase())) return undefined;
  const words = wordsOf(name);
  return known.find((candidate) => {
    const wanted = wordsOf(candidate);
    const missing = wanted.difference(words);
    const added = words.difference(wanted);
    return (
      (added.size === 0 && missing.isSubsetOf(OFTEN_MISSING)) ||
      (missing.size === 0 && added.isSubsetOf(OFTEN_ADDED))
    );
  });
}

/** The words of a name by what they mean, in the singular. */
function wordsOf(name: string): Set<string> {
  const words = name.toUpperCase().split('_').filter(Boolean);
  const singular = (word: string) =>
    /\w{2}[^S]S$/.test(word) && !WORDS_OF_OTHERS.has(word) ? word.slice(0, -1) : word;
  return new Set(words.flatMap((word) => MEANINGS.get(word) ?? singular(word)));
}

/** Optimal string alignment distance (Damerau 1964, each part of the text edited at most once). */
function slipsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return Number.POSITIVE_INFINITY;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? rows[i - 2]![j - 2]! + 1
          : Number.POSITIVE_INFINITY;
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, substituted, swapped));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
