import { Console } from 'node:console';
import { scheduleDeadline } from './clock.ts';
import { check } from './commands/check.ts';
import { run } from './commands/run.ts';
import { CannotGoOn, messageOf, RetryLater, WrongSettings } from './errors.ts';
import { createLog } from './log.ts';
import { helpText } from './settings/help.ts';
import { ignoredVariables, readSettings } from './settings/settings.ts';
import { trustCaBundle } from './source/ca-bundle.ts';
import { VERSION } from './version.ts';

const EXIT = { stopped: 0, fault: 1, wrongSettings: 2 } as const;

// A library that prints must not print among the result lines.
globalThis.console = new Console(process.stderr, process.stderr);

async function main(args: readonly string[]): Promise<number> {
  const [mode = '--run', ...more] = args;
  if (mode === '--help') {
    process.stdout.write(helpText());
    return EXIT.stopped;
  }
  if (mode === '--version') {
    process.stdout.write(`${VERSION}\n`);
    return EXIT.stopped;
  }
  // Wrong settings are mostly read by the person who has just typed them.
  let log = createLog(
    'info',
    process.env.LOG_FORMAT === 'pretty' || process.stderr.isTTY ? 'pretty' : 'json',
  );
  try {
    if ((mode !== '--run' && mode !== '--check') || more.length > 0)
      throw new WrongSettings(`Unknown argument "${args.join(' ')}"; --help shows what there is.`);
    const settings = readSettings(process.env);
    trustCaBundle(process.env);
    log = createLog(settings.logLevel, settings.logFormat);
    for (const sentence of ignoredVariables(process.env)) log.warn(sentence);
    if (mode === '--check') await check(settings, log);
    else if ((await run(settings, log)) !== 'stopped') return EXIT.fault;
    return EXIT.stopped;
  } catch (error) {
    if (error instanceof WrongSettings) {
      log.error(error.message);
      return EXIT.wrongSettings;
    }
    const isUnderstood = error instanceof CannotGoOn || error instanceof RetryLater;
    // What nobody foresaw is a bug, to be found by its stack.
    log.error(
      messageOf(error),
      isUnderstood ? {} : { stack: error instanceof Error ? error.stack : undefined },
    );
    return EXIT.fault;
  }
}

process.exitCode = await main(process.argv.slice(2));
// Nothing is left to do. An idle connection must not keep the process, and log lines need a moment to leave.
scheduleDeadline(() => process.exit(), 1_000);
