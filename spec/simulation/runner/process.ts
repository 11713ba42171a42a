import type { Scenario } from '../generation/scenario.ts';
import type { World } from './world.ts';

const NEVER = new Promise<never>(() => {});
/** How likely a process stands still at a step, where the scenario has it stand still at all. */
const STALL_CHANCE = 0.004;
const RISKY_STALL_CHANCE = { forgets: 0.35, 'is late': 0.1 };
const SLEEP_SHARE = 0.3;
const DAY_MS = 86_400_000;

/**
 * What a process that stands still risks here, by which it is also told for how long it does: to forget what it is
 * about to be told again, or to come too late with a delete.
 */
export type Risk = 'usual' | 'forgets' | 'is late';

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

  async step(name: string, risk: Risk = 'usual'): Promise<void> {
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
    const stallChance = risk === 'usual' ? STALL_CHANCE : RISKY_STALL_CHANCE[risk];
    if (this.#scenario.trouble === 'stalls' && !world.isCalm && world.random() < stallChance) {
      count.stalled += 1;
      this.#standStill(name, risk);
    }
    while (world.clock.isStandingStill(this)) await this.#wakeUp();
    if (!this.isAlive) return NEVER;
  }

  kill(): void {
    this.isAlive = false;
    this.#world.clock.drop(this);
    this.#death.reject(new Error('the process is dead'));
  }

  #standStill(at: string, risk: Risk): void {
    const world = this.#world;
    if (world.clock.isStandingStill(this)) return;
    const isSleep = world.random() < SLEEP_SHARE;
    const lastsMs =
      risk === 'usual' ? pauseMs(world, this.#scenario) : riskyPauseMs(world, this.#scenario, risk);
    world.happened(isSleep ? 'sleep' : 'stall', `${lastsMs / 1000} s ${at}`);
    world.clock.standStill(this, lastsMs, isSleep);
  }

  /** First come the timers that are due by then, and only then the answers that have come meanwhile. */
  #wakeUp(): Promise<void> {
    const { clock } = this.#world;
    return new Promise((resolve) => clock.schedule(this, resolve, clock.standstillLeftMs));
  }
}

/** How long a stall or a downtime lasts: from less than a visibility timeout to beyond every retention. */
export function pauseMs(world: World, scenario: Scenario): number {
  const { visibilityTimeoutMs, settings } = scenario;
  const { dedupRetentionMs } = settings;
  const longestMs = world.pick([
    visibilityTimeoutMs,
    3 * visibilityTimeoutMs,
    dedupRetentionMs,
    3 * dedupRetentionMs,
    allRetentionsMs(scenario),
    2 * allRetentionsMs(scenario),
  ]);
  return Math.round(longestMs * (0.5 + world.random()));
}

/** Long enough for everything, or for a receipt handle, to expire. */
function riskyPauseMs(world: World, scenario: Scenario, risk: Risk): number {
  const leastMs = risk === 'forgets' ? allRetentionsMs(scenario) : scenario.visibilityTimeoutMs;
  return Math.round(leastMs * (1.2 + world.random()));
}

function allRetentionsMs({ retentionMs, settings }: Scenario): number {
  return Math.min(retentionMs, DAY_MS) + settings.dedupRetentionMs;
}

function strikes(doom: Doom | undefined, step: string): boolean {
  if (!doom || (doom.step !== undefined && doom.step !== step)) return false;
  doom.remaining -= 1;
  return doom.remaining <= 0;
}
