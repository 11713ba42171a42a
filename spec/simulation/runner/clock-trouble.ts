import type { Scenario } from '../generation/scenario.ts';
import type { World } from './world.ts';

const DAY_MS = 86_400_000;
/** How often the clock is set while the messages are sent, about. */
const TIMES = 5;

/** Sets the wall clock of the machine forward and back, again and again, until the calm. */
export function setClockSometimes(world: World, scenario: Scenario): void {
  const later = () => world.below((2 * scenario.sentOverMs) / TIMES);
  const set = () => {
    if (world.isCalm) return;
    const aheadMs = randomAheadMs(world);
    const stepMs = aheadMs - world.clock.wallAheadMs;
    if (stepMs !== 0) {
      world.clock.wallAheadMs = aheadMs;
      world.happened(stepMs < 0 ? 'clockBack' : 'clockForward', `by ${stepMs / 1000} s`);
    }
    world.clock.schedule(world, set, later());
  };
  world.clock.schedule(world, set, later());
}

/** Puts it wrong enough for SQS to refuse the time of requests. */
export function setClockBadly(world: World): void {
  world.clock.wallAheadMs = world.pick([-1, 1]) * (600_000 + world.below(3_600_000));
}

/** Right, a little wrong, by up to a day, or by more than a queue keeps its messages. */
function randomAheadMs(world: World): number {
  const sign = world.pick([-1, 1]);
  return world.pick([
    0,
    sign * world.below(10_000),
    sign * world.below(280_000),
    sign * world.below(DAY_MS),
    sign * world.below(20 * DAY_MS),
  ]);
}
