import { readSettings } from '../../lib/settings/settings.ts';
import { SqliteStore } from '../../lib/state/sqlite-store.ts';
import { imbalanceOf } from '../../lib/window/ledger.ts';
import { expectedTotals, type OracleEvent } from '../property/oracle.ts';
import { type Doom, Incarnation, RETENTION_MS, STEPS } from './incarnation.ts';
import { PrintedHistory } from './printed-history.ts';
import { type Sent, sendingsOf } from './sendings.ts';
import { SimulatedSqs } from './simulated-sqs.ts';
import { type StepCount, Violation, World } from './world.ts';

/** How long the calm at the end may last before something is held to be stuck, in simulated milliseconds. */
const CALM_MAX_MS = 4 * 3_600_000;
/** How many processes follow each other before the calm; most of them are killed. */
const LIVES_MAX = 10;

const settings = readSettings({
  WINDOW: '1m',
  MAX_OUT_OF_ORDERNESS: '10s',
  REVISION_INTERVAL: '10s',
  IDLE_TIMEOUT: '10s',
  POLLERS_MAX: '3',
  ALLOWED_LATENESS: '5m',
});

export interface SimulationOptions {
  readonly seed: number;
  readonly messages: number;
}

export interface SimulationResult {
  readonly seed: number;
  readonly messages: number;
  readonly violation: Error | undefined;
  readonly history: readonly string[];
  readonly steps: ReadonlyMap<string, StepCount>;
  readonly crashes: number;
}

/**
 * Runs the real pipeline through one random history of deliveries, faults and crashes, then through a calm, and
 * compares what it printed and wrote down with what was sent. The same options give the same history.
 */
export async function simulate({ seed, messages }: SimulationOptions): Promise<SimulationResult> {
  const world = new World(seed);
  const run = new Run(world, sendingsOf(world, messages), STEPS[seed % STEPS.length]!);
  const putBack = world.clock.takeOverGlobals(() => run.current ?? world.clock, world.random);
  let violation: Error | undefined;
  try {
    await run.play();
  } catch (error) {
    violation = error instanceof Error ? error : new Error(String(error));
  } finally {
    putBack();
    await run.close();
  }
  return { seed, messages, violation, history: world.history, steps: world.steps, crashes: run.crashes };
}

class Run {
  readonly #world: World;
  /** The step that the first process is to die at, so that every step gets its share. */
  readonly #firstTarget: string;
  readonly #sent: readonly Sent[];
  readonly #sqs: SimulatedSqs;
  readonly #store = new SqliteStore(':memory:');
  readonly #committed = new Set<string>();
  readonly #printed = new PrintedHistory();
  #problem: Error | undefined;
  readonly #identities: number;
  current: Incarnation | undefined;
  crashes = 0;

  constructor(world: World, sent: readonly Sent[], firstTarget: string) {
    this.#firstTarget = firstTarget;
    this.#world = world;
    this.#sent = sent;
    this.#sqs = new SimulatedSqs(world);
    this.#sqs.onDelete = (identity) => {
      if (!this.#committed.has(identity)) throw this.#fail(`${identity} was deleted before its commit`);
    };
    this.#identities = new Set(sent.map(({ message }) => message.dedupId ?? message.id)).size;
    this.#sendAll();
  }

  async play(): Promise<void> {
    const world = this.#world;
    let isComplete = await this.#live({ step: this.#firstTarget, remaining: 1 + world.below(3) });
    for (let lives = 1; lives < LIVES_MAX && !isComplete; lives += 1)
      isComplete = await this.#live(this.#randomDoom());
    world.isCalm = true;
    world.note('calm');
    this.#start(undefined);
    const limitMs = world.clock.nowMs + CALM_MAX_MS;
    while (!this.#isComplete()) {
      if (world.clock.nowMs > limitMs) throw this.#fail(`nothing moves any more: ${this.#stateOfThings()}`);
      await this.#advance();
      if (!this.current) this.#start(undefined);
    }
    await this.#stopInOrder();
    await this.#check();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  /** One process, until it dies or is told to stop. @returns true when nothing is left for another one */
  async #live(doom: Doom): Promise<boolean> {
    const world = this.#world;
    const incarnation = this.#start(doom);
    const stopAtMs = world.clock.nowMs + 1_000 + world.below(120_000);
    while (incarnation.isAlive && this.current === incarnation) {
      if (world.clock.nowMs >= stopAtMs) {
        await this.#stopInOrder();
        break;
      }
      await this.#advance();
    }
    if (!incarnation.isAlive) this.crashes += 1;
    this.current = undefined;
    return this.#isComplete();
  }

