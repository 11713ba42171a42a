import { RetryLater } from '../../../lib/errors.ts';
import type { Outlet } from '../../../lib/sink/outlet.ts';
import type { Process } from './process.ts';
import type { World } from './world.ts';

export interface Reader {
  line(line: string): void;
  /** A line that ends in the middle. */
  cut(part: string): void;
}

const FULL_MAX_MS = 120_000;
const BLOCKED_MAX_MS = 600_000;
const LINE_FEED = '\n';

/**
 * What stands behind stdout, across processes: a file that they all append to, or a pipe with a new reader for each.
 * What has arrived is kept by the byte, so that a line may be cut anywhere.
 */
export class SimulatedStdout {
  readonly #world: World;
  readonly #kind: 'pipe' | 'file';
  readonly #reader: Reader;
  /** Behind the last line feed. */
  #tail: Uint8Array = new Uint8Array();
  #fullUntilMs = 0;

  constructor(world: World, kind: 'pipe' | 'file', reader: Reader) {
    this.#world = world;
    this.#kind = kind;
    this.#reader = reader;
  }

  /** As a new process gets it. */
  open(process: Process): Outlet {
    if (this.#kind === 'pipe') this.#tail = new Uint8Array();
    const world = this.#world;
    let isLost = false;
    return {
      write: async (bytes) => {
        const isBlocked = this.#kind === 'pipe' && world.happens('stdoutBlocked');
        await world.clock.wait(world.below(isBlocked ? BLOCKED_MAX_MS : 50));
        await process.step('before stdout');
        isLost ||= this.#kind === 'pipe' && world.happens('stdoutLost');
        if (isLost) throw new Error('Nobody reads stdout any more (simulated).');
        if (this.#isFull()) throw new RetryLater('stdout takes nothing now (simulated).');
        const taken = world.happens('stdoutPart') ? 1 + world.below(bytes.length) : bytes.length;
        this.#take(bytes.subarray(0, taken));
        await process.step('after stdout');
        return taken;
      },
      sync: async () => {
        if (this.#kind === 'file' && world.happens('stdoutNotSynced'))
          throw new RetryLater('stdout cannot be synced (simulated).');
      },
      endsInHalfLine: async () => this.#tail.length > 0,
    };
  }

  #isFull(): boolean {
    const { nowMs } = this.#world.clock;
    if (this.#kind === 'file' && this.#world.happens('stdoutFull'))
      this.#fullUntilMs = nowMs + this.#world.below(FULL_MAX_MS);
    return nowMs < this.#fullUntilMs;
  }

  #take(bytes: Uint8Array): void {
    const pieces = Buffer.concat([this.#tail, bytes]).toString('latin1').split(LINE_FEED);
    this.#tail = Buffer.from(pieces.pop()!, 'latin1');
    for (const piece of pieces) {
      const line = Buffer.from(piece, 'latin1').toString();
      if (isJson(line)) this.#reader.line(line);
      else this.#reader.cut(line);
    }
  }
}

function isJson(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}
