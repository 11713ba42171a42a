import { SqliteStore } from '../../../lib/state/sqlite-store.ts';
import type { Scenario } from '../generation/scenario.ts';
import { identityOf, type Sent } from '../generation/sendings.ts';
import { Claims } from '../model/claims.ts';
import { CommitModel } from '../model/commit-model.ts';
import { KeptIdentities } from '../model/kept-identities.ts';
import { PrintedHistory } from '../model/printed-history.ts';
import { RECEIVE_MAX_MS, ReadingSpell } from '../model/reading-spell.ts';
import { Incarnation } from './incarnation.ts';
import type { Doom } from './process.ts';
import { SimulatedQueue } from './simulated-queue.ts';
import { SimulatedServer } from './simulated-server.ts';
import { SimulatedStdout } from './simulated-stdout.ts';
import type { CommitRecord } from './simulated-store.ts';
import type { World } from './world.ts';

/** Everything that outlives a process, and the models that watch it. */
export class Stage {
  readonly world: World;
  readonly scenario: Scenario;
  readonly queue: SimulatedQueue;
  readonly server: SimulatedServer;
  readonly store = new SqliteStore(':memory:');
  readonly printed = new PrintedHistory();
  readonly model: CommitModel;
  readonly kept: KeptIdentities;
  readonly #claims = new Claims();
  readonly #stdout: SimulatedStdout;
  /** A pause has to be this long before nobody can deny that it is a break … */
  readonly #longPauses: ReadingSpell;
  /** … and as short as this to be none for anybody. */
  readonly #shortPauses: ReadingSpell;
  /** A transaction is under way; another one would have to wait for it. */
  isStoreBusy = false;
  /** When the last message is sent. */
  sentUntilMs = 0;
  #linesTo = 0;
  #linesRemovedTo = 0;
  #deadLettersWaiting = 0;

  constructor(world: World, scenario: Scenario, sent: readonly Sent[]) {
    this.world = world;
    this.scenario = scenario;
    const { visibilityTimeoutMs, retentionMs, settings } = scenario;
    const { dedupRetentionMs } = settings;
    this.#longPauses = new ReadingSpell(visibilityTimeoutMs + RECEIVE_MAX_MS);
    this.#shortPauses = new ReadingSpell(visibilityTimeoutMs / 3);
    const rules = { visibilityTimeoutMs, retentionMs, dedupRetentionMs };
    this.queue = new SimulatedQueue(world, rules, this.#claims, this.#longPauses);
    this.server = new SimulatedServer(world, this.queue);
    this.model = new CommitModel(settings);
    this.kept = new KeptIdentities(dedupRetentionMs, this.#shortPauses);
    this.#stdout = new SimulatedStdout(world, scenario.stdout, {
      line: (line) => {
        world.note(`stdout ${line}`);
        this.printed.add(line);
        if (this.printed.problem) world.violated(this.printed.problem);
      },
      cut: (part) => {
        world.note(`stdout, cut off: ${part}`);
        this.printed.addCut(part);
      },
    });
    this.queue.onDelete = (identity) => {
      if (!this.model.isSeen(identity)) throw world.violated(`${identity} was deleted before its commit`);
    };
    world.clock.onLeap = () => this.#shortPauses.interrupted(world.clock.nowMs);
    world.isWorkUnderWay = () => this.#isOutboxWaiting || this.queue.inFlight > 0;
    this.send(sent);
  }

  /** Has the messages sent when it is their time. */
  send(sent: readonly Sent[]): void {
    for (const one of sent) {
      this.model.expect(one);
      this.sentUntilMs = Math.max(this.sentUntilMs, one.message.sentAtMs);
    }
    this.queue.add(sent.map(({ message }) => message));
  }

  start(crash: Doom | undefined): Incarnation {
    const { world, scenario, server, store } = this;
    world.note('start');
    this.#shortPauses.interrupted(world.clock.nowMs);
    return new Incarnation(
      {
        world,
        scenario,
        network: {
          world,
          server,
          spells: [this.#longPauses, this.#shortPauses],
          claims: this.#claims,
          identityOfReceipt: (handle) => identityOf(this.queue.message(handle.split('#')[0]!)!),
          visibilityTimeoutMs: scenario.visibilityTimeoutMs,
          onReceived: (sentAtMs) => this.#received(sentAtMs),
        },
        store,
        storeObserver: {
          began: () => {
            this.isStoreBusy = true;
          },
          ended: () => {
            this.isStoreBusy = false;
          },
          committed: (commit) => this.#committed(commit),
          linesRemoved: (seq) => {
            this.#linesRemovedTo = Math.max(this.#linesRemovedTo, seq);
          },
          deadLettersRemoved: (letters) => {
            this.#deadLettersWaiting -= letters;
          },
        },
        stdout: this.#stdout,
        onLog: (level, message) => {
          world.note(`log ${level} ${message}`);
          if (/does not balance/.test(message)) world.violated('the ledger does not balance');
        },
      },
      crash,
    );
  }

  /** Nothing is left to be delivered, printed or sent on. */
  isComplete(): boolean {
    const { model, printed, server, queue } = this;
    const isDelivered =
      printed.eventsInWindows >= model.eventsInWindows && server.deadLetters.size >= model.letters.size;
    return isDelivered && queue.left === 0 && !this.#isOutboxWaiting;
  }

  stateOfThings(): string {
    const { model, printed, server, queue } = this;
    return `${queue.left} messages left, ${printed.eventsInWindows} of ${model.eventsInWindows} printed, ${server.deadLetters.size} of ${model.letters.size} dead letters`;
  }

  get #isOutboxWaiting(): boolean {
    return this.#linesTo > this.#linesRemovedTo || this.#deadLettersWaiting > 0;
  }

  /** As long as messages come that look like a backlog, all is kept on. */
  #received(sentAtMs: number): void {
    const { nowMs, wallMs } = this.world.clock;
    if (Math.max(nowMs, wallMs) - sentAtMs > this.scenario.settings.dedupRetentionMs / 3)
      this.#shortPauses.interrupted(nowMs);
  }

  #committed(commit: CommitRecord): void {
    const { claimed, confirmed, linesTo, deadLetters } = commit;
    this.model.apply(commit);
    this.#claims.committed(claimed);
    this.kept.committed(claimed, confirmed, this.world.clock.nowMs);
    this.#linesTo = linesTo ?? this.#linesTo;
    this.#deadLettersWaiting += deadLetters;
    this.world.note(`committed ${claimed.join(' ') || 'nothing new'}`);
  }
}
