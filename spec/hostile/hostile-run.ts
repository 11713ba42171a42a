import fc from 'fast-check';
import { expectTreated } from './expectations.ts';
import { treat } from './hostile-batch.ts';
import { hostileBody } from './hostile-bodies.ts';

/** Bodies a batch: enough to meet each other in windows, few enough to be shrunk to the one that matters. */
const BATCH_MAX = 60;

export interface HostileReport {
  readonly bodies: number;
  readonly lines: number;
  /** Events by what the ledger says became of them. */
  readonly events: ReadonlyMap<string, number>;
}

/**
 * Takes at least so many generated bodies through validation and commit.
 *
 * @throws what fast-check says of the first batch that is not treated as it should be, shrunk, with its seed
 */
export async function runHostileBodies(
  wanted: number,
  seed: number,
  onProgress: (bodies: number) => void = () => {},
): Promise<HostileReport> {
  const events = new Map<string, number>();
  let bodies = 0;
  let lines = 0;
  const treatBatch = fc.asyncProperty(
    fc.array(hostileBody, { minLength: BATCH_MAX / 2, maxLength: BATCH_MAX, size: 'max' }),
    async (batch) => {
      const treatment = await treat(batch);
      expectTreated(batch, treatment);
      bodies += batch.length;
      lines += treatment.lines.length;
      for (const [entry, tally] of treatment.ledger)
        events.set(entry, (events.get(entry) ?? 0) + tally.events);
      onProgress(bodies);
    },
  );
  await fc.assert(treatBatch, { seed, numRuns: Math.ceil(wanted / (BATCH_MAX / 2)) });
  return { bodies, lines, events };
}
