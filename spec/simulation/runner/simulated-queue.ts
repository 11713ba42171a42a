import { identityOf, type SimulatedMessage } from '../generation/sendings.ts';
import type { Claims } from '../model/claims.ts';
import type { ReadingSpell } from '../model/reading-spell.ts';
import type { World } from './world.ts';

export interface QueueRules {
  readonly visibilityTimeoutMs: number;
  /** How long a message is kept. */
  readonly retentionMs: number;
  readonly dedupRetentionMs: number;
}

interface Held extends SimulatedMessage {
  visibleAtMs: number;
  /** How often it was received. The latest receipt handle has this number. */
  receipts: number;
  deletedAtMs: number | undefined;
  /** When it is delivered once more, whatever became of it; undefined for never. */
  againAtMs: number | undefined;
  heldBackUntilMs: number;
  /** By how much likelier than usual faults are that concern this one message. */
  readonly badLuck: number;
}

export interface Taken extends SimulatedMessage {
  readonly receiptHandle: string;
}

/** With an outdated receipt handle a delete does nothing in so many cases. */
const OUTDATED_CHANCE = 0.8;
/** What goes wrong with a message may go wrong once more: only several faults together are a danger. */
const UNLUCKY_SHARE = 0.2;
const BAD_LUCK = 8;
/** A message that was not deleted is held back in so many cases. */
const HELD_BACK_CHANCE = 0.8;
const HELD_BACK_MAX_MS = 1_200_000;
/** How soon after the original a second delivery comes, in half of the cases. */
const SOON_MS = 2_000;

/**
 * A standard queue at its worst, within what SQS documents. It does what it likes with a message as long as the
 * program cannot take it for deleted. Once it can, what docs/reliability.md assumes of SQS holds: the message comes
 * again within half of DEDUP_RETENTION of unbroken reading, or never.
 */
export class SimulatedQueue {
  readonly #world: World;
  readonly #rules: QueueRules;
  readonly #claims: Claims;
  readonly #spell: ReadingSpell;
  readonly #byId = new Map<string, Held>();
  /** Those that are still to arrive, the last one first. */
  #coming: SimulatedMessage[] = [];
  /** Those of which something is still to be expected. */
  #present: Held[] = [];
  /** Told of each deletion, before it takes place. */
  onDelete: (identity: string) => void = () => {};

  constructor(world: World, rules: QueueRules, claims: Claims, spell: ReadingSpell) {
    this.#world = world;
    this.#rules = rules;
    this.#claims = claims;
    this.#spell = spell;
  }

  /** Each arrives when it is sent. */
  add(messages: readonly SimulatedMessage[]): void {
    this.#coming = [...this.#coming, ...messages].sort((one, other) => other.sentAtMs - one.sentAtMs);
  }

  message(id: string): SimulatedMessage | undefined {
    return this.#byId.get(id);
  }

