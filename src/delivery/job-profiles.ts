import { homedir } from 'node:os';
import { dirname } from 'node:path';
import type { ProfileSession } from '../credential-process/keep-sessions';
import { ActionError } from '../errors/action-error';
import { LeftBehindError } from '../errors/left-behind-error';
import { removeFolder } from '../files/remove';
import type { ProfileSettings, ProfilesIn, SessionProfileSettings } from '../inputs/request';
import type { Settings } from '../profile/ini';
import { deviceLocation, profileFiles, unclearLocation, type ProfileFiles } from '../profile/locations';
import type { Problem, Profile } from '../profile/profile';
import type { Runner } from '../runner/runner';
import { isJobFolder, makeJobFolder, tryJobFolder } from '../runner/runner-files';
import type { Step } from '../runner/step';
import { credentialSettings } from './variables-and-outputs';

const FOLDER_OF_FILES = 'aws-profiles';
const FOLDER_OF_SESSIONS = 'aws-sessions';
const NOT_READ_BY_ALL =
  'The program that renews the profile has spaces, or other characters that need quotes, in its path. On Windows, tools ' +
  "that are built with AWS's SDKs for Go or Rust, such as Terraform, cannot run it; others can. To use those tools, let " +
  'the runner work in folders without such characters in their names.';

/** Profiles for later steps. */
export interface ProfilesToWrite extends SessionProfileSettings {
  readonly profiles: readonly ProfileSession[];
  readonly region: string;
  /** What a renewal reads in place of variables of the step: a file that gave it may be gone by then. */
  readonly asRead?: Readonly<Record<string, string>>;
}

export interface ProfilesWritten {
  /** What later steps need in their environment to find them. */
  readonly variables: Readonly<Record<string, string>>;
  /** @throws AggregateError when the files cannot be edited */
  readonly takeBack: () => Promise<void>;
}

/**
 * Looks whether profiles can be written in the end, before anything is done.
 *
 * @throws ActionError `profile-files` with every profile that cannot be written, `runner-files` or
 *   `credential-process-path` where no profile could renew itself
 */
export async function checkJobProfiles({ names, ...settings }: ProfilesIn, { env, runner }: Step): Promise<void> {
  if (names.length === 0) return;
  const files = profileFiles(env, homedir());
  const inPlace = isEditedInPlace(settings.location, files, env);
  // Whatever the credentials and the region will be.
  const credentials: Settings = settings.refresh ? {} : { aws_access_key_id: '' };
  const profiles = names.map((name) => ({ name, credentials, config: { region: '' } }));
  const refused = unclearLocation(env) ?? (inPlace ? deviceLocation(env) : undefined);
  const { checkProfiles } = await import('../profile/profile');
  const stopped = refused
    ? names.map((name) => ({ name, reason: refused }))
    : await checkProfiles(files, profiles, { overwrite: settings.overwrite, inPlace });
  if (stopped.length > 0) throw cannotBeWritten(stopped);
  if (!inPlace) tryJobFolder(FOLDER_OF_FILES, env);
  if (settings.refresh) await checkProgram(tryJobFolder(FOLDER_OF_SESSIONS, env), env, runner);
}

function cannotBeWritten(stopped: readonly Problem[]): ActionError {
  const names = stopped.map(({ name }) => name).join(', ');
  const reasons = [...new Set(stopped.map(({ reason }) => reason))];
  return new ActionError({
    code: 'profile-files',
    tried: `start: the profile${stopped.length === 1 ? '' : 's'} ${names} cannot be written. Nothing was changed`,
    why: reasons.length === 1 ? reasons.join('') : reasons.map((reason) => `\n- ${reason}`).join(''),
    fix: 'Correct that, choose another name, or omit the profile.',
  });
}

/** Looks whether AWS's tools can run the program that renews profiles with sessions in such a folder. */
async function checkProgram(folder: string, env: NodeJS.ProcessEnv, runner: Runner): Promise<void> {
  const { credentialProcess } = await import('../credential-process/keep-sessions');
  const { isReadByAll } = await import('../credential-process/command-line');
  if (!isReadByAll(credentialProcess(folder, 0, env), process.platform)) runner.warning(NOT_READ_BY_ALL);
}

/**
 * Writes profiles into the AWS files: of the home, or of the job.
 *
 * @throws ProfileError when one cannot be written; nothing is left of the others then. LeftBehindError when something is.
 */
export async function writeJobProfiles(toWrite: ProfilesToWrite, step: Step): Promise<ProfilesWritten> {
  const { writeProfiles, removeProfiles } = await import('../profile/profile');
  const folders: string[] = [];
  const makeFolder = (name: string) => {
    const folder = makeJobFolder(name, step);
    folders.push(folder);
    return folder;
  };
  const takeBackFolders = () => {
    folders.forEach(removeFolder);
  };
  try {
    const profiles = await formOf(toWrite, makeFolder, step.env);
    const files = await filesFor(toWrite, makeFolder, step.env);
    // Those in a folder of this step go with it.
    const outlastFolders = !folders.includes(dirname(files.config));
    const written = await writeProfiles(files, profiles, {
      overwrite: toWrite.overwrite,
      record: (changed) => {
        if (outlastFolders) step.ledger.writing(changed);
      },
    });
    return {
      variables:
        toWrite.location === 'job'
          ? { AWS_SHARED_CREDENTIALS_FILE: files.credentials, AWS_CONFIG_FILE: files.config }
          : {},
      async takeBack() {
        if (outlastFolders) await removeProfiles(written);
        takeBackFolders();
      },
    };
  } catch (error) {
    try {
      takeBackFolders();
    } catch (left) {
      throw new LeftBehindError(error, left);
    }
    throw error;
  }
}

type MakeFolder = (name: string) => string;

/** The profiles' settings: credentials, or the program that renews them. */
async function formOf(
  { profiles, region, output, refresh, asRead }: ProfilesToWrite,
  makeFolder: MakeFolder,
  env: NodeJS.ProcessEnv,
): Promise<Profile[]> {
  const settings = { region, ...(output !== undefined && { output }) };
  if (!refresh) {
    return profiles.map(({ name, credentials }) => ({
      name,
      credentials: credentialSettings(credentials),
      config: settings,
    }));
  }
  const { keepSessions } = await import('../credential-process/keep-sessions');
  const commands = keepSessions(makeFolder(FOLDER_OF_SESSIONS), profiles, env, asRead);
  return profiles.map(({ name }, index) => ({
    name,
    credentials: {},
    config: { ...settings, credential_process: commands[index] ?? '' },
  }));
}

/** The files to write to. Those of the job begin as copies, so that the profiles of the home can still be used. */
async function filesFor(
  { location }: ProfilesToWrite,
  makeFolder: MakeFolder,
  env: NodeJS.ProcessEnv,
): Promise<ProfileFiles> {
  const files = profileFiles(env, homedir());
  if (isEditedInPlace(location, files, env)) return files;
  const { copyProfileFiles } = await import('../profile/files');
  return copyProfileFiles(files, makeFolder(FOLDER_OF_FILES));
}

/** Those of the home are; those of the job are once an earlier step has made them. */
function isEditedInPlace(location: ProfileSettings['location'], files: ProfileFiles, env: NodeJS.ProcessEnv): boolean {
  const paths = [files.credentials, files.config];
  return location === 'home' || paths.every((path) => isJobFolder(dirname(path), FOLDER_OF_FILES, env));
}
