/**
 * A process of its own that takes one message through the two stages that look into messages, and tells its
 * parent for how long its event loop stood still. It is forked with the name of the message and a path for the
 * state.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { sleep, systemClock } from '../../../lib/clock.ts';
import { SqliteStore } from '../../../lib/state/sqlite-store.ts';
import { StateClock } from '../../../lib/state/state-clock.ts';
import type { OutboxLine } from '../../../lib/state/state-store.ts';
import { createEventTimeParser } from '../../../lib/validate/event-time.ts';
import { ValidateTransform } from '../../../lib/validate/validate-transform.ts';
import { createWindowAssigner } from '../../../lib/window/window-assigner.ts';
import { WindowTransform } from '../../../lib/window/window-transform.ts';
import { deliveryOf, receivedMessage } from '../../support/builders.ts';
import { MemoryLog } from '../../support/memory-log.ts';
import { rulesWith } from '../../support/window-rules.ts';
import { WORST_MESSAGES } from './worst-messages.ts';

const CALIBRATION_EVENTS = 18_000;
const CALIBRATION_TIMES = 20;

export interface Blocking {
  /** The longest time between two turns of the event loop, in milliseconds: on the clock, and of this thread's work. */
  readonly wallMs: number;
  readonly cpuMs: number;
  /** What a fixed piece of work takes this thread here and now, see {@link CALIBRATION_MS}. */
  readonly calibrationMs: number;
  /** For the whole message. */
  readonly totalMs: number;
  readonly residentMib: number;
  readonly counted: number;
  readonly deadLettered: number;
}

/** Looks at each turn of the event loop how much work the turn before was. */
class Turns {
  longestMs = 0;
  #isOver = false;
  #lastMs = cpuMs();

  constructor() {
    this.#next();
  }

  end(): void {
    this.#isOver = true;
    this.#look();
  }

  #look(): void {
    const nowMs = cpuMs();
    this.longestMs = Math.max(this.longestMs, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
  }

  #next(): void {
    setImmediate(() => {
      if (this.#isOver) return;
      this.#look();
      this.#next();
    });
  }
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Parses the same text again and again: as much of the machine's own speed as there is in the work measured. */
function calibrate(): number {
  const text = `[${Array(CALIBRATION_EVENTS).fill('{"type":"a","value":1,"occurred_at":"2020-10-06 10:02:05"}')}]`;
  const beforeMs = cpuMs();
  for (let times = 0; times < CALIBRATION_TIMES; times += 1) JSON.parse(text);
  return cpuMs() - beforeMs;
}

const [name = '', path = ''] = process.argv.slice(2);
const { body, window } = WORST_MESSAGES[name]!();
const store = new SqliteStore(path);
const windows = new WindowTransform({
  store,
  rules: rulesWith({
    assign: createWindowAssigner(window),
    maxTypesPerWindow: 10_000,
    allowedLatenessMs: 86_400_000,
  }),
  clock: systemClock,
  stateClock: new StateClock(systemClock, 0, 30_000),
  renewedMs: () => 0,
  log: new MemoryLog().log,
  pollers: () => 1,
  lingerMs: 20,
  // Everything that the message brings is printed at once, too.
  quiet: () => ({ sinceMs: systemClock.nowMs(), lastedMs: 0 }),
  onDeadLetters: () => {},
});
// As in the program: the stage has begun, with a commit of nothing, long before a message comes. It is not the same to
// V8, which settles on where to allocate by what it has seen: begun with this message, the last of them takes three times
// as long and as much memory.
windows.read(0);
await sleep(systemClock, 20);
const delivery = deliveryOf(receivedMessage(body));

const calibratedMs = calibrate();
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
// The histogram takes the time between two of its own turns, so it needs one before and one after the work.
await sleep(systemClock, 20);
const startedMs = performance.now();
const turns = new Turns();
const source = Readable.from([delivery]);
for await (const _lines of source
  .pipe(new ValidateTransform(createEventTimeParser('UTC')))
  .pipe(windows) as AsyncIterable<readonly OutboxLine[]>);
turns.end();
const totalMs = performance.now() - startedMs;
await sleep(systemClock, 20);
delay.disable();

const ledger = await store.readLedger();
let deadLettered = 0;
for (const [entry, { events }] of ledger) if (entry.startsWith('dead_lettered')) deadLettered += events;
const blocking: Blocking = {
  wallMs: delay.max / 1e6,
  cpuMs: turns.longestMs,
  // The machine may have become slower meanwhile.
  calibrationMs: Math.max(calibratedMs, calibrate()),
  totalMs,
  residentMib: process.resourceUsage().maxRSS / 1024,
  counted: ledger.get('counted')?.events ?? 0,
  deadLettered,
};
process.send?.(blocking);
await store.close();
