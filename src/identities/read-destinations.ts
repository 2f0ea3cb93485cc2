import { validateProfileName } from '../profile/name';
import { quoted } from '../text/describe-value';
import type { KeyPath } from '../text/problem';
import type { GithubSecret, KeyDestination, SecretLocation } from './declaration';
import type { DocumentReading } from './document-reading';
import type { Sound, SoundUser } from './structure';

type ItemOf<List> = NonNullable<Extract<List, readonly unknown[]>[number]>;
type GivenKeyDestination = ItemOf<NonNullable<SoundUser['access-key']>['deliver']>;
type GivenSeedDestination = ItemOf<NonNullable<SoundUser['mfa-device']>['deliver']>;

type GivenLocation = Sound<{
  repository?: string;
  environment?: string;
  organization?: string;
  visibility?: 'all' | 'private';
}>;

/** Where an access key goes. */
export function readKeyDestination(
  given: GivenKeyDestination,
  path: KeyPath,
  reading: DocumentReading,
): KeyDestination | undefined {
  const { problems, deliveries } = reading;
  if (given === 'environment' || given === 'outputs') {
    deliveries.take(given === 'outputs' ? "the step's outputs" : 'the environment', path);
    return { to: given };
  }
  if (given === 'github-secrets') return readKeySecrets({}, path, reading);
  const { profile, 'github-secrets': secrets } = given;
  if (secrets) return readKeySecrets(secrets, [...path, 'github-secrets'], reading);
  if (profile === undefined) return undefined;
  const broken = validateProfileName(profile);
  if (broken !== undefined) problems.add([...path, 'profile'], `is ${quoted(profile)}; a profile name ${broken}`);
  else deliveries.take(`the profile ${profile}`, path);
  return { to: 'profile', profile };
}

function readKeySecrets(
  given: GivenLocation & { readonly prefix?: string | undefined },
  path: KeyPath,
  reading: DocumentReading,
): KeyDestination | undefined {
  const location = readLocation(given, path, reading);
  if (!location) return undefined;
  const prefix = (given.prefix ?? '').toUpperCase();
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
    reading.deliveries.takeSecret({ name: `${prefix}${name}`, location }, path);
  }
  return { to: 'github-secrets', prefix, location };
}

/** Where the seed of an MFA device goes. */
export function readSeedDestination(
  given: GivenSeedDestination,
  path: KeyPath,
  reading: DocumentReading,
): GithubSecret | undefined {
  const secret = given['github-secret'];
  const settings = typeof secret === 'string' ? { name: secret } : secret;
  const location = settings && readLocation(settings, [...path, 'github-secret'], reading);
  if (!location || settings.name === undefined) return undefined;
  const delivered = { name: settings.name.toUpperCase(), location };
  reading.deliveries.takeSecret(delivered, path);
  return delivered;
}

/** Where Actions secrets are stored: in an organization, an environment or, if nothing is said, the job's own repository. */
function readLocation(
  given: GivenLocation,
  path: KeyPath,
  { problems, settings }: DocumentReading,
): SecretLocation | undefined {
  const { organization, environment, visibility } = given;
  if (organization !== undefined) return { of: 'organization', organization, visibility: visibility ?? 'private' };
  const repository = given.repository ?? settings.repository?.name;
  if (repository === undefined) {
    problems.add(
      path,
      'needs a repository (owner/name), as that of the job is not known: GITHUB_REPOSITORY is not set',
    );
    return undefined;
  }
  return environment === undefined ? { of: 'repository', repository } : { of: 'environment', repository, environment };
}
