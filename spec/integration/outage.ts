import type { Message } from '@aws-sdk/client-sqs';
import type { Ledger } from '../../lib/state/state-store.ts';
import { type Bench, eventBody, type Queue } from './bench.ts';
import type { Fault } from './faults.ts';
import { FaultyProxy, type RecordedRequest } from './faulty-proxy.ts';
import type { Program } from './program.ts';

export const POLLERS = 4;
export const EVENTS = 600;
export const MALFORMED = 12;
/** The receive that is the first to be hit: by then work is in hand, and most of it is still to come. */
const STRUCK_RECEIVE = 10;
/** Messages that SQS had handed out to nobody are back this soon. */
const VISIBILITY_TIMEOUT_S = 4;
/** Where no answer is lost nothing has to come back, and nothing shall, however slow the machine is. */
const VISIBILITY_TIMEOUT_LONG_S = 300;

/** What is known of a run in which SQS failed for a while. */
export interface Outage {
  readonly queue: Queue;
  readonly program: Program;
  /** What was still to be done when SQS began to fail. */
  readonly left: number;
  readonly lastedMs: number;
  /** The requests that arrived while SQS failed. */
  readonly requests: readonly RecordedRequest[];
  /** Lines printed while SQS failed. */
  readonly printed: number;
  /** What was logged above `info` before SQS worked again; not what is said of the malformed messages themselves. */
  readonly complaints: readonly string[];
  /** How long after that a new line came. */
  readonly recoveryMs: number;
  readonly exit: number | NodeJS.Signals;
  readonly ledger: Ledger;
  readonly letters: readonly Message[];
}

/** Every twentieth message or so is one for the dead-letter queue, which is behind the same network. */
function bodies(): { body: string }[] {
  const every = EVENTS / MALFORMED;
  return Array.from({ length: EVENTS }, (_, index) => [
    { body: eventBody('purchase', '0.1') },
    ...(index % every === 0 ? [{ body: `malformed ${index}` }] : []),
  ]).flat();
}

/**
 * Lets the program work, lets SQS fail in the middle of it for as long as `while` takes, and lets it finish.
 *
 * @param whileFailing what to wait for; then SQS works again
 */
export async function rideOut(
  bench: Bench,
  fault: Fault,
  whileFailing: (program: Program) => Promise<unknown>,
): Promise<Outage> {
  const losesNothing = fault.kind === 'stall' || fault.kind === 'latency';
  const queue = await bench.createQueue({
    VisibilityTimeout: String(losesNothing ? VISIBILITY_TIMEOUT_LONG_S : VISIBILITY_TIMEOUT_S),
  });
  await queue.send(...bodies());
  await using proxy = await FaultyProxy.open(bench.endpoint);
  const struck = proxy.strikeAt('ReceiveMessage', STRUCK_RECEIVE, fault);
  const program = bench.start(queue, {
    ...proxy.env,
    WINDOW: 'total',
    POLLERS_MAX: String(POLLERS),
    IDLE_TIMEOUT: '1h',
  });
  await Promise.race([struck, program.ended]);
  const struckMs = performance.now();
  const before = proxy.requests.length - 1;
  const linesBefore = program.lines.length;
  const { waiting, inFlight } = await queue.depth();
  await whileFailing(program);

  const lines = program.lines.length;
  const requests = proxy.requests.slice(before);
  const complaints = program.log
    .filter(({ level, message }) => level !== 'info' && !/became dead letters/.test(message))
    .map(({ message }) => message);
  const healedMs = performance.now();
  proxy.heal();
  await program.untilLines(lines + 1);
  const recoveryMs = performance.now() - healedMs;
  await program.until(() => countOf(program) >= EVENTS);
  await queue.untilEmpty();
  const exit = await program.kill('SIGTERM');
  return {
    queue,
    program,
    left: waiting + inFlight,
    lastedMs: healedMs - struckMs,
    requests,
    printed: lines - linesBefore,
    complaints,
    recoveryMs,
    exit,
    ledger: await bench.readLedger(queue),
    letters: await queue.deadLetters!.drain(),
  };
}

/** What the last line says. */
export function countOf(program: Program): number {
  return program.lines.length === 0 ? 0 : JSON.parse(program.lines.at(-1)!).count;
}
