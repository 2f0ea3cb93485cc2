import { isDeepStrictEqual } from 'node:util';
import type { Credentials } from '../aws/credentials';
import type { KeyDestination } from '../identities/declaration';
import type { StoredSecret } from '../identities/stored-secret';
import type { WrittenProfile } from '../profile/profile';
import { LedgerFiles } from './ledger-files';
import { routeToKeep } from './route';

/** What main changed for later steps, with what was there before: all that post needs to undo it. */
export interface JobChanges {
  /** Exported variables with their values before; undefined for one that was not there. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly profiles: readonly WrittenProfile[];
  /** Folders made for the job alone. */
  readonly folders: readonly string[];
  readonly identities: IdentityChanges;
  readonly signIns: readonly (SignIn | AskedSignIn)[];
}

/** A person's sign-in at IAM Identity Center, which ends with the job. */
export interface SignIn {
  readonly startUrl: string;
  /** Where IAM Identity Center is. */
  readonly region: string;
  /** A secret. */
  readonly accessToken: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** The role that was taken, where the inputs leave open which: the person may get others meanwhile. */
  readonly role?: { readonly accountId: string; readonly roleName: string };
}

/** A sign-in that a person was asked for and may have approved: the answer that says so may have been lost. */
export interface AskedSignIn {
  readonly startUrl: string;
  /** Where IAM Identity Center is. */
  readonly region: string;
  /** Who asked. The secret is one. */
  readonly client: { readonly clientId: string; readonly clientSecret: string };
  /** A secret. */
  readonly deviceCode: string;
}

/** What main did in IAM that post has to look after. */
export interface IdentityChanges {
  /** What an ephemeral step made, or was about to, in that order. */
  readonly created: readonly Created[];
  /** Users whose access key is being made or delivered: until that has ended, it may be nobody's. */
  readonly unfinished: readonly UnfinishedKey[];
  /** Those that made the changes, and can undo them. */
  readonly credentials: Credentials | undefined;
  /** Keys that are being delivered, by user: what was begun can then be ended. */
  readonly keys: Readonly<Record<string, Credentials>> | undefined;
  /** The run that made the changes, in the word by which tags name it. */
  readonly run: string | undefined;
  /** The ARN of whom it made them as. */
  readonly caller?: string | undefined;
  /** The inputs and variables that decided where calls went and as whom, those included that main took from a profile. */
  readonly route?: Readonly<Record<string, string>> | undefined;
}

/** Something that was made: enough to find it again. */
export type Created =
  | { readonly kind: 'OIDC provider'; readonly arn: string }
  | { readonly kind: 'policy'; readonly arn: string }
  | { readonly kind: 'user' | 'role'; readonly name: string; readonly arn: string }
  | {
      readonly kind: 'access key';
      readonly user: string;
      readonly id: string;
      /** Whether its announcement may be among the records of its user yet. */
      readonly isAnnounced?: boolean;
    }
  | { readonly kind: 'MFA device'; readonly user: string; readonly serial: string }
  | {
      readonly kind: 'secret';
      readonly secret: StoredSecret;
      /** Whose key or seed it is for. */
      readonly user: string;
      /** When it was about to be written, in milliseconds since 1970 by AWS's clock. */
      readonly at: number;
      /** What the store said of it then; undefined as long as it has not answered every request. */
      readonly written?: WrittenMark | undefined;
    };

/** When a secret was written, in milliseconds since 1970; or its version, where the store tells no times. */
type WrittenMark = { readonly time: number } | { readonly version: string | undefined };

export interface UnfinishedKey {
  readonly user: string;
  readonly destinations: readonly KeyDestination[];
  /** Whether it is announced, and AWS was not asked for it: there is none. */
  readonly isOnlyAnnounced?: boolean | undefined;
  /** The key, once it is made. */
  readonly id?: string | undefined;
}

/** What is stored of the changes in clear text: names, ARNs and paths only. The rest is in the secrets. */
export interface StoredChanges {
  /** Exported variables, and whether each had a value. */
  readonly variables: Readonly<Record<string, boolean>>;
  /** With whether each replaced another. */
  readonly profiles: readonly (WrittenProfile['state'] & { readonly replaces: boolean })[];
  readonly folders: readonly string[];
  readonly created: readonly Created[];
  readonly unfinished: readonly UnfinishedKey[];
  readonly run?: string | undefined;
  readonly caller?: string | undefined;
  /** Where people signed in. */
  readonly signIns?: readonly string[] | undefined;
}

