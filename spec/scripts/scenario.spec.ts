import { expect } from 'chai';
import fc from 'fast-check';
import { parseBody } from '../../lib/validate/body.ts';
import { createEventTimeParser } from '../../lib/validate/event-time.ts';
import type { ShopEvent } from '../../scripts/producer/event.ts';
import type { EventKind, Message } from '../../scripts/producer/message.ts';
import { scenario } from '../../scripts/producer/scenario.ts';
import { STREAM_ROUND, steadyStream } from '../../scripts/producer/steady-stream.ts';
import { ingredientsOf, NOW_MS } from './ingredients.ts';

const anySeed = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const ROUND_MESSAGES = Object.values(STREAM_ROUND).reduce<number>((total, count) => total + count, 0);

function countsByKind(messages: readonly Message[]): Record<string, number> {
  const groups = Map.groupBy(messages, ({ kind }) => kind);
  return Object.fromEntries(groups.entries().map(([kind, { length }]) => [kind, length]));
}

function goodEvents(messages: readonly Message[]): ShopEvent[] {
  return messages.filter(({ kind }) => kind === 'good').map(({ body }) => JSON.parse(body));
}

function rounds(seed: number, count: number): Message[] {
  return steadyStream(ingredientsOf(seed))
    .take(count * ROUND_MESSAGES)
    .toArray();
}

/** What the pipeline itself makes of a body. */
function verdicts(body: string): { good: number; reasons: string[] } {
  const { events, rejections } = parseBody(body, createEventTimeParser('UTC'));
  return { good: events.length, reasons: rejections.map(({ reason }) => reason).sort() };
}

function expectedVerdicts(contents: readonly EventKind[]): { good: number; reasons: string[] } {
  const reasons = contents.flatMap((kind) => {
    if (kind === 'missing_field' || kind === 'wrong_type') return ['schema_violation'];
    return kind === 'broken_json' ? ['invalid_json'] : [];
  });
  return { good: contents.length - reasons.length, reasons };
}

describe('the scenario', () => {
  it('is 16 good messages, 4 late ones, 4 with a missing field and 3 with a wrong type, whatever the seed', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        const kinds = countsByKind(scenario(ingredientsOf(seed)));
        expect(kinds).to.deep.equal({ good: 16, late: 4, missing_field: 4, wrong_type: 3 });
      }),
    );
  });

  it('is the same for the same seed, and another one for another', () => {
    expect(scenario(ingredientsOf(7))).to.deep.equal(scenario(ingredientsOf(7)));
    expect(scenario(ingredientsOf(7))).to.not.deep.equal(scenario(ingredientsOf(8)));
  });

  it('dates good events now and late ones an hour ago, in UTC', () => {
    for (const { kind, body } of scenario(ingredientsOf(1))) {
      if (kind === 'good') expect(JSON.parse(body).occurred_at).to.equal('2020-10-06 10:02:05');
      if (kind === 'late') expect(JSON.parse(body).occurred_at).to.equal('2020-10-06 09:02:05');
    }
    expect(NOW_MS).to.equal(Date.parse('2020-10-06T10:02:05Z'));
  });

  it('is read by the pipeline as what its kinds say, for any seed', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        for (const { body, contents } of scenario(ingredientsOf(seed)))
          expect(verdicts(body), body).to.deep.equal(expectedVerdicts(contents));
      }),
    );
  });

  it('has page views, additions to the basket and purchases as 3 to 2 to 1', () => {
    const events = goodEvents(rounds(42, 400));
    const share = (type: string) => events.filter((event) => event.type === type).length / events.length;
    expect(events).to.have.length(6_400);
    // Five standard deviations of 6,400 draws, for a seed that is fixed anyway.
    expect(share('pageview')).to.be.closeTo(3 / 6, 0.031);
    expect(share('added-to-basket')).to.be.closeTo(2 / 6, 0.03);
    expect(share('purchase')).to.be.closeTo(1 / 6, 0.024);
  });

  it('has the values of each type, written as plain JSON numbers', () => {
    const written = new Map([
      ['pageview', /"value":1,/],
      ['added-to-basket', /"value":[1-5],/],
      ['purchase', /"value":(100|[1-9]?\d(\.\d{1,2})?),/],
    ]);
    for (const { body, kind } of rounds(5, 100))
      if (kind === 'good') expect(body).to.match(written.get(JSON.parse(body).type)!);
  });
});

describe('the steady stream', () => {
  it('is rounds of the scenario with broken JSON, duplicates and arrays', () => {
    const kinds = countsByKind(rounds(3, 10));
    expect(kinds).to.deep.equal({
      good: 160,
      late: 40,
      missing_field: 40,
      wrong_type: 30,
      broken_json: 10,
      duplicate: 20,
      array: 20,
    });
  });

  it('is the same for the same seed', () => {
    expect(rounds(9, 5)).to.deep.equal(rounds(9, 5));
  });

  it('repeats an earlier message as a duplicate: same body, same dedup_id, a message of its own', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        const seen = new Map<string, string>();
        const ids = new Set<string>();
        for (const { kind, id, dedupId, body } of rounds(seed, 3)) {
          expect(ids.has(id)).to.equal(false);
          ids.add(id);
          if (kind === 'duplicate') expect(seen.get(dedupId)).to.equal(body);
          else expect(seen.has(dedupId)).to.equal(false);
          seen.set(dedupId, body);
        }
      }),
    );
  });

  it('is read by the pipeline as what its kinds say, for any seed', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        for (const { kind, body, contents } of rounds(seed, 2))
          if (kind !== 'duplicate') expect(verdicts(body), body).to.deep.equal(expectedVerdicts(contents));
      }),
    );
  });

  it('dates a message when it is taken, not when its round began', () => {
    let nowMs = NOW_MS;
    const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, schedule: () => () => {} };
    const stream = steadyStream({ ...ingredientsOf(1), clock });
    stream.next();
    nowMs += 60_000;
    const next = stream.find(({ kind }) => kind === 'good');
    expect(JSON.parse(next!.body).occurred_at).to.equal('2020-10-06 10:03:05');
  });
});
