import { roleInAccountOf, type Identity, type RoleArn, type RoleName } from '../aws/arn';
import { isTemporary } from '../aws/credentials';
import { callsAws } from '../aws/endpoint';
import { isRefusal } from '../aws/failure';
import { ActionError } from '../errors/action-error';
import type { MfaRequest, SignedSessionSettings, StepSettings } from '../inputs/request';
import { maskIdentity } from '../runner/masks';
import { callSettings, type Step } from '../runner/step';
import { connectSts, identify } from '../sts/connect';
import { MAX_CHAINED_DURATION, tooLongForChain } from '../sts/session-parameters';
import { fewerTags, type SessionTag } from '../sts/session-tags';
import type { RoleAssumer, Signer } from './identity-source';
import { withMfa } from './mfa';
import { withPlainCharacters } from './plain-characters';

/**
 * Assumes roles with credentials that sign the requests.
 *
 * @param mfa how each request proves MFA, if it does
 */
export function signedRequests(
  signer: Signer,
  mfa: MfaRequest | undefined,
  settings: StepSettings,
  step: Step,
): RoleAssumer {
  const { credentials } = signer;
  const connecting = connectSts(settings.connection, credentials, callSettings(settings, step));
  let identity: Promise<Identity> | undefined;

  async function caller(tried: string): Promise<Identity> {
    identity ??= identify(signer, tried, settings.connection, callSettings(settings, step));
    const known = await identity;
    if (settings.maskAccountId) maskIdentity(known, step);
    return known;
  }

  async function roleOfCaller(name: RoleName): Promise<RoleArn> {
    const tried = `find the account in which ${name.pathAndName} is, with ${signer.name}`;
    const role = roleInAccountOf(await caller(tried), name);
    if (role) return role;
    throw new ActionError({
      code: 'unusual-answer',
      tried,
      why: 'The service at sts-endpoint does not say whose the credentials are.',
      fix: 'Give the whole ARN of the role, in the form that this service has for it.',
    });
  }

  return {
    async assume({ role: wanted, session, signed, inChain }) {
      if (callsAws(settings.connection.stsEndpoint, 'STS')) checkChainedDuration(session.duration, signer);
      const sts = await connecting;
      const role = 'arn' in wanted ? wanted : await roleOfCaller(wanted);
      // AWS names the caller when it refuses, and so may later steps.
      if (settings.maskAccountId) await caller(`hide the account of ${signer.name}`);
      step.runner.info(`Assuming ${role.arn}${inChain} with ${signer.name}.`);
      const tried = `assume ${role.arn}${inChain} with ${signer.name}`;

      const { externalId, sourceIdentity, transitiveTagKeys } = signed;
      const assume = (tags: readonly SessionTag[]) => {
        const asked = { roleArn: role.arn, ...session, externalId, sourceIdentity, tags, transitiveTagKeys };
        return withMfa({ mfa, credentials }, settings, step, (prove) => sts.assumeRole(asked, prove, tried));
      };
      const assumeWithTags = withFewerTags(signed, step.runner.info, assume);
      const obtained = await withPlainCharacters(session, step.runner.warning, assumeWithTags);
      return { role, session: obtained };
    },
  };
}

/** Makes a request with session tags, and with ever fewer of them where AWS finds them too large together. */
function withFewerTags<T>(
  { tags, transitiveTagKeys }: Pick<SignedSessionSettings, 'tags' | 'transitiveTagKeys'>,
  report: (text: string) => void,
  request: (tags: readonly SessionTag[]) => Promise<T>,
): () => Promise<T> {
  const fewer = fewerTags(tags, transitiveTagKeys);
  let left = tags;
  return async () => {
    for (;;) {
      try {
        return await request(left);
      } catch (error) {
        const next = fewer.shift();
        if (!next || !isRefusal(error, 'PackedPolicyTooLarge')) throw error;
        const omitted = left.filter((tag) => !next.includes(tag)).map(({ key }) => key);
        report(`AWS found the session tags too large together: trying without ${omitted.join(', ')}.`);
        left = next;
      }
    }
  };
}

/** @throws ActionError when AWS would refuse the duration for these credentials */
function checkChainedDuration(duration: number, { credentials, name }: Signer): void {
  if (!isTemporary(credentials) || duration <= MAX_CHAINED_DURATION) return;
  throw new ActionError({
    ...tooLongForChain(duration),
    tried: `assume a role for ${duration} seconds with ${name}. Nothing was sent to AWS`,
  });
}
