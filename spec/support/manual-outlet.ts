import type { Outlet } from '../../lib/sink/outlet.ts';
import { settle } from './manual-clock.ts';

/** A stdout that takes bytes, or refuses them, when the spec says so. */
export class ManualOutlet implements Outlet {
  #taken = Buffer.alloc(0);
  #offered: Uint8Array = new Uint8Array();
  #write: PromiseWithResolvers<number> | undefined;
  #sync: PromiseWithResolvers<void> | undefined;
  /** How often it was written to. */
  calls = 0;
  /** What it says of its end. */
  isCut = false;

  write(bytes: Uint8Array): Promise<number> {
    this.calls += 1;
    this.#offered = bytes;
    this.#write = Promise.withResolvers();
    return this.#write.promise;
  }

  async sync(): Promise<void> {
    await this.#sync?.promise;
  }

  async endsInHalfLine(): Promise<boolean> {
    return this.isCut;
  }

  /** Everything that it has taken. */
  get text(): string {
    return this.#taken.toString();
  }

  /** Takes the first so many bytes of the write under way, or all of it. */
  take(count = this.#offered.length): Promise<void> {
    this.#taken = Buffer.concat([this.#taken, this.#offered.subarray(0, count)]);
    this.#write!.resolve(count);
    return settle();
  }

  refuse(error: Error): Promise<void> {
    this.#write!.reject(error);
    return settle();
  }

  /** From now on a sync lasts until {@link endSync}. */
  holdSync(): void {
    this.#sync = Promise.withResolvers();
  }

  /** Ends the sync under way, and holds no further one. */
  endSync(error?: Error): Promise<void> {
    if (error) this.#sync!.reject(error);
    else this.#sync!.resolve();
    this.#sync = undefined;
    return settle();
  }
}
