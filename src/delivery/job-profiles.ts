import { rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import type { Credentials } from '../aws/credentials';
import { ActionError } from '../errors/action-error';
import type { SessionProfileSettings } from '../inputs/request';
import { profileFiles, type ProfileFiles } from '../profile/locations';
import type { Profile } from '../profile/profile';
import { isJobFolder, makeJobFolder } from '../runner/runner-files';
import type { Step } from '../runner/step';
import { credentialSettings } from './variables-and-outputs';

/** Profiles for later steps. */
export interface ProfilesToWrite extends SessionProfileSettings {
  readonly profiles: readonly { readonly name: string; readonly credentials: Credentials }[];
  readonly region: string;
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
 * @throws ActionError `profile-files` with every profile that cannot
 */
export async function checkProfilesAreFree(
  profiles: readonly { readonly name: string; readonly overwrite: boolean }[],
  { env }: Step,
): Promise<void> {
  if (profiles.length === 0) return;
  const { checkProfile } = await import('../profile/profile');
  const reasons = new Set<string>();
  const stopped: string[] = [];
  for (const { name, overwrite } of profiles) {
    const problem = await checkProfile(profileFiles(env, homedir()), name, overwrite);
    if (!problem) continue;
    stopped.push(name);
    reasons.add(`${problem.path}: ${problem.reason}`);
  }
  if (stopped.length === 0) return;
  throw new ActionError({
    code: 'profile-files',
    tried: `start: the profile${stopped.length === 1 ? '' : 's'} ${stopped.join(', ')} cannot be written. Nothing was changed`,
    why: reasons.size === 1 ? [...reasons].join() : [...reasons].map((reason) => `\n- ${reason}`).join(''),
    fix: 'Correct that, choose another name, or omit the profile.',
  });
}

/**
 * Writes profiles into the AWS files: of the home, or of the job.
 *
 * @throws ProfileError when one cannot be written; nothing is left of the others then
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
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const profiles = await formOf(toWrite, makeFolder, step);
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
        takeBackFolders();
        if (outlastFolders) await removeProfiles(written);
      },
    };
  } catch (error) {
    takeBackFolders();
    throw error;
  }
}

type MakeFolder = (name: string) => string;

/** The profiles' settings: credentials, or the program that renews them. */
async function formOf(
  { profiles, region, output, refresh }: ProfilesToWrite,
  makeFolder: MakeFolder,
  { env, runner }: Step,
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
  const commands = keepSessions(makeFolder('aws-sessions'), profiles, env);
  const { isReadByAll } = await import('../credential-process/command-line');
  if (!commands.every((command) => isReadByAll(command, process.platform))) runner.warning(NOT_READ_BY_ALL);
  return profiles.map(({ name }, index) => ({
    name,
    credentials: {},
    config: { ...settings, credential_process: commands[index] ?? '' },
  }));
}

const NOT_READ_BY_ALL =
  'The program that renews the profile has spaces, or other characters that need quotes, in its path. On Windows, tools ' +
  "that are built with AWS's SDKs for Go or Rust, such as Terraform, cannot run it; others can. To use those tools, let " +
  'the runner work in folders without such characters in their names.';

const FOLDER_OF_FILES = 'aws-profiles';

/** The files to write to. Those of the job begin as copies, so that the profiles of the home can still be used. */
async function filesFor(
  { location }: ProfilesToWrite,
  makeFolder: MakeFolder,
  env: NodeJS.ProcessEnv,
): Promise<ProfileFiles> {
  const files = profileFiles(env, homedir());
  const areOfJob = [files.credentials, files.config].every((path) => isJobFolder(dirname(path), FOLDER_OF_FILES, env));
  if (location === 'home' || areOfJob) return files;
  const { copyProfileFiles } = await import('../profile/files');
  return copyProfileFiles(files, makeFolder(FOLDER_OF_FILES));
}
