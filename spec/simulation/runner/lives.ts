import { simpleSending } from '../generation/sendings.ts';
import { STEPS } from '../steps.ts';
import { checkAllExpire, checkEnd, checkKept } from '../verdict.ts';
import { setClockBadly, setClockSometimes } from './clock-trouble.ts';
import type { Incarnation } from './incarnation.ts';
import { type Doom, pauseMs } from './process.ts';
import type { Stage } from './stage.ts';

/** How long an orderly stop may take before the process is killed, as after SHUTDOWN_TIMEOUT. */
const STOP_MAX_MS = 60_000;
/** In the calm something is held to be stuck when it takes longer than this beyond the intervals themselves. */
const CALM_SLACK_MS = 300_000;
/** In the calm the clock is put right, and the credentials expire, only once the last process is at work. */
const LAST_TROUBLE_MS = 20_000;
const KEPT_CHECK_INTERVAL_MS = 120_000;
/** Within a longer DEDUP_RETENTION it is not waited for identities to expire. */
const OUTLIVED_RETENTION_MAX_MS = 600_000;

/** One history: processes that follow each other through all that is in store for them, and then a calm. */
export class Lives {
  readonly #stage: Stage;
  readonly #seed: number;
  current: Incarnation | undefined;
  #keptCheckedMs = 0;

  constructor(stage: Stage, seed: number) {
    this.#stage = stage;
    this.#seed = seed;
  }

  /** @throws {Violation} */
  async play(): Promise<void> {
    const { world, scenario } = this.#stage;
    if (scenario.trouble === 'clock') setClockSometimes(world, scenario);
    for (let life = 0; life < scenario.lives; life += 1) {
      await this.#live(life === 0 ? this.#firstDoom() : this.#randomDoom());
      if (scenario.trouble === 'downtime' && world.random() < 0.5) await this.#downtime();
    }
    await this.#comeToAnEnd();
    await checkEnd(this.#stage);
    await this.#outliveRetention();
    await this.#stopInOrder();
    await checkEnd(this.#stage);
    await checkAllExpire(this.#stage);
  }

  /** One process, until it dies or is told to stop. */
  async #live(crash: Doom): Promise<void> {
    const { world, scenario } = this.#stage;
    const incarnation = this.#start(crash);
    const stopAtMs = world.clock.nowMs + 1_000 + world.below(scenario.lifeMaxMs);
    while (this.current === incarnation && incarnation.isAlive) {
      if (world.clock.nowMs >= stopAtMs) await this.#stopInOrder();
      else await this.#advance();
    }
    this.current = undefined;
  }

  #start(crash: Doom | undefined): Incarnation {
    const { world } = this.#stage;
    const incarnation = this.#stage.start(crash);
    this.current = incarnation;
    incarnation.ended.then(
      (outcome) => {
        world.note(`the process ended: ${outcome}`);
        if (this.current === incarnation) this.current = undefined;
      },
      (error: unknown) => world.violated('the process ended with a fault', error),
    );
    return incarnation;
  }

  async #downtime(): Promise<void> {
    const { world, scenario } = this.#stage;
    const lastsMs = pauseMs(world, scenario);
    world.happened('downtime', `${lastsMs / 1000} s`);
    let isOver = false;
    const end = () => {
      isOver = true;
    };
    world.clock.schedule(world, end, lastsMs);
    await this.#until(() => isOver);
  }

