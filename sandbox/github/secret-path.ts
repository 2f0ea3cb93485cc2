import { apiRoot } from './route';

/** What secrets are for. */
export type Program = 'actions' | 'dependabot';

/** The URL of secrets, taken apart. */
export interface SecretPath {
  /** `owner/name` of a repository, or `org:name`. */
  readonly owner: string;
  readonly environment: string | undefined;
  /** Of what the secrets are for: each has its own. */
  readonly program: Program;
  readonly of: 'secrets' | 'public-key' | 'secret' | 'selected-repositories';
  /** Empty where it is not about one secret. */
  readonly name: string;
}

const holders = [
  /^\/repos\/(?<repository>[^/]+\/[^/]+)\/(?<program>actions|dependabot)\/secrets(?<rest>\/.*)?$/,
  /^\/repos\/(?<repository>[^/]+\/[^/]+)\/environments\/(?<environment>[^/]+)\/secrets(?<rest>\/.*)?$/,
  /^\/orgs\/(?<organization>[^/]+)\/(?<program>actions|dependabot)\/secrets(?<rest>\/.*)?$/,
];

/** Reads the path of a request; undefined when it is not one of secrets. */
export function parseSecretPath(path: string): SecretPath | undefined {
  if (!path.startsWith(`${apiRoot}/`)) return undefined;
  for (const holder of holders) {
    const groups = holder.exec(path.slice(apiRoot.length))?.groups;
    if (!groups) continue;
    const { repository, environment, organization, rest = '' } = groups;
    const program = groups.program === 'dependabot' ? 'dependabot' : 'actions';
    const owner = organization === undefined ? repository : `org:${organization}`;
    const asked = askedFor(rest, organization !== undefined);
    if (owner === undefined || asked === undefined) return undefined;
    const decoded = environment === undefined ? undefined : decodeURIComponent(environment);
    return { owner, environment: decoded, program, ...asked };
  }
  return undefined;
}

function askedFor(rest: string, inOrganization: boolean): Pick<SecretPath, 'of' | 'name'> | undefined {
  if (rest === '') return { of: 'secrets', name: '' };
  if (rest === '/public-key') return { of: 'public-key', name: '' };
  const [, name, selected] = /^\/([^/]+)(\/repositories)?$/.exec(rest) ?? [];
  if (name === undefined) return undefined;
  if (selected === undefined) return { of: 'secret', name: decodeURIComponent(name) };
  return inOrganization ? { of: 'selected-repositories', name: decodeURIComponent(name) } : undefined;
}
