import type { StoredSecret, StoreName } from '../../identities/stored-secret';
import type { Store } from './store';

/** Each store where there is a token for it. */
export type OpenStores = Readonly<Partial<Record<StoreName, Store | undefined>>>;

/** Waits for what a store says, or throws where a step has no time for it. */
export type InTime = <T>(answer: Promise<T>) => Promise<T>;

/** The stores that a step has tokens for, as one: each secret is in the store that it names. */
export class Stores implements Store {
  /** @param inTime for questions alone: what may have changed something is waited for */
  constructor(
    private readonly open: OpenStores,
    private readonly inTime: InTime = (answer) => answer,
  ) {}

  /** Whether there is a token for the store of a secret. */
  has({ store }: StoredSecret): boolean {
    return this.open[store] !== undefined;
  }

  async check(secrets: readonly StoredSecret[]): Promise<void> {
    const names = [...new Set(secrets.map(({ store }) => store))];
    const check = (name: StoreName) => this.#named(name).check(secrets.filter(({ store }) => store === name));
    await this.inTime(Promise.all(names.map(check)));
  }

  find(secret: StoredSecret): ReturnType<Store['find']> {
    return this.inTime(this.#named(secret.store).find(secret));
  }

  put(secret: StoredSecret, value: string, onUnanswered?: () => void): ReturnType<Store['put']> {
    return this.#named(secret.store).put(secret, value, onUnanswered);
  }

  remove(secret: StoredSecret, onUnanswered?: () => void): Promise<void> {
    return this.#named(secret.store).remove(secret, onUnanswered);
  }

  async warningsOf(secrets: readonly StoredSecret[]): Promise<readonly string[]> {
    const names = [...new Set(secrets.filter((secret) => this.has(secret)).map(({ store }) => store))];
    const warningsIn = async (name: StoreName) =>
      (await this.#named(name).warningsOf?.(secrets.filter(({ store }) => store === name))) ?? [];
    const found = await this.inTime(Promise.all(names.map(warningsIn)));
    return found.flat();
  }

  /** A store is given its own secrets only. */
  #named(name: StoreName): Store {
    const store = this.open[name];
    if (!store) throw new Error(`There is no token for ${name}.`);
    return store;
  }
}
