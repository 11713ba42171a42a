import type { Log } from '../../../lib/log.ts';
import { runPipeline } from '../../../lib/pipeline.ts';
import type { StateStore } from '../../../lib/state/state-store.ts';
import type { Scenario } from '../generation/scenario.ts';
import { type Doom, Process } from './process.ts';
import { type NetworkParts, SimulatedNetwork } from './simulated-network.ts';
import { QUEUE_URL } from './simulated-server.ts';
import type { SimulatedStdout } from './simulated-stdout.ts';
import { type StoreObserver, simulateStore } from './simulated-store.ts';
import type { World } from './world.ts';

export interface Surroundings {
  readonly world: World;
  readonly scenario: Scenario;
  readonly network: NetworkParts;
  readonly store: StateStore;
  readonly storeObserver: StoreObserver;
  readonly stdout: SimulatedStdout;
  readonly onLog: (level: string, message: string, details: unknown) => void;
}

/** One run of the program: the real pipeline, behind the real client, between simulated outsides. */
export class Incarnation {
  readonly #surroundings: Surroundings;
  readonly #stop = new AbortController();
  readonly process: Process;
  /** Ends with the process, if it ends by itself. */
  readonly ended: Promise<string>;

  constructor(surroundings: Surroundings, crash: Doom | undefined) {
    this.#surroundings = surroundings;
    this.process = new Process(surroundings.world, surroundings.scenario, crash);
    this.ended = this.#run();
  }

  get isAlive(): boolean {
    return this.process.isAlive;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #run(): Promise<string> {
    const { world, scenario, network, store, storeObserver, stdout } = this.#surroundings;
    const { process } = this;
    const near = new SimulatedNetwork(network, process);
    const outcome = await runPipeline({
      settings: scenario.settings,
      queueUrl: QUEUE_URL,
      queueTraits: {
        arn: 'arn:aws:sqs:eu-west-1:1:events',
        visibilityTimeoutMs: scenario.visibilityTimeoutMs,
        retentionMs: scenario.retentionMs,
      },
      clock: world.clock.of(process),
      stop: this.#stop.signal,
      log: this.#log(),
      store: simulateStore(store, world, process, storeObserver),
      stdout: stdout.open(process),
      sqs: near.createHotClient() as never,
      deadLetterSqs: near.createSdk(),
    });
    process.kill();
    return outcome;
  }

  #log(): Log {
    const at = (level: string) => (message: unknown, details?: unknown) => {
      if (this.isAlive) this.#surroundings.onLog(level, String(message), details);
    };
    return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') } as unknown as Log;
  }
}
