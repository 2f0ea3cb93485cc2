import { maskAccountsIn } from '../action/masks';
import type { Step } from '../action/step';
import { roleBeside, type RoleArn, type RoleName } from '../aws/arn';
import { isTemporary, type Credentials } from '../aws/credentials';
import { refusalOf } from '../aws/failure';
import { ActionError } from '../errors/action-error';
import type { AssumeRoleRequest } from '../inputs/request';
import { explainSts } from '../sts/explain';
import { withoutDispensable } from '../sts/session-tags';
import type { AssumedRole } from './outcome';
import { withMfa } from './mfa';
import { withPlainCharacters } from './plain-characters';
import { credentialsOf, nameOf } from './source';
import { connectSts } from './sts-calls';

type Request = Extract<AssumeRoleRequest, { by: 'credentials' }>;

/** The longest session that temporary credentials can obtain, in seconds. */
const MAX_CHAINED_DURATION = 3600;

/** Assumes a role with credentials that sign the request, and with MFA if it is asked for. */
export async function assumeRoleByCredentials(request: Request, step: Step): Promise<AssumedRole> {
  const { connection, session, signed } = request;
  const source = await credentialsOf(request.source, request, step);
  checkChainedDuration(request, source);
  const sts = await connectSts(request, step, source);
  const role = 'arn' in request.role ? request.role : await roleOfCaller(request.role);
  step.runner.info(`Assuming ${role.arn} with ${nameOf(request.source)}.`);

  const assume = (tags = signed.tags) => {
    const keys = new Set(tags.map(({ key }) => key));
    const transitiveTagKeys = signed.transitiveTagKeys.filter((key) => keys.has(key));
    const { externalId } = signed;
    return withMfa(request.mfa, source, request, step, (prove) =>
      sts.assumeRole({ roleArn: role.arn, ...session, externalId, tags, transitiveTagKeys }, prove),
    );
  };
  try {
    const obtained = await withPlainCharacters(session, step.runner.warning, async () => {
      try {
        return await assume();
      } catch (error) {
        const fewer = withoutDispensable(signed.tags);
        const tooLarge = refusalOf(error)?.code === 'PackedPolicyTooLarge';
        if (!tooLarge || fewer.length === signed.tags.length) throw error;
        step.runner.info(
          'AWS found the session tags too large together: trying without those that only describe the run.',
        );
        return assume(fewer);
      }
    });
    return { role, session: obtained };
  } catch (error) {
    throw explainSts(error, {
      tried: `assume ${role.arn} with ${nameOf(request.source)}`,
      region: connection.region,
      role,
      duration: session.duration,
      mfa: request.mfa !== undefined,
    });
  }

  async function roleOfCaller(name: RoleName): Promise<RoleArn> {
    try {
      const identity = await sts.getCallerIdentity();
      if (request.maskAccountId) maskAccountsIn(identity.arn, step);
      return roleBeside(identity, name);
    } catch (error) {
      const tried = `find the account in which ${name.pathAndName} is, with ${nameOf(request.source)}`;
      throw explainSts(error, { tried, region: connection.region });
    }
  }
}

/** @throws ActionError when AWS would refuse the duration for these credentials */
function checkChainedDuration({ session }: Request, source: Credentials): void {
  if (!isTemporary(source) || session.duration <= MAX_CHAINED_DURATION) return;
  throw new ActionError({
    code: 'session-too-long-for-chain',
    tried: `start: role-duration-seconds is ${session.duration}. Nothing was sent to AWS`,
    why: 'The source credentials are temporary, and AWS limits roles assumed with such credentials to 3600 seconds.',
    fix: 'Set role-duration-seconds to 3600 or less, or assume this role from OIDC or long-term keys directly.',
  });
}
