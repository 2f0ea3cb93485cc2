import { appendFileSync, existsSync, mkdtempSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '../aws/credentials';
import { messageOf, visible } from '../errors/message';
import { removeFolder } from '../files/remove';
import { STORES } from '../identities/stored-secret';
import type { Clock } from '../network/clock';
import type { WrittenProfile } from '../profile/profile';
import { keepSignIn } from './kept-sign-in';
import type { JobChanges, Created, IdentityChanges } from './ledger';
import { MaskedSecrets } from './masked-secrets';
import { placeInJob } from './place-in-job';
import { listed, printable } from './printable';
import { readLedger } from './read-ledger';
import { inJobTemp } from './runner-files';
import { nameInCapitals } from './variable-names';

/** The world that the post step acts in. */
export interface PostStep {
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** Writes to the log. */
  readonly print: (text: string) => void;
}

/** How the post step reports what it does. */
export interface PostReporter {
  readonly log: (line: string) => void;
  readonly warn: (text: string) => void;
  /** Hides a secret in every later line. */
  readonly mask: (secret: string) => void;
}

/** Ends and undoes what main did in IAM. */
export type UndoIdentities = (
  changes: IdentityChanges,
  credentials: Credentials,
  step: Pick<PostStep, 'env' | 'clock'>,
  reporter: PostReporter,
) => Promise<void>;

/** Ends the sign-ins of people. */
export type EndSignIns = (
  signIns: JobChanges['signIns'],
  route: IdentityChanges['route'],
  step: Pick<PostStep, 'env' | 'clock'>,
  reporter: PostReporter,
) => Promise<void>;

/** What only some post steps need. */
export interface PostWork {
  /** Loads the code of IAM: called only where main left something to do there. */
  readonly undoIdentities: UndoIdentities;
  /** Loads the code of IAM Identity Center: called only where a person signed in. */
  readonly endSignIns: EndSignIns;
  /** What went wrong with what is kept in a folder of the job, and could not be reported where it did. */
  readonly warningsIn: (folder: string) => readonly string[];
}

/**
 * Undoes what main did for later steps: profiles are removed, variables get their earlier values again. It warns
 * rather than fails, and does nothing the second time.
 *
 * Post steps run in every job, so this one starts in the time of an empty process: it writes commands to the runner
 * without the toolkit, whose loading would take longer than all the rest.
 */
export async function undo(step: PostStep, work: PostWork): Promise<void> {
  nameInCapitals(step.env);
  const reporter = reporterFor(step);
  if (step.env.AWS_SKIP_CLEANUP_STEP === 'true') {
    reporter.log('Nothing cleaned up: AWS_SKIP_CLEANUP_STEP is true.');
    const { signIns = [] } = readLedger(step.env)?.changes ?? {};
    if (signIns.length > 0) {
      reporter.warn(`The sign-in at ${portalsOf(signIns)} lasts until it expires by itself, as nothing is cleaned up.`);
    }
    return;
  }
  try {
    await undoChanges(step, reporter, work);
  } catch (error) {
    reporter.warn(`The clean-up did not finish. ${messageOf(error)}`);
  }
}

async function undoChanges(step: PostStep, reporter: PostReporter, work: PostWork): Promise<void> {
  const ledger = readLedger(step.env);
  if (!ledger || (ledger.isGone && (await isUndone(ledger.changes, step.env)))) {
    reporter.log('Nothing to clean up.');
    return;
  }
  const { changes, problems, forget } = ledger;
  const { profiles, variables, folders, identities, signIns } = changes;
  problems.forEach(reporter.warn);
  folders.flatMap(work.warningsIn).forEach(reporter.warn);
  const profilesUndone = profiles.length === 0 || (await removeProfilesOf(profiles, reporter));
  const variablesUndone =
    Object.keys(variables).length === 0 || (await restoreVariables(variables, step.env, reporter));
  const foldersRemoved = folders.length === 0 || (await removeFolders(folders, reporter));
  // Nobody could be asked to sign in again.
  for (const signIn of signIns) if ('accessToken' in signIn) keepSignIn(step.env, signIn);
  const identitiesUndone = await undoIdentityChanges(identities, step, reporter, work.undoIdentities);
  const signInsEnded = signIns.length === 0 || (await endSignIns(changes, step, reporter, work.endSignIns));
  // What could not be put back is stored nowhere else.
  if (profilesUndone && variablesUndone && foldersRemoved && identitiesUndone && signInsEnded) forget();
}

/** Whether nothing is left of changes, as far as that can be seen: the clean-up has run before. */
async function isUndone({ variables, profiles, folders, identities, signIns }: JobChanges, env: NodeJS.ProcessEnv) {
  // Whether these are, only AWS knows.
  if (identities.created.length + identities.unfinished.length + signIns.length > 0) return false;
  // Those of profiles have a value then, too, and a region may have one.
  const regions = await likeUnset(Object.keys(variables).filter(isRegion), { ...env, ...variables });
  const isRestored = (name: string) => !env[name] || OF_PROFILES.test(name) || env[name] === regions[name];
  if (!Object.keys(variables).every(isRestored)) return false;
  if (folders.some((folder) => existsSync(folder))) return false;
  if (profiles.length === 0) return true;
  const { areRemoved } = await import('../profile/profile');
  return areRemoved(profiles);
}

/** Whether it could be done; if not, a warning says what is left, and why. */
async function done(work: () => unknown, left: string, { warn }: PostReporter): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    warn(`${left}. ${messageOf(error)}`);
    return false;
  }
}

