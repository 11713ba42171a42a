import type { Scenario } from '../generation/scenario.ts';
import type { World } from './world.ts';

const NEVER = new Promise<never>(() => {});
/** How likely a process stands still at a step, where the scenario has it stand still at all. */
const STALL_CHANCE = 0.004;
const SLEEP_SHARE = 0.3;

/** When something is going to strike: at the n-th step of all, or the n-th time that a certain step is reached. */
export interface Doom {
  readonly step: string | undefined;
  remaining: number;
}

/**
 * What makes a process mortal. It can die, or stand still, at every point where it waits for one of its outsides. Once
 * it is dead no call has an effect or an answer, and its timers are gone, as if it had been killed.
 */
export class Process {
  readonly #world: World;
  readonly #scenario: Scenario;
  readonly #crash: Doom | undefined;
  readonly #death = Promise.withResolvers<never>();
  isAlive = true;

  constructor(world: World, scenario: Scenario, crash: Doom | undefined) {
    this.#world = world;
    this.#scenario = scenario;
    this.#crash = crash;
    this.#death.promise.catch(() => {});
  }

  /** What `work` resolves to, unless the process dies over it: then this rejects. */
  survived<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#death.promise]);
  }

  /** A crash can strike before `effect`, and after it but before the program learns of it. */
  async guarded<T>(name: string, effect: () => Promise<T>): Promise<T> {
    await this.step(`before ${name}`);
    const result = await effect();
    await this.step(`after ${name}`);
    return result;
  }

  async step(name: string): Promise<void> {
    if (!this.isAlive) return NEVER;
    const world = this.#world;
    const count = world.step(name);
    count.reached += 1;
    if (!world.isCalm && strikes(this.#crash, name)) {
      count.crashed += 1;
      world.happened('crash', name);
      this.kill();
      return NEVER;
    }
    if (this.#scenario.trouble === 'stalls' && !world.isCalm && world.random() < STALL_CHANCE) {
      count.stalled += 1;
      this.#standStill(name);
    }
    while (world.clock.isStandingStill(this)) await this.#turn();
    if (!this.isAlive) return NEVER;
  }

  kill(): void {
    this.isAlive = false;
    this.#world.clock.drop(this);
    this.#death.reject(new Error('the process is dead'));
  }

  #standStill(at: string): void {
    const world = this.#world;
    if (world.clock.isStandingStill(this)) return;
    const isSleep = world.random() < SLEEP_SHARE;
    const lastsMs = pauseMs(world, this.#scenario);
    world.happened(isSleep ? 'sleep' : 'stall', `${lastsMs / 1000} s ${at}`);
    world.clock.standStill(this, lastsMs, isSleep);
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#world.clock.schedule(this, resolve, 0));
  }
}

/** How long a stall or a downtime lasts: from less than a visibility timeout to beyond every retention. */
export function pauseMs(world: World, scenario: Scenario): number {
  const { visibilityTimeoutMs, retentionMs, settings } = scenario;
  const { dedupRetentionMs } = settings;
  const retentions = [
    dedupRetentionMs,
    3 * dedupRetentionMs,
    Math.min(retentionMs, 86_400_000) + dedupRetentionMs,
  ];
  const longestMs = world.pick([visibilityTimeoutMs, 3 * visibilityTimeoutMs, ...retentions]);
  return Math.round(longestMs * (0.5 + world.random()));
}

function strikes(doom: Doom | undefined, step: string): boolean {
  if (!doom || (doom.step !== undefined && doom.step !== step)) return false;
  doom.remaining -= 1;
  return doom.remaining <= 0;
}