  /** How many are to be deleted, without those that are still to arrive, or held back. */
  get left(): number {
    this.#keepUp();
    const { nowMs } = this.#world.clock;
    return this.#present.filter(
      ({ deletedAtMs, heldBackUntilMs }) => deletedAtMs === undefined && heldBackUntilMs <= nowMs,
    ).length;
  }

  /** Until then SQS may keep some message to itself. */
  get heldBackUntilMs(): number {
    return Math.max(0, ...this.#present.map(({ heldBackUntilMs }) => heldBackUntilMs));
  }

  /** How many were received and are neither deleted nor visible again. */
  get inFlight(): number {
    const { nowMs } = this.#world.clock;
    return this.#present.filter(
      ({ receipts, visibleAtMs, deletedAtMs }) =>
        receipts > 0 && visibleAtMs > nowMs && deletedAtMs === undefined,
    ).length;
  }

  /** What a receive finds at this moment: 1 to 10 messages at random, or only what cannot wait. */
  take(isUnlucky: boolean): Taken[] {
    this.#keepUp();
    const urgent = this.#present.filter((message) => this.#cannotWait(message));
    const rest = isUnlucky ? [] : this.#present.filter((message) => this.#mayCome(message));
    const taken: Taken[] = [];
    for (let count = 1 + this.#world.below(10); count > 0; count -= 1) {
      const from = urgent.length > 0 ? urgent : rest;
      if (from.length === 0) break;
      const [message] = from.splice(this.#world.below(from.length), 1);
      taken.push(this.#receive(message!));
    }
    if (taken.length > 0)
      this.#world.note(`SQS delivers ${taken.map(({ receiptHandle }) => receiptHandle).join(' ')}`);
    return taken;
  }

  delete(receiptHandle: string): void {
    const { message, isOutdated } = this.#lookUp(receiptHandle);
    const isLost = isOutdated && !this.#world.isCalm && this.#world.random() < OUTDATED_CHANCE;
    if (isLost && message.deletedAtMs === undefined) {
      this.#world.happened('outdatedReceipt', receiptHandle);
      this.notDeleted(receiptHandle);
      return;
    }
    this.onDelete(identityOf(message));
    if (message.deletedAtMs !== undefined) return;
    const { nowMs } = this.#world.clock;
    message.deletedAtMs = nowMs;
    message.againAtMs = this.#world.happens('redeliveryAfterDelete', message.badLuck)
      ? nowMs + this.#world.below(this.#rules.dedupRetentionMs / 2)
      : undefined;
    this.#world.note(`SQS deletes ${message.id}`);
  }

  /** The program is told that it is not deleted, or will find out: SQS may take its time with it. */
  notDeleted(receiptHandle: string): void {
    const { message } = this.#lookUp(receiptHandle);
    if (this.#world.isCalm || this.#world.random() >= HELD_BACK_CHANCE) return;
    this.#world.happened('heldBack', message.id);
    this.#holdBack(message, message.visibleAtMs);
  }

  badLuckOf(receiptHandle: string): number {
    return this.#lookUp(receiptHandle).message.badLuck;
  }

  /** @returns false where it is not in flight any more */
  extend(receiptHandle: string, visibilityTimeoutMs: number): boolean {
    const { message, isOutdated } = this.#lookUp(receiptHandle);
    if (isOutdated || message.deletedAtMs !== undefined) return false;
    message.visibleAtMs = this.#world.clock.nowMs + visibilityTimeoutMs;
    return true;
  }

  #lookUp(receiptHandle: string): { message: Held; isOutdated: boolean } {
    const [id, receipt] = receiptHandle.split('#');
    const message = this.#byId.get(id!);
    if (!message) throw this.#world.violated(`the program made up the receipt handle ${receiptHandle}`);
    const isLatest = Number(receipt) === message.receipts;
    return { message, isOutdated: !isLatest || message.visibleAtMs <= this.#world.clock.nowMs };
  }

  #receive(message: Held): Taken {
    const { nowMs } = this.#world.clock;
    const { visibilityTimeoutMs } = this.#rules;
    message.visibleAtMs = nowMs + visibilityTimeoutMs;
    message.receipts += 1;
    message.againAtMs = undefined;
    if (message.deletedAtMs === undefined) {
      if (this.#world.happens('duplicateDelivery', message.badLuck))
        message.againAtMs = nowMs + this.#world.below(this.#world.pick([SOON_MS, visibilityTimeoutMs]));
      if (this.#world.happens('heldBack')) this.#holdBack(message, message.visibleAtMs);
    }
    return { ...message, receiptHandle: `${message.id}#${message.receipts}` };
  }

  #holdBack(message: Held, fromMs: number): void {
    const lastsMs = this.#rules.dedupRetentionMs * (1 + 3 * this.#world.random());
    message.heldBackUntilMs = Math.round(fromMs + Math.min(lastsMs, HELD_BACK_MAX_MS));
  }

  /** The program may take it for deleted, or for a copy of what is: SQS has to come out with it. */
  #cannotWait(message: Held): boolean {
    const { nowMs } = this.#world.clock;
    if (message.deletedAtMs !== undefined)
      return message.againAtMs !== undefined && message.againAtMs <= nowMs;
    return message.visibleAtMs <= nowMs && this.#claims.settledMs(identityOf(message)) !== undefined;
  }

  #mayCome(message: Held): boolean {
    const { nowMs } = this.#world.clock;
    if (message.deletedAtMs !== undefined || this.#cannotWait(message)) return false;
    if (message.againAtMs !== undefined && message.againAtMs <= nowMs) return true;
    return message.visibleAtMs <= nowMs && message.heldBackUntilMs <= nowMs;
  }

  /** Lets arrive what was sent, drops what was kept for too long, and lets go of what will never come again. */
  #keepUp(): void {
    const { nowMs } = this.#world.clock;
    for (let next = this.#coming.at(-1); next && next.sentAtMs <= nowMs; next = this.#coming.at(-1)) {
      this.#coming.pop();
      const arrived: Held = {
        ...next,
        visibleAtMs: next.sentAtMs,
        receipts: 0,
        deletedAtMs: undefined,
        againAtMs: undefined,
        heldBackUntilMs: 0,
        badLuck: this.#world.random() < UNLUCKY_SHARE ? BAD_LUCK : 1,
      };
      this.#byId.set(next.id, arrived);
      this.#present.push(arrived);
      if (this.#world.happens('heldBack')) this.#holdBack(arrived, nowMs);
    }
    this.#present = this.#present.filter((message) => this.#isToBeExpected(message, nowMs));
  }

  #isToBeExpected({ id, sentAtMs, deletedAtMs, againAtMs }: Held, nowMs: number): boolean {
    if (nowMs - sentAtMs >= this.#rules.retentionMs) {
      if (deletedAtMs === undefined) this.#world.happened('lostByRetention', id);
      return false;
    }
    if (deletedAtMs === undefined) return true;
    const readSinceMs = Math.max(deletedAtMs, this.#spell.sinceMs);
    return againAtMs !== undefined && nowMs - readSinceMs < this.#rules.dedupRetentionMs / 2;
  }
}
