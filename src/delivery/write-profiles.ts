import { rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import type { Step } from '../runner/step';
import type { Credentials } from '../aws/credentials';
import type { SessionProfileSettings } from '../inputs/request';
import { profileFiles, type ProfileFiles } from '../profile/locations';
import type { Profile } from '../profile/profile';
import { credentialSettings } from './variables-and-outputs';
import { isJobFolder, makeJobFolder } from '../runner/runner-files';

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
 * Writes profiles into the AWS files: of the home, or of the job.
 *
 * @throws ProfileError when one cannot be written; nothing is left of the others then
 */
export async function writeJobProfiles(toWrite: ProfilesToWrite, step: Step): Promise<ProfilesWritten> {
  const { ledger } = step;
  const folders: string[] = [];
  const takeBackFolders = () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const { writeProfiles, removeProfiles } = await import('../profile/profile');
    const profiles = await formOf(toWrite, folders, step);
    const { files, ofThisStep } = await filesFor(toWrite, folders, step);
    const written = await writeProfiles(files, profiles, {
      overwrite: toWrite.overwrite,
      record: (changed) => {
        // With the folder they go, too.
        if (!ofThisStep) ledger.writing(changed);
      },
    });
    return {
      variables:
        toWrite.location === 'job'
          ? { AWS_SHARED_CREDENTIALS_FILE: files.credentials, AWS_CONFIG_FILE: files.config }
          : {},
      async takeBack() {
        takeBackFolders();
        if (!ofThisStep) await removeProfiles(written);
      },
    };
  } catch (error) {
    takeBackFolders();
    throw error;
  }
}

/** The profiles' settings: credentials, or the program that renews them. */
async function formOf(
  { profiles, region, output, refresh }: ProfilesToWrite,
  folders: string[],
  step: Step,
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
  const folder = makeJobFolder('aws-sessions', step);
  folders.push(folder);
  const sessions = profiles.map(({ name, credentials }) => ({ profile: name, credentials }));
  const commands = keepSessions(folder, sessions, step.env);
  return profiles.map(({ name }, index) => ({
    name,
    credentials: {},
    config: { ...settings, credential_process: commands[index] ?? '' },
  }));
}

const FOLDER_OF_FILES = 'aws-profiles';

/** The files to write to. Those of the job begin as copies, so that the profiles of the home can still be used. */
async function filesFor(
  { location }: ProfilesToWrite,
  folders: string[],
  step: Step,
): Promise<{ files: ProfileFiles; ofThisStep: boolean }> {
  const files = profileFiles(step.env, homedir());
  const madeBefore = [files.credentials, files.config].every((path) =>
    isJobFolder(dirname(path), FOLDER_OF_FILES, step.env),
  );
  if (location === 'home' || madeBefore) return { files, ofThisStep: false };
  const folder = makeJobFolder(FOLDER_OF_FILES, step);
  folders.push(folder);
  const { copyProfileFiles } = await import('../profile/files');
  return { files: await copyProfileFiles(files, folder), ofThisStep: true };
}
