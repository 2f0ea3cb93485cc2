import type { ActionError, Explanation } from '../errors/action-error';
import { explainRest, unusual, type RestService } from '../rest/explain';
import { restRefusalOf, type RestRefusal } from '../rest/failure';
import { GITHUB_FAILURES, isRateLimit, NotGithubError } from './failure';
import { commentToken, type Forge } from './forge';
import type { IdTokenEndpoint } from './id-token';

/** Whose ID tokens they are. */
type Issuer = Pick<IdTokenEndpoint, 'issuer' | 'permission'>;

/** The error to show the user when an issuer gave no ID token. */
export function explainIdToken(error: unknown, of: Issuer, audience: string): ActionError {
  const { issuer } = of;
  return explainRest(error, `get an OIDC token from ${issuer} for the audience ${audience}`, {
    name: issuer,
    server: `${issuer}'s token endpoint`,
    route: 'the proxy variables',
    failures: GITHUB_FAILURES,
    meaning: (failure) => restRefusalOf(failure) && idTokenRefused(of),
  });
}

function idTokenRefused({ issuer, permission }: Issuer): Explanation {
  return {
    code: 'id-token-refused',
    why: `${issuer}'s token endpoint did not give a token to this job.`,
    fix: `Check that the job has ${permission} and is still running; then see the status page of ${issuer}.`,
  };
}

/** The API of those who run the job. */
function apiOf(forge: Forge, refused: (refusal: RestRefusal) => Explanation | undefined): RestService {
  const api = {
    name: forge,
    server: `${forge}'s API`,
    route: 'GITHUB_API_URL, the proxy variables',
    failures: GITHUB_FAILURES,
  };
  return {
    ...api,
    meaning(error) {
      const refusal = restRefusalOf(error);
      if (refusal) return isRateLimit(refusal) ? throttled(forge) : refused(refusal);
      return error instanceof NotGithubError ? unusual(api) : undefined;
    },
  };
}

/**
 * The error to show the user when GitHub did not do what was asked of secrets.
 *
 * @param tried completes "Could not …"
 */
export function explainSecret(error: unknown, tried: string): ActionError {
  return explainRest(error, tried, apiOf('GitHub', secretRefused));
}

/** The error to show the user when a forge did not do what was asked of comments. */
export function explainComment(error: unknown, tried: string, forge: Forge): ActionError {
  return explainRest(
    error,
    tried,
    apiOf(forge, (refusal) => commentRefused(refusal, forge)),
  );
}

function commentRefused({ status }: RestRefusal, forge: Forge): Explanation | undefined {
  const code = 'plan-comment-refused';
  const toComment =
    forge === 'GitHub'
      ? 'Let the job have the permission pull-requests: write, or give another token that has it'
      : `Give ${commentToken(forge)}, or give another token that may write issues and read its user`;
  switch (status) {
    case 401:
      return {
        ...tokenUnknown(forge),
        fix: `Give a current token that may write the comment, such as ${commentToken(forge)}.`,
      };
    case 403:
      return {
        code,
        why: 'The token in github-token may not write comments of pull requests; or the conversation is locked.',
        fix: `${toComment}. Else leave plan-comment out: the plan is in the log.`,
      };
    case 404:
    case 410:
      return {
        code,
        why: 'There is no such pull request, or the token in github-token may not see it.',
        fix: `${toComment}; it must reach the repository of the job.`,
      };
    default:
      return undefined;
  }
}

function tokenUnknown(forge: Forge): Pick<Explanation, 'code' | 'why'> {
  return {
    code: 'github-token-refused',
    why: `${forge} does not take the token in github-token: it has expired, was revoked, or belongs to another server.`,
  };
}

function throttled(forge: Forge): Explanation {
  return {
    code: 'throttled',
    why: `The token's requests came faster, or were more, than ${forge} allows; the attempts, or the time for them, were used up.`,
    fix: 'Run the step again later, at most an hour, and let fewer jobs share the token.',
  };
}

function secretRefused({ status, url }: RestRefusal): Explanation | undefined {
  const owner = ownerIn(url);
  const permission = `the permission "${permissionFor(url)}"`;
  switch (status) {
    case 401:
      return {
        ...tokenUnknown('GitHub'),
        fix: `Give a current token that has ${permission}: one of a GitHub App, or a fine-grained personal access token.`,
      };
    case 403:
      return {
        code: 'github-secret-refused',
        why: `The token in github-token lacks ${permission}. The GITHUB_TOKEN of a job can never have it.`,
        fix: `Give the token of a GitHub App, or a fine-grained personal access token, that has ${permission}.`,
      };
    case 404:
      return {
        code: 'github-secret-refused',
        why: `There is no such ${owner}, or the token in github-token may not see it.`,
        fix:
          `Check the name in the identity document${owner === 'environment' ? '; it must exist before it can hold secrets' : ''}. ` +
          `Then check that the token reaches it, with ${permission}.`,
      };
    default:
      return undefined;
  }
}

/** By what a secret belongs to: the permission of a fine-grained token, or of a GitHub App. */
const PERMISSIONS = {
  organization: 'Organization secrets: write',
  environment: 'Environments: write',
  repository: 'Secrets: write',
};
const DEPENDABOT_PERMISSIONS = {
  organization: 'Organization dependabot secrets: write',
  repository: 'Dependabot secrets: write',
};

function permissionFor(url: string): string {
  // A repository itself is asked for where it is selected for a secret of its organization.
  if (/\/repos\/[^/]+\/[^/]+$/.test(url)) return 'Metadata: read';
  const owner = ownerIn(url);
  return owner !== 'environment' && url.includes('/dependabot/secrets')
    ? DEPENDABOT_PERMISSIONS[owner]
    : PERMISSIONS[owner];
}

function ownerIn(url: string): keyof typeof PERMISSIONS {
  if (/\/orgs\/[^/]+\/(?:actions|dependabot)\/secrets/.test(url)) return 'organization';
  return /\/environments\/[^/]+\/secrets/.test(url) ? 'environment' : 'repository';
}
