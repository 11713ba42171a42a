import type { Fault, FaultCount } from './generation/faults.ts';
import { scenarioOf } from './generation/scenario.ts';
import { sendingsOf } from './generation/sendings.ts';
import { Lives } from './runner/lives.ts';
import { Stage } from './runner/stage.ts';
import { World } from './runner/world.ts';
import type { StepCount } from './steps.ts';

export interface SimulationOptions {
  readonly seed: number;
  /** How many messages are sent; undefined for as many as befit what the seed is about. */
  readonly messages?: number | undefined;
}

export interface SimulationResult {
  readonly seed: number;
  readonly messages: number;
  readonly violation: Error | undefined;
  readonly history: readonly string[];
  readonly steps: ReadonlyMap<string, StepCount>;
  readonly faults: ReadonlyMap<Fault, FaultCount>;
}

/**
 * Runs the real pipeline through one random history of deliveries, faults and crashes, then through a calm, and
 * compares what it printed and wrote down with what was sent. The same options give the same history.
 */
export async function simulate({ seed, messages }: SimulationOptions): Promise<SimulationResult> {
  const world = new World(seed);
  const scenario = scenarioOf(seed, messages);
  world.faultiness = scenario.faultiness;
  const stage = new Stage(world, scenario, sendingsOf(world, scenario));
  const lives = new Lives(stage, seed);
  const putBack = world.clock.takeOverGlobals(() => lives.current?.process ?? world.clock, world.random);
  let violation: Error | undefined;
  try {
    await lives.play();
  } catch (error) {
    violation = error instanceof Error ? error : new Error(String(error));
  } finally {
    putBack();
    await stage.store.close();
  }
  const { history, steps, faults } = world;
  return { seed, messages: scenario.messages, violation, history, steps, faults };
}
