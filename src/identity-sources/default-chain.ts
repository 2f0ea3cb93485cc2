import { isPlain, isTemporary, secretsOf, type Credentials } from '../aws/credentials';
import { ActionError } from '../errors/action-error';
import { messageOf } from '../errors/message';
import type { DefaultChain, StepSettings } from '../inputs/request';
import { withDeadline } from '../network/deadline';
import type { Step } from '../runner/step';
import type { Signer } from './identity-source';

/**
 * The job's own credentials: of its environment, a profile, or the runner's role.
 *
 * @throws ActionError `no-credentials` or `id-token-permission-missing` when there are none, `source-not-renewable` when
 *   they do not last as long as they must
 */
export async function defaultChain(
  source: DefaultChain,
  { connection }: StepSettings,
  { env, clock }: Step,
): Promise<Signer> {
  const { defaultChainCredentials } = await import('../sts/sdk');
  const credentials = await withDeadline(() => defaultChainCredentials(connection), clock).catch((error: unknown) => {
    throw noCredentials(error, source.idTokenMissing, env);
  });
  if (!secretsOf(credentials).every(isPlain)) throw spoilt();
  if (source.mustLast && isFixed(credentials, env)) throw notRenewable(credentials);
  return { credentials, name: 'the credentials found in the job', identity: undefined };
}

/** Whether they are temporary, and nothing makes new ones when they have ended: as variables, or written in a profile. */
function isFixed(credentials: Credentials, env: NodeJS.ProcessEnv): boolean {
  if (!isTemporary(credentials)) return false;
  return credentials.expiration === undefined || credentials.sessionToken === env.AWS_SESSION_TOKEN;
}

function spoilt(): ActionError {
  return new ActionError({
    code: 'no-credentials',
    tried: 'use the credentials found in the job. Nothing was sent to AWS',
    why: 'In one of them is white space, a line break, or another character that no credential has.',
    fix: 'Correct AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or the profile: each is one word, without a line break at its end.',
  });
}

function notRenewable({ expiration }: Credentials): ActionError {
  return new ActionError({
    code: 'source-not-renewable',
    tried: 'renew the session later with the credentials found in the job. Nothing was sent to AWS',
    why:
      'They are temporary, and stand in variables or a profile as they are: ' +
      `once they have ended${expiration ? ` (${expiration.toISOString()})` : ''}, nothing can be renewed with them.`,
    fix: "Let the earlier step write a profile with refresh-credentials, too, and name it with AWS_PROFILE; or use OIDC, the runner's own role, or a user's access keys.",
  });
}

function noCredentials(error: unknown, idTokenMissing: boolean, env: NodeJS.ProcessEnv): ActionError {
  const answer = messageOf(error);
  const tried = "find credentials in the environment, the AWS profiles or the runner's own role";
  const keys = 'give aws-access-key-id and aws-secret-access-key (an empty secret counts as not given)';
  if (!idTokenMissing) {
    const fix = `Let an earlier step of the job provide credentials, or ${keys}, or set role-to-assume to use OIDC.`;
    return new ActionError({ code: 'no-credentials', tried, answer, fix, cause: error });
  }
  const fork = env.GITHUB_EVENT_NAME === 'pull_request';
  return new ActionError({
    code: 'id-token-permission-missing',
    tried,
    answer,
    why:
      "The job may not ask for GitHub's OIDC token: it lacks the permission id-token: write." +
      (fork ? ' Pull requests from forks never get it.' : ''),
    fix: `Add to the job:\n  permissions:\n    id-token: write\n    contents: read\nOr ${keys}.`,
    cause: error,
  });
}
