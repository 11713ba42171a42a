import { randomUUID } from 'node:crypto';
import type { StateReader } from '../../../lib/state/state-reader.ts';
import type { StateStore, StateTransaction } from '../../../lib/state/state-store.ts';

/** A store, and what may be asked of it while the pipeline runs. */
export type ReadableStore = StateStore & { readonly reader: StateReader };

/** Opens the database of that name, making it where it is not there yet. */
export type OpenStore = (database: string) => Promise<ReadableStore>;

/** The store under test: a database of its own for every test. */
export class Subject {
  readonly #open: OpenStore;
  #database = '';
  #store: ReadableStore | undefined;

  constructor(open: OpenStore) {
    this.#open = open;
  }

  get store(): StateStore {
    return this.#store!;
  }

  get reader(): StateReader {
    return this.#store!.reader;
  }

  async start(): Promise<void> {
    this.#database = randomUUID();
    this.#store = await this.#open(this.#database);
  }

  async end(): Promise<void> {
    await this.#store?.close();
    this.#store = undefined;
  }

  async reopen(): Promise<void> {
    await this.end();
    this.#store = await this.#open(this.#database);
  }

  tx<T>(work: (tx: StateTransaction) => Promise<T>): Promise<T> {
    return this.store.transaction(work);
  }
}

/** What `promise` is rejected with; undefined when it is not. */
export async function faultOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error;
  }
}
