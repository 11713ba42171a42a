import type { LiveState } from './live-state.ts';

/** With so many dead letters undelivered no more messages are received (see `DeadLetterSink`). */
const DEAD_LETTERS_MAX = 10_000;

export interface Check {
  readonly ok: boolean;
  readonly detail: string;
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: { readonly queue: Check; readonly store: Check; readonly outbox: Check };
}

/** Whether messages get through, and what is in their way if they do not. */
export function readinessOf({ view, isStoreFailing, linesBlocked }: LiveState): Readiness {
  if (!view) {
    const notRunning = { ok: false, detail: 'The pipeline is not running: it starts or stops.' };
    return { ready: false, checks: { queue: notRunning, store: notRunning, outbox: notRunning } };
  }
  const checks = {
    queue: view.isReceptionFailing()
      ? { ok: false, detail: `SQS does not answer for "${view.queueName}"; the log says why.` }
      : { ok: true, detail: `"${view.queueName}" answers.` },
    store: isStoreFailing
      ? { ok: false, detail: 'The state cannot be written; the log says why.' }
      : { ok: true, detail: 'The last commit succeeded.' },
    outbox: outboxCheck(view.deadLettersWaiting(), linesBlocked),
  };
  return { ready: Object.values(checks).every(({ ok }) => ok), checks };
}

function outboxCheck(deadLetters: number, linesBlocked: number | undefined): Check {
  const detail = `${deadLetters} of at most ${DEAD_LETTERS_MAX} dead letters wait for their queue.`;
  return linesBlocked === undefined
    ? { ok: deadLetters < DEAD_LETTERS_MAX, detail }
    : { ok: false, detail: `stdout takes nothing. Lines that wait for it: ${linesBlocked}. ${detail}` };
}
