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
    return isAtHome(given, paths) ? paths.resolve(paths.join(home, given.slice(2))) : paths.resolve(given);
  };
  return {
    credentials: location(env.AWS_SHARED_CREDENTIALS_FILE, 'credentials'),
    config: location(env.AWS_CONFIG_FILE, 'config'),
  };
}

/** As all of AWS's tools but the SDKs for Go read it. */
function isAtHome(given: string, paths: PlatformPath): boolean {
  return given.startsWith('~/') || given.startsWith(`~${paths.sep}`);
}

/** How variables and commands are written in shells, in Windows' prompt, and in templates; what is to be filled in. */
const TO_BE_REPLACED =
  /\$\w|\$[{(]|`|%[A-Za-z_][\w ()]*%|%\(\w+\)s|![A-Za-z_]\w*!|@[A-Z_][A-Z0-9_]*@|#\{|\{\{|\{[A-Za-z_]\w*\}|<[^<>]*>/;
/** A drive's letter is no scheme. */
const URL = /^[A-Za-z][A-Za-z0-9+.-]+:\/\//;
const QUOTED = /^['"]/;
const WITH_BLANKS = /^\s|\s$|[\r\n]/;

const VARIABLES = ['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE'] as const;

/**
 * What is wrong with a variable that names a profile file in a form that AWS's tools read in different ways, so that no
 * file can be the right one: the AWS CLI and boto3 replace variables and the homes of other users, the SDKs for Go, Java,
 * JavaScript and Rust do not. Under `env:` of a workflow, nobody else does, nor takes quotes and blanks off.
 */
export function unclearLocation(env: NodeJS.ProcessEnv, paths: PlatformPath = path): string | undefined {
  const isUnclear = (given = '') =>
    [TO_BE_REPLACED, URL, QUOTED, WITH_BLANKS].some((form) => form.test(given)) ||
    (given.startsWith('~') && !isAtHome(given, paths));
  const name = VARIABLES.find((variable) => isUnclear(env[variable]));
  if (name === undefined) return undefined;
  return (
    `${name} is ${JSON.stringify(env[name])}. Not all of AWS's tools replace variables and ~name in it, and none takes quotes ` +
    'and blanks off, or takes it for a URL: they would look for a file of that very name. Give the path itself, such as ${{ runner.temp }}/aws/config.'
  );
}

/** Such a name is one of a device in any folder, and with anything after a dot. A colon may end it. */
const DEVICE = /^(?:[A-Za-z]:)?((?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])) *(?:[.:].*)?$/i;

/**
 * What is wrong with a variable that names a device of Windows in the place of a profile file. Node would make a file of
 * that name, which AWS's tools do not find, and others can hardly delete.
 * https://learn.microsoft.com/windows/win32/fileio/naming-a-file
 */
export function deviceLocation(env: NodeJS.ProcessEnv, paths: PlatformPath = path): string | undefined {
  if (paths.sep === '/') return undefined;
  for (const name of VARIABLES) {
    const given = env[name] ?? '';
    const [device] = given.split(/[\\/]/).flatMap((part) => DEVICE.exec(part)?.[1] ?? []);
    if (device === undefined) continue;
    return (
      `${name} is ${JSON.stringify(given)}. On Windows ${device} is a device, whatever follows it after a dot: AWS's tools ` +
      'would find no profile there. Give the path of a file, such as ${{ runner.temp }}/aws/config, or have profile-location: job.'
    );
  }
  return undefined;
}
