import type { Credentials } from '../aws/credentials';
import type { GithubSecret, KeyDestination } from '../identities/declaration';
import type { WrittenProfile } from '../profile/profile';
import { readSecretState, removeSecretState, SecretStateFile } from './secret-state';

/** What main changed for later steps, with what was there before: all that post needs to undo it. */
export interface Changes {
  /** Exported variables with their values before; undefined for one that was not there. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly profiles: readonly WrittenProfile[];
  /** Folders made for the job alone. */
  readonly folders: readonly string[];
  readonly identities: IdentityChanges;
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
}

/** Something that was made: enough to find it again. */
export type Created =
  | { readonly kind: 'OIDC provider'; readonly arn: string }
  | { readonly kind: 'policy'; readonly arn: string }
  | { readonly kind: 'user' | 'role'; readonly name: string; readonly arn: string }
  | { readonly kind: 'access key'; readonly user: string; readonly id: string }
  | { readonly kind: 'MFA device'; readonly user: string; readonly serial: string }
  | { readonly kind: 'GitHub secret'; readonly secret: GithubSecret };

export interface UnfinishedKey {
  readonly user: string;
  readonly destinations: readonly KeyDestination[];
}

/** What the runner's state file holds, in clear text: names and paths only. The rest is in the secret state. */
interface LedgerState {
  readonly variables: readonly string[];
  readonly profiles: readonly WrittenProfile['state'][];
  readonly folders: readonly string[];
  readonly identities: Pick<IdentityChanges, 'created' | 'unfinished'>;
  /** The path of the secret state, where there is any. */
  readonly secretState: string | undefined;
}

const STATE_NAME = 'changes';
const UNCHANGED: Changes = {
  variables: {},
  profiles: [],
  folders: [],
  identities: { created: [], unfinished: [], credentials: undefined, keys: undefined },
};

/** Records what a step changes for its post step, before each change is made. */
export class Ledger {
  readonly #env: NodeJS.ProcessEnv;
  readonly #saveState: (name: string, value: string) => void;
  readonly #secretState: SecretStateFile;
  #changes = UNCHANGED;

  constructor(env: NodeJS.ProcessEnv, saveState: (name: string, value: string) => void) {
    this.#env = env;
    this.#saveState = saveState;
    this.#secretState = new SecretStateFile(env);
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

  /** Records that something is about to be made in IAM, for a post step that is to remove it. */
  creating(created: Created, credentials: Credentials): void {
    const { identities } = this.#changes;
    this.#save({ identities: { ...identities, created: [...identities.created, created], credentials } });
  }

  /** Records whose access keys are being made or delivered; with none, that all are where they belong. */
  makingKeys(
    unfinished: readonly UnfinishedKey[],
    credentials: Credentials,
    keys: Readonly<Record<string, Credentials>> = {},
  ): void {
    this.#save({ identities: { ...this.#changes.identities, unfinished, credentials, keys } });
  }

  /** Marks a point to go back to when what comes after it, but in IAM, has been undone already. */
  mark(): () => void {
    const { variables, profiles, folders } = this.#changes;
    return () => {
      this.#save({ variables, profiles, folders });
    };
  }

  #save(changed: Partial<Changes>): void {
    this.#changes = { ...this.#changes, ...changed };
    const { variables, profiles, folders, identities } = this.#changes;
    const { created, unfinished } = identities;
    const inIam = created.length > 0 || unfinished.length > 0;
    this.#saveSecrets(this.#changes, inIam);
    const state: LedgerState = {
      variables: Object.keys(variables),
      profiles: profiles.map((profile) => profile.state),
      folders,
      identities: { created, unfinished },
      secretState: this.#secretState.path,
    };
    const empty = [state.variables, profiles, folders].every(({ length }) => length === 0) && !inIam;
    this.#saveState(STATE_NAME, empty ? '' : JSON.stringify(state));
  }

  #saveSecrets({ variables, profiles, identities }: Changes, inIam: boolean): void {
    const before = Object.entries(variables).filter((entry): entry is [string, string] => Boolean(entry[1]));
    const replaced = profiles.map((profile) => profile.replaced);
    const anyReplaced = replaced.some((sections) => sections.some((text) => text !== null));
    if (before.length === 0 && !anyReplaced && !inIam) {
      this.#secretState.remove();
      return;
    }
    this.#secretState.write({
      variables: Object.fromEntries(before),
      replaced,
      credentials: inIam ? identities.credentials : undefined,
      keys: inIam ? identities.keys : undefined,
    });
  }
}

/** What main recorded and is not undone yet, and the way to be rid of it; undefined when there is nothing to undo. */
export function readLedger(env: NodeJS.ProcessEnv): { changes: Changes; forget: () => void } | undefined {
  const saved = env[`STATE_${STATE_NAME}`];
  if (!saved) return undefined;
  const state = JSON.parse(saved) as LedgerState;
  const secrets = readSecretState(state.secretState);
  if (!secrets) return undefined;
  const { credentials, keys } = secrets;
  return {
    changes: {
      variables: Object.fromEntries(state.variables.map((name) => [name, secrets.variables[name]])),
      profiles: state.profiles.map((profile, index) => ({ state: profile, replaced: secrets.replaced[index] ?? [] })),
      folders: state.folders,
      identities: { ...state.identities, credentials, keys },
    },
    forget() {
      if (state.secretState !== undefined) removeSecretState(state.secretState);
    },
  };
}
