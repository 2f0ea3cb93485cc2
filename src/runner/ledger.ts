import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Credentials } from '../aws/credentials';
import { whileHeldOpen } from '../files/held-open';
import type { GithubSecret, KeyDestination } from '../identities/declaration';
import type { WrittenProfile } from '../profile/profile';
import { inJobTemp } from './job-folder';

/** What main changed for later steps, with what stood there before: all that post needs to undo it. */
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
  readonly unsettled: readonly UnsettledKey[];
  /** Those that made the changes, and can undo them. */
  readonly credentials?: Credentials;
  /** Keys that are being delivered, by user: what was begun can then be ended. */
  readonly keys?: Readonly<Record<string, Credentials>>;
}

/** Something that was made: enough to find it again. */
export type Created =
  | { readonly kind: 'OIDC provider'; readonly arn: string }
  | { readonly kind: 'policy'; readonly arn: string }
  | { readonly kind: 'user' | 'role'; readonly name: string; readonly arn: string }
  | { readonly kind: 'access key'; readonly user: string; readonly id: string }
  | { readonly kind: 'MFA device'; readonly user: string; readonly serial: string }
  | { readonly kind: 'GitHub secret'; readonly secret: GithubSecret };

export interface UnsettledKey {
  readonly user: string;
  readonly destinations: readonly KeyDestination[];
}

/** The part of the changes that goes to the runner's state file, in clear text: names and paths only. */
interface State {
  readonly variables: readonly string[];
  readonly profiles: readonly WrittenProfile['state'][];
  readonly folders?: readonly string[];
  readonly identities?: Pick<IdentityChanges, 'created' | 'unsettled'>;
  /** The file with the other part, where there is one. */
  readonly keepsake?: string;
}

/**
 * The part that may be secret: what stood there before, and credentials to undo changes with. In a file of this job
 * alone, mode 0600.
 */
interface Keepsake {
  readonly variables: Readonly<Record<string, string>>;
  readonly replaced: readonly WrittenProfile['replaced'][];
  readonly credentials?: Credentials;
  readonly keys?: Readonly<Record<string, Credentials>>;
}

const STATE_NAME = 'changes';
const NO_IDENTITIES: IdentityChanges = { created: [], unsettled: [] };

/** Keeps what a step changes for its post step, before each change is made. */
export class Ledger {
  #changes: Changes = { variables: {}, profiles: [], folders: [], identities: NO_IDENTITIES };
  #keepsakeFile: string | undefined;

  constructor(
    private readonly env: NodeJS.ProcessEnv,
    private readonly saveState: (name: string, value: string) => void,
  ) {}

  /** Keeps what stands in variables that are about to be exported; of one exported twice, what stood there first. */
  exporting(names: readonly string[]): void {
    const before = Object.fromEntries(names.map((name) => [name, this.env[name]]));
    this.#save({ ...this.#changes, variables: { ...before, ...this.#changes.variables } });
  }

  /** Keeps the profiles that are written, or about to be. */
  writing(profiles: readonly WrittenProfile[]): void {
    this.#save({ ...this.#changes, profiles });
  }

  /** Keeps a folder that was made for the job alone. */
  making(folder: string): void {
    this.#save({ ...this.#changes, folders: [...this.#changes.folders, folder] });
  }