async function undoIdentityChanges(
  changes: IdentityChanges,
  step: PostStep,
  reporter: PostReporter,
  undoIdentities: UndoIdentities,
): Promise<boolean> {
  const { created, unfinished, credentials } = changes;
  if (created.length === 0 && unfinished.length === 0) return true;
  const names = listed([...created.map(describe), ...unfinished.map(({ user }) => `access key of ${user}`)]);
  const undoing = async () => {
    if (!credentials) throw new Error('The credentials that main saved for this are missing.');
    const log = (line: string) => {
      reporter.log(printable(line));
    };
    await undoIdentities(changes, credentials, step, { ...reporter, log });
  };
  return done(undoing, `In IAM, something may be left of: ${names}`, reporter);
}

function endSignIns(
  { signIns, identities: { route } }: JobChanges,
  step: PostStep,
  reporter: PostReporter,
  end: EndSignIns,
): Promise<boolean> {
  const where = portalsOf(signIns);
  const ending = async () => {
    if (signIns.some((signIn) => 'accessToken' in signIn && !signIn.accessToken)) {
      throw new Error('What main saved for this is missing. Whoever administers IAM Identity Center can end it there.');
    }
    await end(signIns, route, step, reporter);
  };
  return done(ending, `The sign-in at ${where} was not ended, and lasts until it expires by itself`, reporter);
}

function portalsOf(signIns: JobChanges['signIns']): string {
  return listed([...new Set(signIns.map(({ startUrl }) => startUrl))]);
}

function describe(created: Created): string {
  if ('name' in created) return `${created.kind} ${created.name}`;
  if ('arn' in created) return `${created.kind} ${created.arn}`;
  if ('secret' in created) return `${STORES[created.secret.store].kind} ${created.secret.name}`;
  return 'id' in created ? `${created.kind} ${created.id} of ${created.user}` : `${created.kind} ${created.serial}`;
}

function removeProfilesOf(written: readonly WrittenProfile[], reporter: PostReporter): Promise<boolean> {
  const names = listed(written.map(({ state }) => state.name));
  const removal = async () => {
    const { removeProfiles } = await import('../profile/profile');
    await removeProfiles(written);
    reporter.log(`Profile removed from the AWS files: ${names}`);
  };
  return done(removal, `The profile ${names} is still in the AWS files`, reporter);
}

async function removeFolders(folders: readonly string[], reporter: PostReporter): Promise<boolean> {
  const outcomes = folders.map((folder) => {
    const removal = () => {
      removeFolder(folder);
      reporter.log(`Removed with all that was in it: ${folder}`);
    };
    return done(removal, `Something may be left in ${folder}`, reporter);
  });
  return (await Promise.all(outcomes)).every(Boolean);
}

