import { Breather } from '../breather.ts';
import { deadLettersOf } from '../sink/dead-letter.ts';
import { resultLine } from '../sink/result-line.ts';
import type { Quiet } from '../source/reception.ts';
import type {
  DeadLetter,
  Ledger,
  OutboxLine,
  Outlook,
  Progress,
  StateTransaction,
} from '../state/state-store.ts';
import type { Rejection } from '../validate/body.ts';
import type { ValidatedMessage } from '../validate/validate-transform.ts';
import { Aggregation, type CountingRules } from './aggregate.ts';
import type { Lateness } from './lateness.ts';
import { addTo } from './ledger.ts';
import { closedExpiryMs, openExpiryMs, purge, type RetentionRules } from './retention.ts';
import { advance, closedUpToMs } from './watermark.ts';

/** Bounds what one commit prints; what is due beyond it follows in the next. */
const LINES_PER_COMMIT_MAX = 5_000;
/** How many identities are looked at for each one that is claimed: all of them, several times a retention. */
const SWEPT_PER_IDENTITY = 4;
const SWEPT_PER_COMMIT_MIN = 100;
/** Bounds what one commit cleans up; well above what one commit can add. */
const FORGOTTEN_PER_COMMIT_MAX = 1_000;
/** After so many the event loop gets a turn: an event once for each of its windows, and rejections. */
const EVENTS_PER_TURN = 50_000;
const REJECTIONS_PER_TURN = 5_000;

export interface CommitRules extends CountingRules, RetentionRules {
  readonly revisionIntervalMs: number;
  /** The queue's name, for the dead letters. */
  readonly sourceQueue: string;
}

export interface CommitWork {
  readonly messages: readonly ValidatedMessage[];
  /** Identities of messages whose deletion SQS has confirmed since the last commit, once per deletion. */
  readonly confirmed: readonly string[];
  /** The wall clock. */
  readonly nowMs: number;
  /** The state's clock, which tells how long ago something was. */
  readonly stateMs: number;
  /** When everything that is kept last began to be kept anew, by the state's clock. */
  readonly renewedMs: number;
  /** Nothing is waiting in the queue, so windows whose end the clock has passed need not wait for more. */
  readonly quiet: Quiet | undefined;
}

export interface CommitOutcome {
  readonly lines: readonly OutboxLine[];
  /** How many dead letters were added to the outbox. */
  readonly deadLetters: number;
  /** The same, for who looks on. */
  readonly letters: readonly DeadLetter[];
  /** What was added to the ledger. */
  readonly changes: Ledger;
  /** Of the events counted in windows that were closed before. */
  readonly lateness: Lateness;
  /** How many of the lines are not the first of their type and window. */
  readonly revisions: number;
  readonly progress: Progress;
  /** Messages whose receive was sent before this were left out: they have to be delivered again. */
  readonly fenceMs: number;
  /** There is more to print at once than one commit may. */
  readonly isMoreDue: boolean;
  readonly outlook: Outlook;
}

/**
 * The one transaction of the protocol. Everything that a delivery causes is in it: that the message was seen,
 * what it added, what it made due, what cannot be counted. A crash before its end leaves no trace, and SQS
 * delivers the messages again; a crash after it leaves nothing to redo but the acknowledgement, and the
 * redelivered messages meet their identities.
 */
export async function commit(
  tx: StateTransaction,
  work: CommitWork,
  rules: CommitRules,
): Promise<CommitOutcome> {
  const { nowMs, stateMs } = work;
  const ledger: Ledger = new Map();
  const retention = await tx.readRetention();
  const messages = work.messages.filter(({ requestedMs }) => requestedMs >= retention.fenceMs);
  await tx.confirmIdentities(work.confirmed, closedExpiryMs(stateMs, rules));
  const unseen = await claimUnseen(tx, messages, openExpiryMs(stateMs, rules), ledger);

  const before = await tx.readProgress();
  const aggregation = new Aggregation(rules, before, nowMs);
  const letters = await countMessages(tx, unseen, aggregation, ledger, rules.sourceQueue);
  await aggregation.save(tx);
  const progress = advance(before, aggregation.maxEventTimeMs, rules);

  const { lines, revisions } = await printDue(tx, progress, work, rules);
  await saveRest(tx, progress, ledger, letters);
  await tx.forgetWindows(progress.horizonMs, FORGOTTEN_PER_COMMIT_MAX);
  await purge(tx, retention, work, rules, SWEPT_PER_COMMIT_MIN + SWEPT_PER_IDENTITY * messages.length);
  return {
    lines,
    deadLetters: letters.length,
    letters,
    changes: ledger,
    lateness: aggregation.lateness,
    revisions,
    progress,
    fenceMs: retention.fenceMs,
    isMoreDue: lines.length === LINES_PER_COMMIT_MAX,
    outlook: await tx.readOutlook(),
  };
}