  #start(doom: Doom | undefined): Incarnation {
    this.#world.note('start');
    const incarnation = new Incarnation(
      {
        world: this.#world,
        sqs: this.#sqs,
        store: this.#store,
        settings,
        onLine: (line) => {
          this.#world.note(`stdout ${line}`);
          this.#printed.add(line);
        },
        onCommitted: (identities) => {
          for (const identity of identities) this.#committed.add(identity);
        },
        onConfirmed: (identities) => this.#checkConfirmed(identities),
        onLog: (level, message) => {
          this.#world.note(`log ${level} ${message}`);
          if (/does not balance/.test(message)) this.#fail('the ledger does not balance');
        },
      },
      doom,
    );
    this.current = incarnation;
    incarnation.ended.then(
      (outcome) => {
        this.#world.note(`the process ended: ${outcome}`);
        if (this.current === incarnation) this.current = undefined;
      },
      (error: unknown) => {
        this.#problem ??= new Violation('the process ended with a fault', { cause: error });
      },
    );
    return incarnation;
  }

  async #advance(): Promise<void> {
    const moved = await this.#world.clock.advance();
    if (!moved && this.current?.isAlive)
      throw this.#fail(`something waits for what never comes: ${this.#stateOfThings()}`);
    if (this.#problem) throw this.#problem;
    if (this.#printed.problem) throw this.#fail(this.#printed.problem);
  }

  /** Asks the process to stop, and waits until it did, or died over it. */
  async #stopInOrder(): Promise<void> {
    const incarnation = this.current;
    if (!incarnation) return;
    this.#world.note('stop');
    incarnation.stop();
    const limitMs = this.#world.clock.nowMs + 600_000;
    while (this.current === incarnation && incarnation.isAlive) {
      if (this.#world.clock.nowMs > limitMs) throw this.#fail('an orderly stop does not come to its end');
      await this.#advance();
    }
  }

  #randomDoom(): Doom {
    const world = this.#world;
    const known = [...world.steps.keys()];
    if (known.length > 0 && world.random() < 0.6)
      return { step: world.pick(known), remaining: 1 + world.below(4) };
    return { step: undefined, remaining: 1 + world.below(400) };
  }

  /** Messages arrive over time, so that windows close and late ones come in between. */
  #sendAll(): void {
    for (const { message, afterMs } of this.#sent)
      this.#world.clock.schedule(this.#world.clock, () => this.#sqs.add(message), afterMs);
  }

  #isComplete(): boolean {
    const items = this.#sent.flatMap((sent) => sent.items).length;
    const isDelivered = this.#printed.events + this.#sqs.deadLetters.size >= items;
    return isDelivered && this.#sqs.left === 0 && this.#committed.size === this.#identities;
  }

  /** A confirmation lets an identity expire, so there must not be one without its deletion. */
  #checkConfirmed(identities: readonly string[]): void {
    for (const identity of identities)
      if (!this.#sqs.deletions.has(identity))
        this.#fail(`${identity} was taken for deleted, but it is still there`);
  }

  async #check(): Promise<void> {
    const expected = expectedTotals(this.#countedEvents(), settings.window);
    const totals = this.#printed.totals();
    for (const [key, total] of expected)
      if (totals.get(key) !== total)
        throw this.#fail(`${key} is ${readable(totals.get(key))}, not ${readable(total)}`);
    if (totals.size !== expected.size) throw this.#fail('lines were printed of what was never sent');
    const ledger = await this.#store.readLedger();
    const difference = imbalanceOf(ledger);
    if (difference.events !== 0 || difference.messages !== 0) throw this.#fail('the ledger does not balance');
    if ((ledger.get('counted')?.events ?? 0) !== this.#countedEvents().length)
      throw this.#fail('the ledger counted another number of events');
    if ((await this.#store.countDeadLetters()) > 0 || (await this.#store.readLines(0, 1)).length > 0)
      throw this.#fail('the outbox is not empty after everything was delivered');
    await this.#checkIdentitiesExpire();
  }

  /** The store stays bounded: whatever happened to a message, its identity is not kept beyond the retention. */
  async #checkIdentitiesExpire(): Promise<void> {
    const identities = [...this.#committed];
    const muchLaterMs = this.#world.clock.nowMs + RETENTION_MS + settings.dedupRetentionMs + 1;
    const isNew = await this.#store.transaction(async (tx) => {
      await tx.purgeIdentities(
        { openBeforeMs: muchLaterMs, closedBeforeMs: muchLaterMs },
        2 * identities.length + 1,
      );
      return tx.claimIdentities(identities, muchLaterMs);
    });
    const kept = identities.filter((_, index) => !isNew[index]);
    if (kept.length > 0) throw this.#fail(`identities are kept for ever: ${kept.join(' ')}`);
  }

  /** What has to be counted: all but what is in the dead-letter queue, which has to have a reason to be there. */
  #countedEvents(): OracleEvent[] {
    const letters = new Map(this.#sqs.deadLetters);
    const counted: OracleEvent[] = [];
    for (const { origin, event } of this.#sent.flatMap((sent) => sent.items)) {
      const reason = letters.get(origin)?.reason;
      letters.delete(origin);
      if (event && reason === undefined) counted.push(event);
      else if (event ? reason !== 'too_late' : !/^(invalid_json|schema_violation)$/.test(reason ?? ''))
        throw this.#fail(`${origin} became a dead letter for the reason ${reason}`);
    }
    if (letters.size > 0) throw this.#fail(`dead letters of what was never sent: ${[...letters.keys()]}`);
    return counted;
  }

  #stateOfThings(): string {
    return `${this.#sqs.left} messages left, ${this.#printed.events} events printed, ${this.#sqs.deadLetters.size} dead letters`;
  }

  #fail(what: string): Error {
    this.#problem ??= new Violation(what);
    return this.#problem;
  }
}

/** `count|units` of the oracle, with the units as a decimal. */
function readable(total = 'not printed'): string {
  const [count, units] = total.split('|');
  return units ? `${count} events of ${Number(BigInt(units) / 10n ** 380n) / 1e20}` : total;
}
