import { existsSync } from 'node:fs';
import type { Credentials } from '../aws/credentials';
import { removeFolder } from '../files/remove';
import { hasSecrets, STATE_NAME, type JobChanges, type State, type StoredChanges, type StoredSecrets } from './ledger';
import { readLedgerFile, type Stored } from './ledger-files';
import { listed } from './printable';

const NO_CHANGES: StoredChanges = { variables: {}, profiles: [], folders: [], created: [], unfinished: [] };
const NO_SECRETS: StoredSecrets = { variables: {}, replaced: [], credentials: undefined, keys: undefined };

/** What a step changed for later steps, as far as it is known. */
export interface PastChanges {
  /** What can be undone. */
  readonly changes: JobChanges;
  /** What is not known or cannot be undone, and why. */
  readonly problems: readonly string[];
  /** Whether nothing is stored any more: then the clean-up has run before, or someone removed it. */
  readonly isGone: boolean;
  /** To be called when all is undone. What may be readable later stays. */
  readonly forget: () => void;
}

/** What main recorded; undefined when there is nothing to undo. */
export function readLedger(env: NodeJS.ProcessEnv): PastChanges | undefined {
  const saved = env[`STATE_${STATE_NAME}`];
  if (!saved) return undefined;
  const { folder, changes: inState, isWhole } = JSON.parse(saved) as State;
  const stored = readLedgerFile<StoredChanges>(folder, 'changes.json');
  const changes = { ...NO_CHANGES, ...(stored.content ?? inState) };
  const secrets = hasSecrets(changes) ? readLedgerFile<StoredSecrets>(folder, 'before.json') : { content: NO_SECRETS };
  const isGone = stored.lost === 'gone' && !existsSync(folder);
  // Lost for good, they are taken for none: what is ours goes. But if all is undone already, what stands there is not ours.
  const isLost = secrets.lost === 'spoiled' || (secrets.lost === 'gone' && !isGone);
  const problems = [...lostChanges(stored, changes, isWhole), ...lostSecrets(secrets, changes, isLost)];
  return {
    changes: undoable(changes, { ...NO_SECRETS, ...secrets.content }, secrets.content !== undefined || isLost),
    problems,
    isGone,
    forget() {
      if (stored.lost !== 'unreadable' && secrets.lost !== 'unreadable') removeFolder(folder);
    },
  };
}

/** @param all whether that, too, is undone which stands in the place of what was there before */
function undoable(
  { variables, profiles, folders, created, unfinished, run, caller, signIns = [] }: StoredChanges,
  secrets: StoredSecrets,
  all: boolean,
): JobChanges {
  const { credentials, keys, route } = secrets;
  const tokens = secrets.signIns ?? [];
  const names = Object.keys(variables).filter((name) => all || !variables[name]);
  const written = profiles.map(({ replaces, ...state }, index) => ({
    profile: { state, replaced: secrets.replaced[index] ?? [] },
    isUndoable: all || !replaces,
  }));
  return {
    variables: Object.fromEntries(names.map((name) => [name, secrets.variables[name]])),
    profiles: written.filter(({ isUndoable }) => isUndoable).map(({ profile }) => profile),
    folders,
    identities: {
      created,
      unfinished,
      credentials: credentials && withDate(credentials),
      keys,
      run,
      caller,
      route,
    },
    signIns: signIns.map((startUrl, index) => tokens[index] ?? { startUrl, region: '', accessToken: '', expires: 0 }),
  };
}

/** JSON has made a text of the date. */
function withDate({ expiration, ...credentials }: Credentials): Credentials {
  return expiration === undefined ? credentials : { ...credentials, expiration: new Date(expiration) };
}

function lostChanges({ lost, why }: Stored<StoredChanges>, { profiles }: StoredChanges, isWhole: boolean): string[] {
  if (lost === undefined) return [];
  if (isWhole) return [`${why}. The runner's state has all that the step changed, too.`];
  const files = new Set(profiles.flatMap(({ sections }) => sections.map(({ path }) => path)));
  const where = files.size > 0 ? `, also in ${[...files].join(' and ')}` : '';
  return [`${why}. The runner's state has only a part of what the step changed; the rest stays${where}.`];
}

function lostSecrets(
  secrets: Stored<StoredSecrets>,
  { variables, profiles }: StoredChanges,
  isLost: boolean,
): string[] {
  if (secrets.lost === undefined) return [];
  const names = [
    ...Object.keys(variables).filter((name) => variables[name]),
    ...profiles.filter(({ replaces }) => replaces).map(({ name }) => `the profile ${name}`),
  ];
  if (names.length === 0) return [];
  const outcome = isLost ? 'They are removed' : 'They stay as the step left them';
  return [`What was there before cannot be put back, as ${secrets.why}: ${listed(names)}. ${outcome}.`];
}
