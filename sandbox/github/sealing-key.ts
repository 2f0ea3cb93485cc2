import { randomInt } from 'node:crypto';
import sodium from 'libsodium-wrappers';

/** Resolves once keys can be made. */
export const sealingReady = (): Promise<void> => sodium.ready;

/** A key pair of libsodium's, to which the values of secrets are sealed. */
export class SealingKey {
  /** Digits, as GitHub's are. */
  readonly id = `3380${randomInt(10 ** 12, 10 ** 13)}`;
  readonly #pair = sodium.crypto_box_keypair();

  /** In base64. */
  get publicKey(): string {
    return Buffer.from(this.#pair.publicKey).toString('base64');
  }

  /** A value, sealed to this key, in base64. */
  seal(value: string): string {
    return Buffer.from(sodium.crypto_box_seal(value, this.#pair.publicKey)).toString('base64');
  }

  /** The bytes that were sealed to this key, or undefined when there is no such box. */
  open(box: Buffer): Buffer | undefined {
    try {
      return Buffer.from(sodium.crypto_box_seal_open(box, this.#pair.publicKey, this.#pair.privateKey));
    } catch {
      return undefined;
    }
  }
}
