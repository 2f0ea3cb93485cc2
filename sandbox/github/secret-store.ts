import { Refusal } from '../http/refusal';
import { SealingKey } from './sealing-key';

export type Visibility = 'all' | 'private' | 'selected';

/** Who may use a secret of an organization. */
export interface Audience {
  readonly visibility: Visibility;
  /** With the visibility `selected`: the repositories. */
  readonly repositoryIds: readonly number[];
}

export interface StoredSecret {
  readonly name: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly box: Buffer;
  readonly key: SealingKey;
  /** Only in organizations. */
  readonly audience: Audience | undefined;
}

const largestValue = 48 * 1024;

/** A repository, an environment or an organization, as far as it holds secrets of one program: Actions or Dependabot. */
export class SecretStore {
  #key = new SealingKey();
  readonly #secrets = new Map<string, StoredSecret>();

  get key(): SealingKey {
    return this.#key;
  }

  /** From now on only what is sealed to another key is taken. What was stored stays. */
  rotateKey(): void {
    this.#key = new SealingKey();
  }

  /** By name. */
  get secrets(): readonly StoredSecret[] {
    return [...this.#secrets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @param name in any case: GitHub stores names in upper case */
  get(name: string): StoredSecret | undefined {
    return this.#secrets.get(name.toUpperCase());
  }

  /**
   * Stores a secret. The answer is whether it is new.
   * @throws Refusal when the name is not one, or the value is not sealed to the current key
   */
  put(name: string, sealed: unknown, keyId: unknown, audience: Audience | undefined, now: Date): boolean {
    checkName(name);
    const box = this.#box(sealed, keyId);
    const upper = name.toUpperCase();
    const old = this.#secrets.get(upper);
    const createdAt = old?.createdAt ?? now;
    this.#secrets.set(upper, { name: upper, createdAt, updatedAt: now, box, key: this.#key, audience });
    return old === undefined;
  }

  /** The answer is whether there was one. */
  delete(name: string): boolean {
    return this.#secrets.delete(name.toUpperCase());
  }

  #box(sealed: unknown, keyId: unknown): Buffer {
    if (typeof keyId !== 'string') throw unprocessable(`Invalid request.\n\n"key_id" wasn't supplied.`);
    if (typeof sealed !== 'string') throw unprocessable(`Invalid request.\n\n"encrypted_value" wasn't supplied.`);
    if (keyId !== this.#key.id) throw unprocessable('Public key not found: key_id is not that of the current key.');
    const box = /^[A-Za-z0-9+/]+={0,2}$/.test(sealed) && sealed.length % 4 === 0 ? Buffer.from(sealed, 'base64') : null;
    const value = box && this.#key.open(box);
    if (!value) throw unprocessable('Bad request - validation failed due to an improperly encrypted secret');
    if (value.length > largestValue) throw unprocessable('Secret values must be at most 48 KB.');
    return box;
  }
}

export function unprocessable(message: string): Refusal {
  return new Refusal(422, 'Unprocessable', message);
}

function checkName(name: string): void {
  if (!/^[A-Z_]\w*$/i.test(name)) {
    throw unprocessable('Secret names hold letters, digits and underscores, and do not start with a digit.');
  }
  if (/^GITHUB_/i.test(name)) throw unprocessable('Secret names must not start with GITHUB_.');
}
