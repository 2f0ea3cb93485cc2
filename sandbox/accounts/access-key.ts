import { History } from './history';
import { newAccessKeyId, newSecretAccessKey } from './keys';
import type { Settings } from './settings';

export type KeyStatus = 'Active' | 'Inactive';

/** A user's key: its ID and secret, when it was made and last used, and whether it is active. */
export class AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  createdAt: Date;
  /** From when on the rest of AWS knows it. */
  readonly propagatedAt: Date;
  lastUsed?: { readonly at: Date; readonly service: string; readonly region: string };
  readonly #status: History<KeyStatus>;

  /** A new active key, with the ID and secret given or with new ones. */
  constructor(settings: Settings, fixed?: { readonly accessKeyId: string; readonly secretAccessKey: string }) {
    this.accessKeyId = fixed?.accessKeyId ?? newAccessKeyId('AKIA');
    this.secretAccessKey = fixed?.secretAccessKey ?? newSecretAccessKey(settings.secretAlphabet);
    this.createdAt = settings.clock.now();
    this.propagatedAt = settings.propagatedAt();
    this.#status = new History<KeyStatus>(settings.clock, 'Active');
  }

  get status(): KeyStatus {
    return this.#status.value;
  }

  set status(status: KeyStatus) {
    this.#status.value = status;
  }

  /** As a read of that time shows it. */
  statusAt(time: Date): KeyStatus {
    return this.#status.at(time);
  }
}
