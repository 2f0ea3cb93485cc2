import { validateProfileName } from '../profile/name';
import { keyPathText } from '../text/problem';
import { quoted } from '../text/value';
import { describeSecret, type GithubSecret, type KeyDestination, type SecretLocation } from './declaration';
import type { DocumentPart } from './document-part';
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
export function readKeyDestination(part: DocumentPart<GivenKeyDestination>): KeyDestination | undefined {
  const { given } = part;
  if (given === 'environment' || given === 'outputs') {
    noteDelivery(given === 'outputs' ? "the step's outputs" : 'the environment', part);
    return { to: given };
  }
  if (given === 'github-secrets') return readKeySecrets(part.as({}));
  const { profile, 'github-secrets': secrets } = given;
  if (secrets) return readKeySecrets(part.as(given).at('github-secrets').as(secrets));
  if (profile === undefined) return undefined;
  const broken = validateProfileName(profile);
  if (broken === undefined) noteDelivery(`the profile ${profile}`, part);
  else {
    part
      .as(given)
      .at('profile')
      .wrong(`is ${quoted(profile)}; a profile name ${broken}`);
  }
  return { to: 'profile', profile };
}

function readKeySecrets(
  part: DocumentPart<GivenLocation & { readonly prefix?: string | undefined }>,
): KeyDestination | undefined {
  const location = readLocation(part);
  if (!location) return undefined;
  const prefix = (part.given.prefix ?? '').toUpperCase();
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
    noteSecret({ name: `${prefix}${name}`, location }, part);
  }
  return { to: 'github-secrets', prefix, location };
}

/** Where the seed of an MFA device goes. */
export function readSeedDestination(part: DocumentPart<GivenSeedDestination>): GithubSecret | undefined {
  const secret = part.given['github-secret'];
  const settings = typeof secret === 'string' ? { name: secret } : secret;
  const location = settings && readLocation(part.at('github-secret').as(settings));
  if (!location || settings.name === undefined) return undefined;
  const delivered = { name: settings.name.toUpperCase(), location };
  noteSecret(delivered, part);
  return delivered;
}

/** Where Actions secrets are stored: in an organization, an environment or, if nothing is said, the job's own repository. */
function readLocation(part: DocumentPart<GivenLocation>): SecretLocation | undefined {
  const { organization, environment, visibility = 'private' } = part.given;
  if (organization !== undefined) return { of: 'organization', organization, visibility };
  const repository = part.given.repository ?? part.reading.settings.repository?.name;
  if (repository === undefined) {
    part.wrong('needs a repository (owner/name), as that of the job is not known: GITHUB_REPOSITORY is not set');
    return undefined;
  }
  return environment === undefined ? { of: 'repository', repository } : { of: 'environment', repository, environment };
}

function noteSecret(secret: GithubSecret, part: DocumentPart<unknown>): void {
  const to = `the secret ${describeSecret(secret)}`;
  // GitHub ignores the case of all these names.
  noteDelivery(to, part, to.toLowerCase());
}

/** Keeps two secrets from being delivered to one destination, where the second would replace the first. */
function noteDelivery(to: string, part: DocumentPart<unknown>, id = to): void {
  const { deliveries } = part.reading;
  const first = deliveries.get(id);
  if (first) part.wrong(`delivers to ${to}, where ${keyPathText(first)} delivers already`);
  else deliveries.set(id, part.path);
}
