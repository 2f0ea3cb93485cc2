import type { Identity } from '../aws/arn';
import { preferredToProfile } from '../aws/credential-order';
import { isPlain, isTemporary, partsOf, secretsOf, type Credentials } from '../aws/credentials';
import { ActionError } from '../errors/action-error';
import type { DefaultChain, StepSettings } from '../inputs/request';
import { maskIdentity } from '../runner/masks';
import { callSettings, type Step } from '../runner/step';
import { connectSts } from '../sts/connect';
import type { ChainSource } from '../sts/default-chain';
import { atMinute } from '../text/time-words';
import type { Signer } from './identity-source';

/**
 * The job's own credentials: of its environment, a profile, or the runner's role.
 *
 * @throws ActionError that says of each place why there are none; `source-not-renewable` when they do not last as long as
 *   they must
 */
export async function defaultChain(source: DefaultChain, settings: StepSettings, step: Step): Promise<Signer> {
  const { env, runner } = step;
  const { searchDefaultChain } = await import('../sts/sdk');
  const result = await searchDefaultChain(settings.connection, callSettings(settings, step));
  if ('failed' in result) {
    const failed = result.failed.map((each) => ({ ...each, place: placeOf(each.source, env) }));
    const { noCredentials } = await import('./no-credentials');
    throw await noCredentials(failed, source, settings, env);
  }
  const { credentials } = result;
  if (!partsOf(credentials).every(isPlain)) throw spoilt();
  if (source.mustLast && isFixed(credentials, env)) throw notRenewable(credentials);
  const place = placeOf(result.source, env);
  runner.info(`Credentials found: those of ${place}.`);
  if (env.AWS_PROFILE && result.source !== 'profile') {
    runner.warning(
      `The profile ${env.AWS_PROFILE} (AWS_PROFILE) gives no credentials: those of ${place} are used instead.`,
    );
  }
  const signer = { credentials, name: `the credentials of ${place}`, identity: undefined };
  const other = preferredToProfile(env);
  return other === undefined ? signer : { ...signer, identity: await warnOfOther(other, signer, settings, step) };
}

/** Where credentials are, as messages name it after "the credentials of". */
function placeOf(source: ChainSource, env: NodeJS.ProcessEnv): string {
  const set = (name: string) => env[name] ?? '';
  switch (source) {
    case 'environment':
      return 'the environment (AWS_ACCESS_KEY_ID)';
    case 'profile':
      return env.AWS_PROFILE ? `the profile ${env.AWS_PROFILE} (AWS_PROFILE)` : 'the profile default';
    case 'token file':
      return `the role ${set('AWS_ROLE_ARN')} with the token in ${set('AWS_WEB_IDENTITY_TOKEN_FILE')} (AWS_WEB_IDENTITY_TOKEN_FILE)`;
    case 'container':
      return `the container (${env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI ? 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI' : 'AWS_CONTAINER_CREDENTIALS_FULL_URI'})`;
    case 'machine':
      return 'the role of this machine';
  }
}

/** Says whose credentials this step uses of two that are in the job, where tools do not agree on one. */
async function warnOfOther(
  other: string,
  { credentials, name }: Signer,
  settings: StepSettings,
  step: Step,
): Promise<Identity | undefined> {
  secretsOf(credentials).forEach(step.runner.mask);
  const sts = await connectSts(settings.connection, credentials, callSettings(settings, step));
  // What is wrong with them is said when they are used.
  const identity = await sts.getCallerIdentity(`verify ${name} with STS`).catch(() => undefined);
  if (settings.maskAccountId && identity) maskIdentity(identity, step);
  step.runner.warning(
    `Two sets of credentials are in the job. This step uses ${name}${identity?.arn === undefined ? '' : `: ${identity.arn}`}. ` +
      `The AWS CLI and most other tools prefer those of ${other}. To use them here as well, set AWS_PROFILE: '' under ` +
      '"env:" of this step.',
  );
  return identity;
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
      `once they have ended${expiration ? ` (${atMinute(expiration.getTime())})` : ''}, nothing can be renewed with them.`,
    fix: "Let the earlier step write a profile with refresh-credentials, too, and name it with AWS_PROFILE; or use OIDC, the runner's own role, or a user's access keys.",
  });
}
