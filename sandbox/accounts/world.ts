import type { CryptoKey } from 'jose';
import type { Clock } from '../clock';
import { Account, type AccessKey, type Role, type User } from './account';
import { newAccessKeyId, newSecretAccessKey, newSessionToken } from './keys';
import type { Session, SessionSettings } from './session';
import { Settings } from './settings';

/** Every account, and every session that AWS has started. */
export class World {
  readonly settings: Settings;
  readonly accounts = new Map<string, Account>();
  /** Temporary credentials by key id, expired ones too. */
  readonly sessions = new Map<string, Session>();
  /** Keys that identity providers sign their tokens with, by issuer. */
  readonly issuerKeys = new Map<string, () => Promise<CryptoKey>>();

  constructor(readonly clock: Clock) {
    this.settings = new Settings(clock);
  }

  /** The account with this id, made if there is none. The partition of an account that exists stays as it is. */
  account(id: string, partition: string): Account {
    const account = this.accounts.get(id) ?? new Account(id, partition, this.settings, (name) => this.entity(name));
    this.accounts.set(id, account);
    return account;
  }

  /** The user or role, in any account, that has this ARN or unique ID. */
  entity(name: string): User | Role | undefined {
    const entities = [...this.accounts.values()].flatMap(({ users, roles }) => [...users.values(), ...roles.values()]);
    return entities.find(({ arn, id }) => arn === name || id === name);
  }

  /** A long-term key, with whose it is. */
  accessKey(id: string): { readonly account: Account; readonly user: User; readonly key: AccessKey } | undefined {
    for (const account of this.accounts.values()) {
      for (const user of account.users.values()) {
        const key = user.accessKeys.find(({ accessKeyId }) => accessKeyId === id);
        if (key) return { account, user, key };
      }
    }
    return undefined;
  }

  startSession(settings: SessionSettings): Session {
    const { secretAlphabet } = this.settings;
    const issuedAt = this.clock.now();
    const session: Session = {
      ...settings,
      accessKeyId: newAccessKeyId('ASIA'),
      secretAccessKey: newSecretAccessKey(secretAlphabet),
      sessionToken: newSessionToken(secretAlphabet),
      issuedAt,
      expiration: new Date(issuedAt.getTime() + settings.durationSeconds * 1000),
    };
    this.sessions.set(session.accessKeyId, session);
    return session;
  }
}
