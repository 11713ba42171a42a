/** Something to wait at: open, everybody passes; closed, everybody waits until it opens or they are told to stop. */
export class Gate {
  #opening: PromiseWithResolvers<void> | undefined;

  get isOpen(): boolean {
    return this.#opening === undefined;
  }

  open(): void {
    this.#opening?.resolve();
    this.#opening = undefined;
  }

  close(): void {
    this.#opening ??= Promise.withResolvers();
  }

  /** Resolves when the gate is open, or when `signal` aborts. */
  async passed(signal: AbortSignal): Promise<void> {
    while (this.#opening && !signal.aborted) {
      const stopped = Promise.withResolvers<void>();
      const stop = () => stopped.resolve();
      signal.addEventListener('abort', stop, { once: true });
      await Promise.race([this.#opening.promise, stopped.promise]);
      signal.removeEventListener('abort', stop);
    }
  }
}
