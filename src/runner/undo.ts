import { appendFileSync, rmSync } from 'node:fs';
import type { Credentials } from '../aws/credentials';
import { messageOf } from '../errors/message';
import type { Clock } from '../network/clock';
import type { WrittenProfile } from '../profile/profile';
import { readLedger, type Changes, type Created, type IdentityChanges } from './ledger';
import { printable } from './printable';

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
}

/** Ends and undoes what main did in IAM. */
export type UndoIdentities = (
  changes: IdentityChanges,
  credentials: Credentials,
  step: Pick<PostStep, 'env' | 'clock'>,
  reporter: PostReporter,
) => Promise<void>;

/**
 * Undoes what main did for later steps: profiles are removed, variables get their earlier values again. It warns
 * rather than fails, and does nothing the second time.
 *
 * Post steps run in every job, so this one starts in the time of an empty process: it writes commands to the runner
 * without the toolkit, whose loading would take longer than all the rest.
 *
 * @param undoIdentities loads the code of IAM: called only where main left something to do there
 */
export async function undo(step: PostStep, undoIdentities: UndoIdentities): Promise<void> {
  const reporter = reporterFor(step);
  if (step.env.AWS_SKIP_CLEANUP_STEP === 'true') {
    reporter.log('Nothing cleaned up: AWS_SKIP_CLEANUP_STEP is true.');
    return;
  }
  try {
    await undoChanges(step, reporter, undoIdentities);
  } catch (error) {
    reporter.warn(`The clean-up did not finish. ${messageOf(error)}`);
  }
}

async function undoChanges(step: PostStep, reporter: PostReporter, undoIdentities: UndoIdentities): Promise<void> {
  const ledger = readLedger(step.env);
  if (!ledger) {
    reporter.log('Nothing to clean up.');
    return;
  }
  const { profiles, variables, folders, identities } = ledger.changes;
  const profilesUndone = profiles.length === 0 || (await removeProfilesOf(profiles, reporter));
  const variablesUndone =
    Object.keys(variables).length === 0 || (await restoreVariables(variables, step.env, reporter));
  const foldersRemoved = folders.length === 0 || (await removeFolders(folders, reporter));
  const identitiesUndone = await undoIdentityChanges(identities, step, reporter, undoIdentities);
  // What could not be put back is stored nowhere else.
  if (profilesUndone && variablesUndone && foldersRemoved && identitiesUndone) ledger.forget();
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
  const names = [...created.map(describe), ...unfinished.map(({ user }) => `access key of ${user}`)].join(', ');
  const undoing = async () => {
    if (!credentials) throw new Error('The credentials that main saved for this are missing.');
    const log = (line: string) => {
      reporter.log(printable(line));
    };
    await undoIdentities(changes, credentials, step, { ...reporter, log });
  };
  return done(undoing, `In IAM, something may be left of: ${names}`, reporter);
}

function describe(created: Created): string {
  if ('name' in created) return `${created.kind} ${created.name}`;
  if ('arn' in created) return `${created.kind} ${created.arn}`;
  if ('secret' in created) return `${created.kind} ${created.secret.name}`;
  return 'id' in created ? `${created.kind} ${created.id}` : `${created.kind} ${created.serial}`;
}

function removeProfilesOf(written: readonly WrittenProfile[], reporter: PostReporter): Promise<boolean> {
  const names = written.map(({ state }) => state.name).join(', ');
  const removal = async () => {
    const { removeProfiles } = await import('../profile/profile');
    await removeProfiles(written);
    reporter.log(`Profile removed from the AWS files: ${names}`);
  };
  return done(removal, `The profile ${names} is still in the AWS files`, reporter);
}

function removeFolders(folders: readonly string[], reporter: PostReporter): Promise<boolean> {
  const names = folders.join(', ');
  const removal = () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    reporter.log(`Removed with all that was in it: ${names}`);
  };
  return done(removal, `Something may be left in ${names}`, reporter);
}

function restoreVariables(before: Changes['variables'], env: NodeJS.ProcessEnv, reporter: PostReporter) {
  const names = Object.keys(before);
  const restoring = () => {
    const file = env.GITHUB_ENV;
    if (!file) throw new Error('The runner gave no file for them (GITHUB_ENV).');
    appendFileSync(file, names.map((name) => assignment(name, before[name] ?? '')).join(''));
    const restored = names.filter((name) => before[name]);
    reporter.log(`Variables emptied: ${names.filter((name) => !before[name]).join(', ') || 'none'}`);
    if (restored.length > 0) reporter.log(`Variables with their earlier values again: ${restored.join(', ')}`);
  };
  return done(restoring, `Variables could not be restored: ${names.join(', ')}`, reporter);
}

/** A variable in the form that may hold line breaks. The delimiter is no line of the value. */
function assignment(name: string, value: string): string {
  let delimiter = 'ghadelimiter';
  while (value.split(/\r?\n/).includes(delimiter)) delimiter += '_';
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}

function reporterFor({ print }: PostStep): PostReporter {
  const log = (line: string) => {
    print(`${line}\n`);
  };
  return {
    log,
    warn(text) {
      const escaped = text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
      log(`::warning title=AWS identity clean-up::${escaped}`);
    },
  };
}
