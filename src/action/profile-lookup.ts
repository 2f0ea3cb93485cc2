import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { variableOf } from '../inputs/input-names';
import { profileFiles } from '../profile/locations';
import type { Step } from '../runner/step';

const WRITE_PROFILES = ['aws-profile', 'roles'] as const;
const LOCATION = variableOf('profile-location');
const IN_JOB = /^\s*job\s*$/i;

/**
 * Has the SDK look for profiles on Windows where this action and the AWS CLI do: for it, HOME comes before USERPROFILE.
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html
 */
export function lookAtHome({ env, runner }: Step, platform = process.platform): void {
  const { HOME, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE } = env;
  const home = homedir();
  if (platform !== 'win32' || !HOME || resolve(HOME).toLowerCase() === home.toLowerCase()) return;
  env.HOME = home;
  if (AWS_CONFIG_FILE && AWS_SHARED_CREDENTIALS_FILE) return;
  const isWritten = WRITE_PROFILES.some((name) => env[variableOf(name)]) && !IN_JOB.test(env[LOCATION] ?? '');
  if (!isWritten && !existsSync(join(HOME, '.aws'))) return;
  runner.warning(
    `Profiles are read and written in ${join(home, '.aws')}, as by the AWS CLI, and not in HOME, which is ${HOME}. There ` +
      "AWS's SDKs for JavaScript, Java and Rust look for them. Set no HOME for the job, or, to write profiles that all of " +
      'them find, profile-location: job.',
  );
}

/** Has the SDK take a profile file that is a device for an empty one: a device may have no end. */
export async function passOverDevices({ env }: Step): Promise<void> {
  const { config, credentials } = profileFiles(env, homedir());
  for (const file of [config, credentials].filter(isDevice)) {
    const { externalDataInterceptor } = await import('@smithy/core/config');
    externalDataInterceptor.interceptFile(file, '');
  }
}

function isDevice(path: string): boolean {
  try {
    return statSync(path).isCharacterDevice();
  } catch {
    return false;
  }
}
