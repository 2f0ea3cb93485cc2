import { isLoopback } from '../network/proxy';
import { withoutPassword } from '../network/url-password';
import { validateProfileName } from '../profile/name';
import { keyPathText } from '../text/problem';
import { quoted } from '../text/value';
import type { KeyDestination } from './declaration';
import type { DocumentPart } from './document-part';
import {
  describeSecret,
  describeWorkspace,
  HCP_TERRAFORM,
  type GithubSecret,
  type SecretAudience,
  type SecretLocation,
} from './stored-secret';
import type { Sound, SoundUser } from './structure';

type ItemOf<List> = NonNullable<Extract<List, readonly unknown[]>[number]>;
type GivenKeyDestination = ItemOf<NonNullable<SoundUser['access-key']>['deliver']>;
type GivenSeedDestination = ItemOf<NonNullable<SoundUser['mfa-device']>['deliver']>;

type GivenLocation = Sound<{
  repository?: string;
  environment?: string;
  organization?: string;
  visibility?: 'all' | 'private' | 'selected';
  repositories?: string[];
}>;

/** Where an access key goes. */
export function readKeyDestination(part: DocumentPart<GivenKeyDestination>): KeyDestination | undefined {
  const { given } = part;
  if (given === 'environment' || given === 'outputs') {
    noteDelivery(given === 'outputs' ? "the step's outputs" : 'the environment', part);
    return { to: given };
  }
  if (given === 'github-secrets' || given === 'dependabot-secrets') return readKeySecrets(given, part.as({}));
  const { profile, 'github-secrets': ofActions, 'dependabot-secrets': ofDependabot, 'terraform-cloud': place } = given;
  if (ofActions) return readKeySecrets('github-secrets', part.as(given).at('github-secrets').as(ofActions));
  if (ofDependabot) {
    return readKeySecrets('dependabot-secrets', part.as(given).at('dependabot-secrets').as(ofDependabot));
  }
  if (place) return readWorkspace(part.as(given).at('terraform-cloud').as(place));
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
  store: GithubSecret['store'],
  part: DocumentPart<GivenLocation & { readonly prefix?: string | undefined }>,
): KeyDestination | undefined {
  const location = isOnGithub(part, INSTEAD_OF_SECRETS) ? readLocation(part) : undefined;
  if (!location) return undefined;
  const prefix = (part.given.prefix ?? '').toUpperCase();
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
    noteSecret({ store, name: `${prefix}${name}`, location }, part);
  }
  return { to: store, prefix, location };
}

type GivenWorkspace = Sound<{ organization: string; workspace: string; host?: string }>;

function readWorkspace(part: DocumentPart<GivenWorkspace>): KeyDestination | undefined {
  const { organization, workspace: name } = part.given;
  const server = readServer(part);
  if (organization === undefined || name === undefined || server === undefined) return undefined;
  const workspace = { server, organization, name };
  const to = describeWorkspace(workspace);
  // Records of keys ignore the case, too.
  noteDelivery(to, part, to.toLowerCase());
  return { to: 'terraform-cloud', workspace };
}

/** Where a workspace is: HashiCorp's own client takes the same variable, and nothing of it but the host. */
function readServer(part: DocumentPart<GivenWorkspace>): string | undefined {
  const { terraformAddress } = part.reading.settings;
  if (part.given.host !== undefined) return new URL(`https://${part.given.host}`).origin;
  if (terraformAddress === undefined) return HCP_TERRAFORM;
  const url = URL.canParse(terraformAddress) ? new URL(terraformAddress) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    part.wrong(
      `needs a host, as TFE_ADDRESS is ${quoted(withoutPassword(terraformAddress))}; it should be the URL of the server, ` +
        'such as https://tfe.example.com',
    );
    return undefined;
  }
  if (url.protocol === 'http:' && !isLoopback(url)) {
    part.warn(
      `is at ${url.origin}, as TFE_ADDRESS says, which is not encrypted. Whoever is on the way there can read the token ` +
        'and the access key. Use https://.',
    );
  }
  return url.origin;
}

/** Where the seed of an MFA device goes. */
export function readSeedDestination(part: DocumentPart<GivenSeedDestination>): GithubSecret | undefined {
  const secret = part.given['github-secret'];
  const settings = typeof secret === 'string' ? { name: secret } : secret;
  if (!settings || !isOnGithub(part, 'it should be made by a job on GitHub')) return undefined;
  const location = readLocation(part.at('github-secret').as(settings));
  if (!location || settings.name === undefined) return undefined;
  const delivered = { store: 'github-secrets', name: settings.name.toUpperCase(), location } as const;
  noteSecret(delivered, part);
  return delivered;
}

const INSTEAD_OF_SECRETS =
  'it should go to terraform-cloud, or to a place that ends with the job: environment, outputs or a profile';

/**
 * Whether secrets can be delivered to. Gitea and Forgejo have some, with another API, which does not say when one was last
 * written: without that, nobody knows whether both halves of a key belong together.
 *
 * @param instead what else can be done, as the end of a sentence
 */
function isOnGithub(part: DocumentPart<unknown>, instead: string): boolean {
  const { forge } = part.reading.settings;
  if (forge === 'GitHub') return true;
  part.wrong(
    `is for secrets of GitHub, and this job runs on ${forge}, which does not say when a secret was last written. So it could ` +
      `not be known what is in it; ${instead}`,
  );
  return false;
}

/** Where secrets are stored: in an organization, an environment or, if nothing is said, the job's own repository. */
function readLocation(part: DocumentPart<GivenLocation>): SecretLocation | undefined {
  const { organization, environment } = part.given;
  if (organization !== undefined) return { of: 'organization', organization, ...readAudience(part) };
  const repository = part.given.repository ?? part.reading.settings.repository?.name;
  if (repository === undefined) {
    part.wrong('needs a repository (owner/name), as that of the job is not known: GITHUB_REPOSITORY is not set');
    return undefined;
  }
  return environment === undefined ? { of: 'repository', repository } : { of: 'environment', repository, environment };
}

/** Repositories that are named are selected. */
function readAudience(part: DocumentPart<GivenLocation>): SecretAudience {
  const { visibility = 'private' } = part.given;
  const repositories = part
    .at('repositories')
    .items()
    .map(({ given }) => given);
  if (repositories.length > 0) return { visibility: 'selected', repositories };
  return { visibility: visibility === 'selected' ? 'private' : visibility };
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