  /** Keeps that something is about to be made in IAM, for a post step that is to remove it. */
  creating(created: Created, credentials: Credentials): void {
    const { identities } = this.#changes;
    this.#save({
      ...this.#changes,
      identities: { ...identities, created: [...identities.created, created], credentials },
    });
  }

  /** Keeps whose access keys are being made or delivered; with none, that all are where they belong. */
  settling(unsettled: readonly UnsettledKey[], credentials: Credentials, keys: IdentityChanges['keys'] = {}): void {
    this.#save({ ...this.#changes, identities: { ...this.#changes.identities, unsettled, credentials, keys } });
  }

  /** Marks a place to go back to when what comes after it, but in IAM, has been undone already. */
  mark(): () => void {
    const { variables, profiles, folders } = this.#changes;
    return () => {
      this.#save({ ...this.#changes, variables, profiles, folders });
    };
  }

  #save(changes: Changes): void {
    this.#changes = changes;
    const before = Object.entries(changes.variables).filter((entry): entry is [string, string] => Boolean(entry[1]));
    const replaced = changes.profiles.map((profile) => profile.replaced);
    const { created, unsettled, credentials, keys } = changes.identities;
    const inIam = created.length > 0 || unsettled.length > 0;
    if (before.length > 0 || replaced.some((sections) => Object.keys(sections).length > 0) || inIam) {
      const keepsake: Keepsake = {
        variables: Object.fromEntries(before),
        replaced,
        ...(inIam && credentials && { credentials }),
        ...(inIam && keys && { keys }),
      };
      this.#keep(keepsake);
    } else if (this.#keepsakeFile !== undefined) {
      removeKeepsake(this.#keepsakeFile);
      this.#keepsakeFile = undefined;
    }
    const state: State = {
      variables: Object.keys(changes.variables),
      profiles: changes.profiles.map((profile) => profile.state),
      ...(changes.folders.length > 0 && { folders: changes.folders }),
      ...(inIam && { identities: { created, unsettled } }),
      ...(this.#keepsakeFile !== undefined && { keepsake: this.#keepsakeFile }),
    };
    const empty = [state.variables, state.profiles, changes.folders].every(({ length }) => length === 0) && !inIam;
    this.saveState(STATE_NAME, empty ? '' : JSON.stringify(state));
  }

  #keep(keepsake: Keepsake): void {
    inJobTemp(this.env, (temp) => {
      const file = (this.#keepsakeFile ??= join(mkdtempSync(join(temp, 'aws-identity-')), 'before.json'));
      // In one piece, as the step may be killed at any moment.
      writeFileSync(`${file}.new`, JSON.stringify(keepsake), { mode: 0o600 });
      whileHeldOpen(() => {
        renameSync(`${file}.new`, file);
      });
    });
  }
}

/** What main kept and is not undone yet, and the way to be rid of it; undefined when there is nothing to undo. */
export function readLedger(env: NodeJS.ProcessEnv): { changes: Changes; forget: () => void } | undefined {
  const saved = env[`STATE_${STATE_NAME}`];
  if (!saved) return undefined;
  const state = JSON.parse(saved) as State;
  const keepsake = state.keepsake === undefined ? NOTHING_KEPT : readKeepsake(state.keepsake);
  if (!keepsake) return undefined;
  return {
    changes: {
      variables: Object.fromEntries(state.variables.map((name) => [name, keepsake.variables[name]])),
      profiles: state.profiles.map((profile, index) => ({ state: profile, replaced: keepsake.replaced[index] ?? {} })),
      folders: state.folders ?? [],
      identities: {
        ...NO_IDENTITIES,
        ...state.identities,
        ...(keepsake.credentials && { credentials: keepsake.credentials }),
        ...(keepsake.keys && { keys: keepsake.keys }),
      },
    },
    forget() {
      if (state.keepsake !== undefined) removeKeepsake(state.keepsake);
    },
  };
}

const NOTHING_KEPT: Keepsake = { variables: {}, replaced: [] };

/**
 * The file goes when all is undone: where it is gone, what stood there before is back, and must not be taken for ours.
 * One that someone has spoiled is as good as none was: what is ours is taken away all the same.
 */
function readKeepsake(path: string): Keepsake | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Keepsake;
  } catch {
    return NOTHING_KEPT;
  }
}

function removeKeepsake(path: string): void {
  // On Windows, what another process has open cannot be removed for a moment: Node then tries again.
  rmSync(dirname(path), { recursive: true, force: true, maxRetries: 5 });
}
