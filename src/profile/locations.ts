import path, { type PlatformPath } from 'node:path';

/** The two files that AWS's tools read profiles from, as absolute paths. */
export interface ProfileFiles {
  readonly credentials: string;
  readonly config: string;
}

/**
 * Where the profile files are: where `AWS_SHARED_CREDENTIALS_FILE` and `AWS_CONFIG_FILE` point, else in `.aws` of the
 * `home` directory.
 *
 * @param paths how paths are written: those of this system if omitted
 */
export function profileFiles(env: NodeJS.ProcessEnv, home: string, paths: PlatformPath = path): ProfileFiles {
  const location = (given: string | undefined, usual: string): string => {
    if (given === undefined || given === '') return paths.resolve(home, '.aws', usual);
    const atHome = given.startsWith('~/') || given.startsWith(`~${paths.sep}`);
    return atHome ? paths.resolve(paths.join(home, given.slice(2))) : paths.resolve(given);
  };
  return {
    credentials: location(env.AWS_SHARED_CREDENTIALS_FILE, 'credentials'),
    config: location(env.AWS_CONFIG_FILE, 'config'),
  };
}
