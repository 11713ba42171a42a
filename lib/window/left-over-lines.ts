import type { OutboxLine, StateStore } from '../state/state-store.ts';

/** How many lines are read from the outbox at a time. */
const PAGE = 1_000;

/** The lines that an earlier process left undelivered, in order, page by page. */
export async function* leftOverLines(
  store: Pick<StateStore, 'readLines'>,
): AsyncGenerator<readonly OutboxLine[], void, undefined> {
  let page: readonly OutboxLine[];
  let afterSeq = 0;
  do {
    page = await store.readLines(afterSeq, PAGE);
    afterSeq = page.at(-1)?.seq ?? afterSeq;
    yield page;
  } while (page.length === PAGE);
}
