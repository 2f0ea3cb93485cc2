import { join, resolve } from 'node:path';

/** The two files that AWS's tools read profiles from, as absolute paths. */
export interface ProfileFiles {
  readonly credentials: string;
  readonly config: string;
}

/**
 * Where the profile files are: where `AWS_SHARED_CREDENTIALS_FILE` and `AWS_CONFIG_FILE` point, else in `.aws` of the
 * `home` directory.
 */
export function profileFiles(env: NodeJS.ProcessEnv, home: string): ProfileFiles {
  return {
    credentials: location(env.AWS_SHARED_CREDENTIALS_FILE, home, 'credentials'),
    config: location(env.AWS_CONFIG_FILE, home, 'config'),
  };
}

function location(given: string | undefined, home: string, usual: string): string {
  if (given === undefined || given === '') {
    return resolve(home, '.aws', usual);
  }
  return given.startsWith('~/') ? resolve(join(home, given.slice(2))) : resolve(given);
}
