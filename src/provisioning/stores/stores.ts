import type { StoredSecret, StoreName } from '../../identities/stored-secret';
import type { Store } from './store';

/** Each store where there is a token for it. */
export type OpenStores = Readonly<Partial<Record<StoreName, Store | undefined>>>;

/** The stores that a step has tokens for, as one: each secret is in the store that it names. */
export class Stores implements Store {
  constructor(private readonly open: OpenStores) {}

  /** Whether there is a token for the store of a secret. */
  has({ store }: StoredSecret): boolean {
    return this.open[store] !== undefined;
  }

  async check(secrets: readonly StoredSecret[]): Promise<void> {
    const names = [...new Set(secrets.map(({ store }) => store))];
    await Promise.all(names.map((name) => this.#named(name).check(secrets.filter(({ store }) => store === name))));
  }

  find(secret: StoredSecret): ReturnType<Store['find']> {
    return this.#named(secret.store).find(secret);
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
    const found = await Promise.all(names.map(warningsIn));
    return found.flat();
  }

  /** A store is given its own secrets only. */
  #named(name: StoreName): Store {
    const store = this.open[name];
    if (!store) throw new Error(`There is no token for ${name}.`);
    return store;
  }
}
