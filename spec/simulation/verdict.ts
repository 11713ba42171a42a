import { imbalanceOf } from '../../lib/window/ledger.ts';
import type { Stage } from './runner/stage.ts';

/** What has to hold once everything has come to its end. @throws {Violation} */
export async function checkEnd(stage: Stage): Promise<void> {
  const { world, model, printed, store, server } = stage;
  const expected = model.totals();
  const totals = printed.totals();
  for (const [key, total] of expected)
    if (totals.get(key) !== total)
      throw world.violated(
        `${key.replaceAll('|', ' ')} is ${readable(totals.get(key))}, not ${readable(total)}`,
      );
  if (totals.size !== expected.size) throw world.violated('lines were printed of what was never sent');
  if (printed.strayPiece !== undefined)
    throw world.violated(`a line was cut, and never printed in full: ${printed.strayPiece}`);
  checkDeadLetters(stage);
  const ledger = await store.readLedger();
  const difference = imbalanceOf(ledger);
  if (difference.events !== 0 || difference.messages !== 0)
    throw world.violated('the ledger does not balance');
  if ((ledger.get('counted')?.events ?? 0) !== model.events)
    throw world.violated('the ledger counted another number of events');
  if ((await store.countDeadLetters()) > 0 || (await store.readLines(0, 1)).length > 0)
    throw world.violated('the outbox is not empty after everything was delivered');
  if (server.deadLetters.size !== model.letters.size)
    throw world.violated('dead letters of what was never sent');
}

function checkDeadLetters({ world, model, server }: Stage): void {
  for (const [origin, expected] of model.letters) {
    const reason = server.deadLetters.get(origin)?.reason ?? 'none';
    const isRight =
      expected === 'malformed' ? /^(invalid_json|schema_violation)$/.test(reason) : reason === expected;
    if (!isRight)
      throw world.violated(`${origin} became a dead letter for the reason ${reason}, not ${expected}`);
  }
}

/** No identity is kept for longer than the protocol needs it. @throws {Violation} */
export async function checkKept({ world, kept, store }: Stage): Promise<void> {
  const overdue = kept.overdue(await keptOf(store, kept.known));
  if (overdue.length > 0)
    throw world.violated(
      `${overdue.length} identities are kept beyond DEDUP_RETENTION, such as ${overdue[0]}`,
    );
}

/** The store stays bounded: whatever happened to a message, its identity goes when SQS cannot have it any more. */
export async function checkAllExpire(stage: Stage): Promise<void> {
  const { world, scenario, kept, store } = stage;
  const { clockMs } = await store.readRetention();
  const atMs = clockMs + scenario.retentionMs + scenario.settings.dedupRetentionMs + 1;
  const expired = { openBeforeMs: atMs, closedBeforeMs: atMs };
  const limit = kept.known.length + 1;
  // The first call goes on from where the last one ended, the second begins anew.
  for (let round = 0; round < 2; round += 1)
    await store.transaction((tx) => tx.purgeIdentities(expired, limit));
  const left = await keptOf(store, kept.known);
  if (left.length > 0) throw world.violated(`identities are kept for ever: ${left.join(' ')}`);
}

/** Those of the identities that the state knows, found out by claiming them all in a transaction that is undone. */
async function keptOf(store: Stage['store'], identities: readonly string[]): Promise<string[]> {
  let isNew: boolean[] = [];
  const undo = new Error('undone');
  const look = store.transaction(async (tx) => {
    isNew = await tx.claimIdentities(identities, 0);
    throw undo;
  });
  await look.catch((error) => {
    if (error !== undo) throw error;
  });
  return identities.filter((_, index) => !isNew[index]);
}

/** `count|units` of the oracle, with the units as a decimal. */
function readable(total = 'not printed'): string {
  const [count, units] = total.split('|');
  return units ? `${count} events of ${Number(BigInt(units) / 10n ** 380n) / 1e20}` : total;
}
