import { appendFileSync, rmSync, writeSync } from 'node:fs';
import { messageOf } from '../errors/message';
import type { WrittenProfile } from '../profile/profile';
import type { Credentials } from '../aws/credentials';
import { readLedger, type Created, type IdentityChanges } from './ledger';
import { printable } from './printable';

/** How the post step speaks. */
export interface Voice {
  readonly say: (line: string) => void;
  readonly warn: (text: string) => void;
}

/** Ends and undoes what main did in IAM. */
export type UndoIdentities = (
  changes: IdentityChanges,
  credentials: Credentials,
  env: NodeJS.ProcessEnv,
  voice: Voice,
) => Promise<void>;

/**
 * Undoes what main did for later steps: the profile is taken out, variables get back the values they had. It warns
 * rather than fails, and does nothing the second time.
 *
 * Post steps run in every job, so this one starts in the time of an empty process: it speaks to the runner without the
 * toolkit, whose loading would take longer than all the rest.
 *
 * @param undoIdentities loads the code of IAM: called only where main left something to do there
 */
export async function undo(env: NodeJS.ProcessEnv, undoIdentities: UndoIdentities): Promise<void> {
  if (env.AWS_SKIP_CLEANUP_STEP === 'true') {
    say('Nothing cleaned up: AWS_SKIP_CLEANUP_STEP is true.');
    return;
  }
  try {
    await undoChanges(env, undoIdentities);
  } catch (error) {
    warn(`The clean-up did not come to its end. ${messageOf(error)}`);
  }
}

async function undoChanges(env: NodeJS.ProcessEnv, undoIdentities: UndoIdentities): Promise<void> {
  const ledger = readLedger(env);
  if (!ledger) {
    say('Nothing to clean up.');
    return;
  }
  const { profiles, variables, folders, identities } = ledger.changes;
  const profilesUndone = profiles.length === 0 || (await removeProfilesOf(profiles));
  const variablesUndone = Object.keys(variables).length === 0 || restoreVariables(variables, env);
  const foldersRemoved = folders.length === 0 || removeFolders(folders);
  const identitiesUndone = await undoIdentityChanges(identities, env, undoIdentities);
  // What could not be put back is nowhere else.
  if (profilesUndone && variablesUndone && foldersRemoved && identitiesUndone) ledger.forget();
}

/** Whether it could be done; if not, a warning says why. */
async function undoIdentityChanges(
  changes: IdentityChanges,
  env: NodeJS.ProcessEnv,
  undoIdentities: UndoIdentities,
): Promise<boolean> {
  const { created, unsettled, credentials } = changes;
  if (created.length === 0 && unsettled.length === 0) return true;
  try {
    if (!credentials) throw new Error('The credentials that main kept for this are gone.');
    await undoIdentities(changes, credentials, env, {
      say: (line) => {
        say(printable(line));
      },
      warn,
    });
    return true;
  } catch (error) {
    const names = [...created.map(describe), ...unsettled.map(({ user }) => `access key of ${user}`)].join(', ');
    warn(`In IAM, something may be left of: ${names}. ${messageOf(error)}`);
    return false;
  }
}

function describe(created: Created): string {
  if ('name' in created) return `${created.kind} ${created.name}`;
  if ('arn' in created) return `${created.kind} ${created.arn}`;
  if ('secret' in created) return `${created.kind} ${created.secret.name}`;
  return 'id' in created ? `${created.kind} ${created.id}` : `${created.kind} ${created.serial}`;
}

/** Whether it could be done; if not, a warning says why. */
async function removeProfilesOf(written: readonly WrittenProfile[]): Promise<boolean> {
  const names = written.map(({ state }) => state.name).join(', ');
  try {
    const { removeProfiles } = await import('../profile/profile');
    await removeProfiles(written);
    say(`Profile taken out of the AWS files: ${names}`);
    return true;
  } catch (error) {
    warn(`The profile ${names} is still in the AWS files. ${messageOf(error)}`);
    return false;
  }
}

/** Whether it could be done; if not, a warning says why. */
function removeFolders(folders: readonly string[]): boolean {
  try {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    say(`Removed with all that was in it: ${folders.join(', ')}`);
    return true;
  } catch (error) {
    warn(`Something may be left in ${folders.join(', ')}. ${messageOf(error)}`);
    return false;
  }
}

/** Whether it could be done; if not, a warning says why. */
function restoreVariables(before: Readonly<Record<string, string | undefined>>, env: NodeJS.ProcessEnv): boolean {
  const names = Object.keys(before);
  try {
    const file = env.GITHUB_ENV;
    if (!file) throw new Error('The runner gave no file for them (GITHUB_ENV).');
    appendFileSync(file, names.map((name) => assignment(name, before[name] ?? '')).join(''));
    const restored = names.filter((name) => before[name]);
    say(`Variables emptied: ${names.filter((name) => !before[name]).join(', ') || 'none'}`);
    if (restored.length > 0) say(`Variables with their earlier values again: ${restored.join(', ')}`);
    return true;
  } catch (error) {
    warn(`Variables could not be restored: ${names.join(', ')}. ${messageOf(error)}`);
    return false;
  }
}

/** A variable in the form that may hold line breaks. The delimiter is no line of the value. */
function assignment(name: string, value: string): string {
  let delimiter = 'ghadelimiter';
  while (value.split(/\r?\n/).includes(delimiter)) delimiter += '_';
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

function warn(text: string): void {
  const escaped = text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  say(`::warning title=AWS identity clean-up::${escaped}`);
}
