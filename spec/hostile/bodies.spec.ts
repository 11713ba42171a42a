import { expect } from 'chai';
import { expectTreated } from './expectations.ts';
import { treat } from './hostile-batch.ts';
import { runHostileBodies } from './hostile-run.ts';
import { LARGE_BODIES, SPECIAL_BODIES } from './special-bodies.ts';

/** `npm run hostile` takes ten times as many. */
const BODIES = 20_000;
const SEED = 20_201_006;

describe('hostile message bodies', () => {
  it(`are each counted or dead-lettered with a reason, all ${BODIES} of them`, async () => {
    const { bodies, events } = await runHostileBodies(BODIES, SEED);
    expect(bodies).to.be.at.least(BODIES);
    // Else the bodies would prove less than they seem to.
    expect([...events.keys()]).to.include.members([
      'counted',
      'dead_lettered:invalid_json',
      'dead_lettered:schema_violation',
      'dead_lettered:in_the_future',
      'dead_lettered:too_late',
      'dead_lettered:too_many_types',
    ]);
  });

  for (const [name, body] of SPECIAL_BODIES)
    it(`are counted or dead-lettered with a reason when they are ${name}`, async () => {
      expectTreated([body], await treat([body]));
    });

  for (const [name, make] of LARGE_BODIES)
    it(`are counted or dead-lettered with a reason when they are ${name}`, async () => {
      const bodies = [make()];
      expectTreated(bodies, await treat(bodies));
    });
});