/** What is stored apart: the earlier values of variables and profiles, credentials to undo changes with, and sign-ins. */
export interface StoredSecrets {
  readonly variables: Readonly<Record<string, string>>;
  /** Of the profiles, in their order. */
  readonly replaced: readonly WrittenProfile['replaced'][];
  readonly credentials: Credentials | undefined;
  readonly keys: Readonly<Record<string, Credentials>> | undefined;
  /** A URL may have a password in it. */
  readonly route?: Readonly<Record<string, string>> | undefined;
  readonly signIns?: JobChanges['signIns'] | undefined;
}

/**
 * What the runner's state holds. It passes it to post as a variable, which may have 128 KiB on Linux and 32,767
 * characters on Windows: else post cannot be started. So it is small however much was changed, and has of the changes
 * what has room: enough for most steps, if someone empties RUNNER_TEMP.
 */
export interface State {
  readonly folder: string;
  readonly changes: StoredChanges;
  /** Whether these are all. */
  readonly isWhole: boolean;
}

export const STATE_NAME = 'changes';

/** How much of each kind of change the runner's state has, in characters. */
const ROOM_IN_STATE = 2048;
const UNCHANGED: JobChanges = {
  variables: {},
  profiles: [],
  folders: [],
  identities: { created: [], unfinished: [], credentials: undefined, keys: undefined, run: undefined },
  signIns: [],
};

/** Records what a step changes for its post step, before each change is made. */
export class Ledger {
  readonly #env: NodeJS.ProcessEnv;
  readonly #saveState: (name: string, value: string) => void;
  readonly #files: LedgerFiles;
  #changes = UNCHANGED;
  #saved = '';

  constructor(env: NodeJS.ProcessEnv, saveState: (name: string, value: string) => void) {
    this.#env = env;
    this.#saveState = saveState;
    this.#files = new LedgerFiles(env);
  }