  /** Nothing fails any more: whatever waited has to come now, with no delay but the intervals themselves. */
  async #comeToAnEnd(): Promise<void> {
    const { world, server, scenario } = this.#stage;
    if (scenario.trouble === 'clock') setClockBadly(world);
    world.isCalm = true;
    world.note('calm');
    this.#start(undefined);
    const putRight = () => {
      world.clock.wallAheadMs = 0;
      world.note('the clock is right');
      server.expireCredentials();
    };
    world.clock.schedule(world, putRight, LAST_TROUBLE_MS);
    await this.#untilAllIsDone(Math.max(world.clock.nowMs + LAST_TROUBLE_MS, this.#stage.sentUntilMs));
  }

  /** Whatever was sent until then is delivered, printed and sent on, as soon as the settings allow. */
  async #untilAllIsDone(sentUntilMs: number): Promise<void> {
    const { world, scenario } = this.#stage;
    const { window, maxOutOfOrdernessMs, revisionIntervalMs, idleTimeoutMs } = scenario.settings;
    const windowMs = window.kind === 'total' ? 0 : window.sizeMs;
    const intervalsMs = windowMs + maxOutOfOrdernessMs + revisionIntervalMs + idleTimeoutMs;
    const limitMs = sentUntilMs + intervalsMs + CALM_SLACK_MS;
    await this.#until(() => {
      if (world.clock.nowMs > limitMs)
        throw world.violated(`nothing moves any more: ${this.#stage.stateOfThings()}`);
      return world.clock.nowMs > sentUntilMs && this.#stage.isComplete();
    });
  }

  /**
   * A little goes on while SQS comes out with what it has held back, and until reading has been unbroken for longer
   * than DEDUP_RETENTION: then identities have to go.
   */
  async #outliveRetention(): Promise<void> {
    const { world, scenario, queue } = this.#stage;
    const { dedupRetentionMs } = scenario.settings;
    const { nowMs } = world.clock;
    const isOutlived = dedupRetentionMs <= OUTLIVED_RETENTION_MAX_MS;
    const endMs = Math.max(nowMs, queue.heldBackUntilMs) + (isOutlived ? 2 * dedupRetentionMs : 0);
    const times = Math.ceil((endMs - nowMs) / Math.min(dedupRetentionMs, OUTLIVED_RETENTION_MAX_MS)) * 8;
    const sent = Array.from({ length: times }, (_, index) =>
      simpleSending(`late${index}`, Math.round(nowMs + ((index + 1) * (endMs - nowMs)) / times)),
    );
    this.#stage.send(sent);
    await this.#until(() => world.clock.nowMs > endMs && !this.#stage.isStoreBusy);
    await checkKept(this.#stage);
    await this.#untilAllIsDone(endMs);
  }

  /** Asks the process to stop, and waits until it did, or died over it. */
  async #stopInOrder(): Promise<void> {
    const incarnation = this.current;
    if (!incarnation) return;
    const { world } = this.#stage;
    world.note('stop');
    incarnation.stop();
    const limitMs = world.clock.nowMs + STOP_MAX_MS;
    while (this.current === incarnation && incarnation.isAlive) {
      await this.#advance();
      if (world.clock.nowMs <= limitMs) continue;
      if (world.isCalm) throw world.violated('an orderly stop does not come to its end');
      world.happened('crash', 'as after SHUTDOWN_TIMEOUT');
      incarnation.process.kill();
    }
  }

  async #until(isDone: () => boolean): Promise<void> {
    while (!isDone()) await this.#advance();
  }

  async #advance(): Promise<void> {
    const { world, scenario } = this.#stage;
    const moved = await world.clock.advance();
    if (!moved && this.current?.isAlive)
      throw world.violated(`something waits for what never comes: ${this.#stage.stateOfThings()}`);
    if (world.problem) throw world.problem;
    if (!scenario.isLong || this.#stage.isStoreBusy) return;
    if (world.clock.nowMs < this.#keptCheckedMs + KEPT_CHECK_INTERVAL_MS) return;
    this.#keptCheckedMs = world.clock.nowMs;
    await checkKept(this.#stage);
  }

  /** So that every step gets its share. */
  #firstDoom(): Doom {
    return { step: STEPS[this.#seed % STEPS.length], remaining: 1 + this.#stage.world.below(3) };
  }

  #randomDoom(): Doom {
    const { world, scenario } = this.#stage;
    const known = [...world.steps.keys()];
    const times = scenario.isLong ? 40 : 4;
    if (known.length > 0 && world.random() < 0.6)
      return { step: world.pick(known), remaining: 1 + world.below(times) };
    return { step: undefined, remaining: 1 + world.below(100 * times) };
  }
}
