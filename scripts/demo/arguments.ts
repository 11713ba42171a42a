import { parseArgs } from 'node:util';
import { messageOf, WrongSettings } from '../../lib/errors.ts';

export const DEMO_HELP = `Shows the pipeline at work on this machine alone: an embedded SQS, a producer and the pipeline. Result lines come on
stdout; at its end it says on stderr whether everything adds up.

Usage: npm run demo --silent -- [--seconds N]

  --seconds N   end by itself after N seconds; without it, Ctrl-C ends it. A second Ctrl-C ends it at once.
  --help        print this

The page is at http://127.0.0.1:8000 where that port is free, and at another port otherwise, which is said on stderr.
Nothing is left behind. Exit codes: 0 everything adds up; 1 it does not, or the demo was ended at once; 2 wrong arguments.
`;

/**
 * How long the demo shall last, in seconds, without end by default; or that its help is wanted.
 *
 * @throws {WrongSettings} when the arguments are not understood
 */
export function readArguments(args: readonly string[]): { readonly seconds: number } | 'help' {
  const { seconds, help } = parse(args);
  if (help) return 'help';
  const count = Number(seconds);
  if (!(count > 0))
    throw new WrongSettings(`--seconds must be a number above zero, not "${seconds}"; see --help.`);
  return { seconds: count };
}

function parse(args: readonly string[]) {
  try {
    const options = { seconds: { type: 'string', default: 'Infinity' }, help: { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new WrongSettings(`${messageOf(error)} See --help.`, { cause: error });
  }
}