  /** Records the values of variables that are about to be exported; of one exported twice, the first value. */
  exporting(names: readonly string[]): void {
    const before = Object.fromEntries(names.map((name) => [name, this.#env[name]]));
    this.#save({ variables: { ...before, ...this.#changes.variables } });
  }

  /** Records the profiles that are written, or about to be. */
  writing(profiles: readonly WrittenProfile[]): void {
    this.#save({ profiles });
  }

  /** Records a folder that was made for the job alone. */
  making(folder: string): void {
    this.#save({ folders: [...this.#changes.folders, folder] });
  }

  /** Records with what is made in IAM from now on which run makes it, in a word, and as whom, by the ARN. */
  runningAs(run: string, caller: string | undefined): void {
    this.#changes = { ...this.#changes, identities: { ...this.#changes.identities, run, caller } };
  }

  /**
   * Records that something is about to be made in IAM, for a post step that is to remove it; of a stored secret, once
   * more when it is written.
   */
  creating(created: Created, credentials: Credentials): void {
    const { identities } = this.#changes;
    const others = identities.created.filter((one) => !isSameWriting(one, created));
    this.#save({ identities: { ...identities, created: [...others, created], credentials } });
  }

  /** Records whose access keys are being made or delivered; with none, that all are where they belong. */
  makingKeys(
    unfinished: readonly UnfinishedKey[],
    credentials: Credentials,
    keys: Readonly<Record<string, Credentials>> = {},
  ): void {
    this.#save({ identities: { ...this.#changes.identities, unfinished, credentials, keys } });
  }

  /** Records that a person is asked to sign in: a step that is killed then may not learn that it was approved. */
  askingToSignIn(asked: AskedSignIn): void {
    this.#save({ signIns: [...this.#approved(), asked] });
  }

  /** Records that nothing came of it. */
  notSignedIn(): void {
    this.#save({ signIns: this.#approved() });
  }

  /** Records that the person signed in, for a post step that is to end that. */
  signedIn(signIn: SignIn): void {
    this.#save({ signIns: [...this.#approved(), signIn] });
  }

  /** Records which role of the person was taken. */
  tookRole(role: SignIn['role']): void {
    const signIns = this.#approved();
    this.#save({ signIns: signIns.map((one, index) => (index === signIns.length - 1 ? { ...one, role } : one)) });
  }

  #approved(): SignIn[] {
    return this.#changes.signIns.filter((one) => 'accessToken' in one);
  }

  /** Marks a point to go back to when what comes after it, but in IAM and of sign-ins, has been undone already. */
  mark(): () => void {
    const { variables, profiles, folders } = this.#changes;
    return () => {
      this.#save({ variables, profiles, folders });
    };
  }

  #save(changed: Partial<JobChanges>): void {
    this.#changes = { ...this.#changes, ...changed };
    const changes = storedChanges(this.#changes);
    if (isEmpty(changes)) {
      this.#saveIfNew('');
      this.#files.remove();
      return;
    }
    const folder = this.#files.write(
      changes,
      hasSecrets(changes) ? storedSecrets(this.#changes, this.#env) : undefined,
    );
    const short = shortened(changes);
    const isWhole = JSON.stringify(short) === JSON.stringify(changes);
    try {
      this.#saveIfNew(JSON.stringify({ folder, changes: short, isWhole } satisfies State));
    } catch (error) {
      // By nothing but the state does post find the files, in which secrets may be.
      if (this.#saved === '') this.#files.remove();
      throw error;
    }
  }

  /** The file in which the runner keeps the state grows with every save. */
  #saveIfNew(state: string): void {
    if (state === this.#saved) return;
    this.#saveState(STATE_NAME, state);
    this.#saved = state;
  }
}

/** Whether both are about the same writing of a secret. */
function isSameWriting(one: Created, other: Created): boolean {
  const isOfSecret = one.kind === 'secret' && other.kind === 'secret';
  return isOfSecret && one.at === other.at && isDeepStrictEqual(one.secret, other.secret);
}

function storedChanges({ variables, profiles, folders, identities, signIns }: JobChanges): StoredChanges {
  return {
    variables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, Boolean(value)])),
    profiles: profiles.map(({ state, replaced }) => ({
      ...state,
      replaces: replaced.some((text) => text !== null),
    })),
    folders,
    created: identities.created,
    unfinished: identities.unfinished,
    run: identities.run,
    caller: identities.caller,
    signIns: signIns.length > 0 ? signIns.map(({ startUrl }) => startUrl) : undefined,
  };
}

function storedSecrets(
  { variables, profiles, identities, signIns }: JobChanges,
  env: NodeJS.ProcessEnv,
): StoredSecrets {
  const { created, unfinished, credentials, keys } = identities;
  const inIam = created.length > 0 || unfinished.length > 0;
  return {
    variables: Object.fromEntries(
      Object.entries(variables).filter((entry): entry is [string, string] => Boolean(entry[1])),
    ),
    replaced: profiles.map(({ replaced }) => replaced),
    credentials: inIam ? credentials : undefined,
    keys: inIam ? keys : undefined,
    route: inIam || signIns.length > 0 ? routeToKeep(env) : undefined,
    signIns: signIns.length > 0 ? signIns : undefined,
  };
}

/** Whether secrets are stored with these changes. */
export function hasSecrets({ variables, profiles, created, unfinished, signIns = [] }: StoredChanges): boolean {
  return (
    Object.values(variables).some(Boolean) ||
    profiles.some(({ replaces }) => replaces) ||
    created.length + unfinished.length + signIns.length > 0
  );
}

function isEmpty({ variables, profiles, folders, created, unfinished, signIns = [] }: StoredChanges): boolean {
  const lists = [Object.keys(variables), profiles, folders, created, unfinished, signIns];
  return lists.every(({ length }) => length === 0);
}

/** As much of each kind as has room, from the first on. */
function shortened({
  variables,
  profiles,
  folders,
  created,
  unfinished,
  run,
  caller,
  signIns,
}: StoredChanges): StoredChanges {
  return {
    variables: Object.fromEntries(withRoom(Object.entries(variables))),
    profiles: withRoom(profiles),
    folders: withRoom(folders),
    created: withRoom(created),
    unfinished: withRoom(unfinished),
    run,
    caller,
    signIns: signIns && withRoom(signIns),
  };
}

function withRoom<T>(all: readonly T[]): T[] {
  let taken = 0;
  return all.filter((one) => (taken += JSON.stringify(one).length) <= ROOM_IN_STATE);
}