/** The messages that were never delivered before; the others are duplicates, and that is all they are. */
async function claimUnseen(
  tx: StateTransaction,
  messages: readonly ValidatedMessage[],
  expiresMs: number,
  ledger: Ledger,
): Promise<ValidatedMessage[]> {
  const isFirst = await tx.claimIdentities(
    messages.map(({ identity }) => identity),
    expiresMs,
  );
  return messages.filter(({ events, rejections }, index) => {
    const received = isFirst[index] ? events.length + rejections.length : 1;
    addTo(ledger, 'received', received, 1);
    if (!isFirst[index]) addTo(ledger, 'duplicate', 1, 1);
    return isFirst[index];
  });
}

/** @returns the dead letters */
async function countMessages(
  tx: StateTransaction,
  messages: readonly ValidatedMessage[],
  aggregation: Aggregation,
  ledger: Ledger,
  sourceQueue: string,
): Promise<DeadLetter[]> {
  const breather = new Breather(EVENTS_PER_TURN);
  for (const { events } of messages)
    for (const event of events) {
      aggregation.expect(event);
      const pause = breather.spend(aggregation.windowsPerEvent);
      if (pause) await pause;
    }
  await aggregation.load(tx);
  const letters: DeadLetter[] = [];
  const letterBreather = new Breather(REJECTIONS_PER_TURN);
  for (const message of messages) {
    const rejections = await countMessage(message, aggregation, ledger, breather);
    for (const letter of deadLettersOf(message, rejections, sourceQueue)) {
      letters.push(letter);
      const pause = letterBreather.spend();
      if (pause) await pause;
    }
  }
  return letters;
}

/** Counts what can be counted; returns what cannot, from validation and from the windows. */
async function countMessage(
  message: ValidatedMessage,
  aggregation: Aggregation,
  ledger: Ledger,
  breather: Breather,
): Promise<Rejection[]> {
  const rejections = [...message.rejections];
  let counted = 0;
  for (const event of message.events) {
    const rejection = aggregation.add(event);
    if (rejection) rejections.push(rejection);
    else counted += 1;
    const pause = breather.spend(aggregation.windowsPerEvent);
    if (pause) await pause;
  }
  // As a message it is counted when any of it was; else it goes by the first thing that was wrong with it.
  if (counted > 0) addTo(ledger, 'counted', counted, 1);
  rejections.forEach(({ reason }, index) => {
    addTo(ledger, `dead_lettered:${reason}`, 1, counted === 0 && index === 0 ? 1 : 0);
  });
  return rejections;
}

async function printDue(
  tx: StateTransaction,
  progress: Progress,
  { nowMs, stateMs, quiet }: CommitWork,
  rules: CommitRules,
): Promise<Pick<CommitOutcome, 'lines' | 'revisions'>> {
  const openEndMs = closedUpToMs(progress, rules, nowMs, quiet);
  const printedMs = stateMs - rules.revisionIntervalMs;
  const due = await tx.readDueLines({ openEndMs, printedMs }, LINES_PER_COMMIT_MAX);
  await tx.markPrinted(due, stateMs);
  const revisions = due.filter(({ revision }) => revision > 0).length;
  return { lines: await tx.addLines(due.map(resultLine)), revisions };
}

/** Whether a commit would print something, though no message came since the last one. */
export function isPrintDue(
  { outlook, progress }: Pick<CommitOutcome, 'outlook' | 'progress'>,
  { nowMs, stateMs, quiet }: Pick<CommitWork, 'nowMs' | 'stateMs' | 'quiet'>,
  rules: CommitRules,
): boolean {
  const { openEndMs, revisedPrintedMs } = outlook;
  return (
    (openEndMs !== undefined && openEndMs <= closedUpToMs(progress, rules, nowMs, quiet)) ||
    (revisedPrintedMs !== undefined && revisedPrintedMs + rules.revisionIntervalMs <= stateMs)
  );
}

async function saveRest(
  tx: StateTransaction,
  progress: Progress,
  ledger: Ledger,
  letters: readonly DeadLetter[],
): Promise<void> {
  await tx.writeProgress(progress);
  await tx.addToLedger(ledger);
  await tx.addDeadLetters(letters);
}
