import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { imbalanceOf } from '../../lib/window/ledger.ts';
import { Bench } from './bench.ts';
import * as faults from './faults.ts';
import { countOf, EVENTS, MALFORMED, type Outage, POLLERS, rideOut } from './outage.ts';
import type { Program } from './program.ts';

/** Long enough to count a rate; a client that does not back off sends hundreds of requests in this time. */
const OBSERVED_MS = 3_000;
/** The error itself, and a warning for each batch in hand that could not be extended. */
const COMPLAINTS_MAX = 10;
const RECOVERY_MS_MAX = 10_000;

const LANES = 4;

const aWhile = () => delay(OBSERVED_MS);
/** As long as it takes the program to notice, too: it may have been busy with dead letters or a commit at first. */
const aWhileAndNoticed = (program: Program) => Promise.all([aWhile(), untilTimedOut(program)]);
const untilTimedOut = (program: Program) => program.untilLogged(/Trying again until it works/);

/** What SQS does, what is logged about it, and what is waited for before it works again. */
const failures: [string, faults.Fault, RegExp, (program: Program) => Promise<unknown>][] = [
  ['resets connections', { kind: 'reset' }, /cannot be reached at the endpoint http/, aWhileAndNoticed],
  [
    'acts and loses the answers',
    { kind: 'swallow' },
    /cannot be reached at the endpoint http/,
    aWhileAndNoticed,
  ],
  ['answers 500', faults.internalFailure, /sqs:\w+ on "events-\d+" failed \(Internal/, aWhileAndNoticed],
  ['hides behind a 503 that is not its own', faults.unavailable, /sqs:\w+ on .* failed/, aWhileAndNoticed],
  ['throttles', faults.throttled, /failed \(\w*Thrott/, aWhileAndNoticed],
  ['denies access', faults.accessDenied, /AWS refuses sqs:\w+ .*AccessDenied.*policy/, aWhileAndNoticed],
  [
    'finds the credentials expired',
    faults.expiredToken,
    /AWS refuses sqs:.*ExpiredToken.*credentials/,
    aWhileAndNoticed,
  ],
  ['never answers', { kind: 'silence' }, /cannot be reached at the endpoint http/, untilTimedOut],
];
const stall: faults.Fault = { kind: 'stall' };
const latency: faults.Fault = { kind: 'latency', delayMs: 400 };

describe('the pipeline on a faulty network', () => {
  let bench: Bench;
  const outages = new Map<faults.Fault, Promise<Outage>>();
  before(async () => {
    bench = await Bench.open();
    const all: [faults.Fault, (program: Program) => Promise<unknown>][] = [
      ...failures.map(([, fault, , during]): (typeof all)[number] => [fault, during]),
      [stall, aWhile],
      [latency, aWhile],
    ];
    // A few side by side, since an outage is time spent waiting; not all, since a slow machine has them all to carry.
    const lanes = Array.from({ length: LANES }, () => Promise.resolve());
    // The one that waits for a request's timeout takes as long as all the others.
    const [longest] = all.splice(
      all.findIndex(([fault]) => fault.kind === 'silence'),
      1,
    );
    for (const [index, [fault, during]] of [longest!, ...all].entries()) {
      const lane = index === 0 ? 0 : 1 + (index % (LANES - 1));
      const outage = lanes[lane]!.then(() => rideOut(bench, fault, during));
      lanes[lane] = outage.then(
        () => {},
        () => {}, // its own test throws it
      );
      outages.set(fault, outage);
    }
  });
  after(() => bench.close());

  function expectHit({ left, requests }: Outage): void {
    expect(left, 'SQS failed while there was work').to.be.greaterThan(EVENTS / 2);
    expect(requests.filter(({ isFaulted }) => isFaulted).length, 'faulted requests').to.be.greaterThan(0);
    expect(
      requests.every(({ isFaulted }) => isFaulted),
      'nothing got through',
    ).to.equal(true);
  }

  function expectExact({ program, exit, ledger, letters }: Outage): void {
    expect(exit).to.equal(0);
    expect(JSON.parse(program.lines.at(-1)!)).to.include({ count: EVENTS, sum: EVENTS / 10 });
    expect(ledger.get('counted')).to.deep.equal({ events: EVENTS, messages: EVENTS });
    expect(ledger.get('dead_lettered:invalid_json')?.messages).to.equal(MALFORMED);
    expect(imbalanceOf(ledger)).to.deep.equal({ events: 0, messages: 0 });
    expect(new Set(letters.map(({ Body }) => Body)).size).to.equal(MALFORMED);
    const counts = program.lines.map((line) => JSON.parse(line).count as number);
    expect(counts).to.deep.equal([...new Set(counts)].sort((a, b) => a - b));
  }

  for (const [name, fault, sentence] of failures)
    it(`asks seldom, says so once, goes on within 10 s and stays exact when SQS ${name}`, async () => {
      const outage = await outages.get(fault)!;
      const { requests, lastedMs, complaints, recoveryMs, program } = outage;
      expectHit(outage);
      expect(requests.length).to.be.at.most(2 * POLLERS * Math.ceil(lastedMs / 1_000));
      const errors = complaints.filter((complaint) => complaint.includes('Trying again until it works'));
      expect(errors).to.have.length(1);
      expect(errors[0]).to.match(sentence);
      expect(complaints.length).to.be.at.most(COMPLAINTS_MAX);
      expect(recoveryMs).to.be.below(RECOVERY_MS_MAX);
      expect(program.log.filter(({ message }) => message === 'SQS answers again.')).to.have.length(1);
      expectExact(outage);
    });

  it('waits without a word when packets are lost for a while, and goes on at once', async () => {
    const outage = await outages.get(stall)!;
    expectHit(outage);
    expect(outage.requests.length).to.be.at.most(2 * POLLERS * Math.ceil(outage.lastedMs / 1_000));
    expect(outage.complaints).to.deep.equal([]);
    expect(outage.recoveryMs).to.be.below(RECOVERY_MS_MAX);
    expectExact(outage);
  });

  it('works on without a word when every answer is late', async () => {
    const outage = await outages.get(latency)!;
    expectHit(outage);
    expect(outage.printed, 'lines printed meanwhile').to.be.greaterThan(1);
    expect(outage.complaints).to.deep.equal([]);
    expect(countOf(outage.program)).to.equal(EVENTS);
    expectExact(outage);
  });
});