function restoreVariables(before: JobChanges['variables'], env: NodeJS.ProcessEnv, reporter: PostReporter) {
  const names = Object.keys(before);
  // What is still to be undone by this process finds what main found.
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) Reflect.deleteProperty(env, name);
    else env[name] = value;
  }
  const restored = names.filter((name) => before[name]);
  const unset = names.filter((name) => !before[name]);
  const restoring = async () => {
    const file = env.GITHUB_ENV;
    if (!file) throw new Error('The runner gave no file for them (GITHUB_ENV).');
    const values = { ...before, ...(await likeUnset(unset, { ...env, ...before })) };
    const all = Object.entries(values).map(([name, value = '']) => [name, value] as const);
    appendFileSync(file, all.map(([name, value]) => assignment(name, value)).join(''));
    const emptied = all.filter(([, value]) => value === '').map(([name]) => name);
    if (emptied.length > 0) reporter.log(`Variables emptied: ${emptied.join(', ')}`);
    const others = all.flatMap(([name, value]) => (value === '' || restored.includes(name) ? [] : `${name}=${value}`));
    if (others.length > 0) reporter.log(`Variables with what tools take for none: ${others.join(', ')}`);
    if (restored.length > 0) reporter.log(`Variables with their earlier values again: ${restored.join(', ')}`);
  };
  return done(restoring, `Variables could not be restored: ${names.join(', ')}`, reporter);
}

const OF_PROFILES = /^AWS_(?:DEFAULT_PROFILE|PROFILE|CONFIG_FILE|SHARED_CREDENTIALS_FILE)$/;

function isRegion(name: string): boolean {
  return name === 'AWS_REGION' || name === 'AWS_DEFAULT_REGION';
}

/** Whether a region is anywhere: in a variable, or perhaps in a profile. */
function mayHaveRegion({
  AWS_REGION,
  AWS_DEFAULT_REGION,
  AWS_CONFIG_FILE,
  AWS_SHARED_CREDENTIALS_FILE,
}: NodeJS.ProcessEnv) {
  const given = [AWS_REGION, AWS_DEFAULT_REGION, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE];
  return given.some(Boolean) || existsSync(join(homedir(), '.aws'));
}

/** Values for variables that were not set before. What little it needs for profiles is loaded where there are some. */
async function likeUnset(names: readonly string[], env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const empty = Object.fromEntries(names.map((name) => [name, '']));
  const isNeeded = names.some((name) => OF_PROFILES.test(name)) || (names.some(isRegion) && mayHaveRegion(env));
  if (!isNeeded) return empty;
  const { valuesLikeUnset } = await import('../profile/values-like-unset');
  const makeFolder = () => inJobTemp(env, (temp) => mkdtempSync(join(temp, 'aws-config-')));
  try {
    const profile = env.AWS_ACCESS_KEY_ID ? '' : 'default';
    return valuesLikeUnset(names, { env, home: homedir(), profile, makeFolder });
  } catch {
    // Without room for a file, credentials are taken away all the same.
    return empty;
  }
}

/** A variable in the form that may hold line breaks. The delimiter is no line of the value. */
function assignment(name: string, value: string): string {
  let delimiter = 'ghadelimiter';
  while (value.split(/\r?\n/).includes(delimiter)) delimiter += '_';
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}

function reporterFor({ env, print }: PostStep): PostReporter {
  const log = (line: string) => {
    print(`${line}\n`);
  };
  const escaped = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const masks = new MaskedSecrets();
  const place = placeInJob(env);
  const title = escaped(`AWS identity clean-up${place && ` (${place})`}`)
    .replaceAll(':', '%3A')
    .replaceAll(',', '%2C');
  return {
    log,
    warn(text) {
      log(`::warning title=${title}::${escaped(visible(text))}`);
    },
    mask(secret) {
      for (const line of masks.add(secret)) log(`::add-mask::${escaped(line)}`);
    },
  };
}
