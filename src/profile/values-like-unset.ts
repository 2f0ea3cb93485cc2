import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { headersIn, linesOfSection } from './ini';
import { profileFiles, type ProfileFiles } from './locations';

/** How variables that were not set get such values again. */
interface LikeUnset {
  /** All variables, also those that are to get such values. */
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /**
   * The profile that stands for none. With keys in the environment, or some to come, an empty name: the SDK for JavaScript
   * prefers any other to keys. Without, the default one: the SDK for Java does not look for it under an empty name.
   */
  readonly profile: '' | 'default';
  /** Makes a folder of the job. */
  readonly makeFolder: () => string;
}

/**
 * Values that AWS's tools take as if these variables were not set, which a runner cannot do. For most, an empty one is so.
 * But the AWS CLI and boto3 ask for profiles in a file without a name, and for a profile of any name to exist. So the
 * paths get their usual values, and where the profile that stands for none does not exist, a config file of the job has it.
 * And most tools take an empty region for a wrong one: it gets the value that they would look for elsewhere.
 */
export function valuesLikeUnset(
  names: readonly string[],
  { env, home, profile, makeFolder }: LikeUnset,
): Record<string, string> {
  const usual = profileFiles({}, home);
  const values = Object.fromEntries(names.map((name) => [name, '']));
  for (const name of REGIONS.filter((region) => names.includes(region))) {
    values[name] = regionLikeUnset(name, env, home);
  }
  if (names.includes('AWS_CONFIG_FILE')) values.AWS_CONFIG_FILE = usual.config;
  if (names.includes('AWS_SHARED_CREDENTIALS_FILE')) values.AWS_SHARED_CREDENTIALS_FILE = usual.credentials;
  if (names.includes('AWS_PROFILE')) values.AWS_PROFILE = profile;
  // Where both are set, boto3 takes the second.
  if (names.includes('AWS_DEFAULT_PROFILE')) values.AWS_DEFAULT_PROFILE = { ...env, ...values }.AWS_PROFILE ?? profile;
  if (values.AWS_PROFILE !== profile && values.AWS_DEFAULT_PROFILE !== profile) return values;
  const config = configWith(profile, profileFiles({ ...env, ...values }, home), makeFolder);
  return config === undefined ? values : { ...values, AWS_CONFIG_FILE: config };
}

/** The path of a config file like the one that there is, but with this profile; undefined where it exists already. */
function configWith(profile: LikeUnset['profile'], files: ProfileFiles, makeFolder: () => string): string | undefined {
  const text = textOf(files.config);
  const isThere =
    profile === ''
      ? text.includes(UNNAMED)
      : ['default', 'profile default'].some((header) => headersIn(text).has(header)) ||
        headersIn(textOf(files.credentials)).has('default');
  if (isThere) return undefined;
  const path = join(makeFolder(), 'config');
  const settings = linesOfSection(text, 'default') ?? linesOfSection(text, 'profile default') ?? '';
  const section = `${profile === '' ? UNNAMED : '[default]'}${settings}\n`;
  const whole = `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${section}`;
  writeFileSync(path, whole, { mode: 0o600, encoding: 'latin1' });
  return path;
}

const REGIONS = ['AWS_REGION', 'AWS_DEFAULT_REGION'] as const;

/**
 * The region that tools find where one of its variables is not set: most look into the other before the profile in use,
 * but the AWS CLI 1 and boto3 read `AWS_DEFAULT_REGION` alone. Empty where there is none: nothing else stands for that.
 */
function regionLikeUnset(name: (typeof REGIONS)[number], env: NodeJS.ProcessEnv, home: string): string {
  const { AWS_REGION = '', AWS_DEFAULT_REGION = '', AWS_PROFILE, AWS_DEFAULT_PROFILE } = env;
  const profile = [AWS_PROFILE, AWS_DEFAULT_PROFILE].find(Boolean) ?? 'default';
  const inProfile = regionOf(profile, profileFiles(env, home));
  return name === 'AWS_REGION' ? AWS_DEFAULT_REGION || inProfile : inProfile || AWS_REGION;
}

function regionOf(profile: string, { config, credentials }: ProfileFiles): string {
  const inConfig = textOf(config);
  const headers = profile === 'default' ? [profile, `profile ${profile}`] : [`profile ${profile}`];
  const sections = [
    ...headers.map((header) => linesOfSection(inConfig, header)),
    linesOfSection(textOf(credentials), profile),
  ];
  return sections.map((lines = '') => regionIn(lines)).find(Boolean) ?? '';
}

/**
 * The region in the lines of a section, as the AWS CLI and boto3 read it: with a colon as well, in any case, and not where
 * a line is indented deeper than the setting above, of which it is a part.
 */
function regionIn(lines: string): string | undefined {
  let depth = Infinity;
  for (const line of lines.split(/[\r\n]+/)) {
    const [, { length } = '', name, value] = SETTING.exec(line) ?? [];
    if (name === undefined || length > depth) continue;
    if (name.toLowerCase() === 'region') return value;
    depth = length;
  }
  return undefined;
}

const SETTING = /^([ \t]*)([^\s#;=:][^=:]*?)[ \t]*[=:][ \t]*([^\s#;]*)/;
const UNNAMED = '[profile ""]';

/**
 * Each byte as a letter, as comments may be in any encoding. What cannot be read has no profiles for others, either, nor
 * has a device, which may have no end.
 */
function textOf(path: string): string {
  try {
    return statSync(path).isFile() ? readFileSync(path, 'latin1') : '';
  } catch {
    return '';
  }
}
