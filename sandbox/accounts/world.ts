import type { CryptoKey } from 'jose';
import type { Clock } from '../clock';
import { Account, type AccessKey, type Role, type User } from './account';
import { base64Alphabet, newAccessKeyId, newSecretAccessKey, newSessionToken } from './keys';
import type { Session, SessionSettings } from './session';

/** What tests may change about the sandbox. */
export interface Settings {
  /** Characters that the random part of new secrets and session tokens is drawn from. */
  secretAlphabet: string;
  /** Bytes that session policies and tags may take once compressed; AWS publishes no such number. */
  packedPolicyLimit: number;
  /** How long access keys, users and roles made from now on stay unknown to the rest of AWS. */
  propagationMs: number;
  /**
   * How long what IAM makes from now on, its access keys aside, is `NoSuchEntity` to IAM's own writes, while its reads
   * already show it.
   */
  readConsistencyMs: number;
}

/** Every account, and every key that AWS has handed out. */
export class World {
  readonly settings: Settings = {
    secretAlphabet: base64Alphabet,
    packedPolicyLimit: 1024,
    propagationMs: 0,
    readConsistencyMs: 0,
  };
  readonly accounts = new Map<string, Account>();
  /** Long-term keys by id. */
  readonly accessKeys = new Map<string, AccessKey>();
  /** Temporary credentials by key id, expired ones too. */
  readonly sessions = new Map<string, Session>();
  /** Keys that identity providers sign their tokens with, by issuer. */
  readonly issuerKeys = new Map<string, CryptoKey>();

  constructor(readonly clock: Clock) {}

  /** The account with this id, made if there is none. The partition of an account that exists stays as it is. */
  account(id: string, partition: string): Account {
    const account = this.accounts.get(id) ?? new Account(this, id, partition);
    this.accounts.set(id, account);
    return account;
  }

  /** When the rest of AWS will know what is made now. */
  propagatedAt(): Date {
    return new Date(this.clock.now().getTime() + this.settings.propagationMs);
  }

  /** When IAM's writes may refer to what is made now. */
  writableAt(): Date {
    return new Date(this.clock.now().getTime() + this.settings.readConsistencyMs);
  }

  /** The user or role, in any account, that has this ARN or unique ID. */
  entity(name: string): User | Role | undefined {
    const entities = [...this.accounts.values()].flatMap(({ users, roles }) => [...users.values(), ...roles.values()]);
    return entities.find(({ arn, id }) => arn === name || id === name);
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
