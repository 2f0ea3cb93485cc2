import { maskAccountsIn } from '../runner/masks';
import { callSettings, type Step } from '../runner/step';
import { roleBeside, type Identity, type RoleArn, type RoleName } from '../aws/arn';
import { isTemporary, type Credentials } from '../aws/credentials';
import { isRefusal } from '../aws/failure';
import { ActionError } from '../errors/action-error';
import type { MfaRequest, StepSettings } from '../inputs/request';
import { connectSts } from '../sts/connect';
import { withoutDispensable } from '../sts/session-tags';
import { withMfa } from './mfa';
import type { Hop, Origin } from './origin';
import type { AssumedRole } from '../delivery/outcome';
import { withPlainCharacters } from './plain-characters';

/** The longest session that temporary credentials can obtain, in seconds. */
const MAX_CHAINED_DURATION = 3600;

/** Credentials that roles are assumed with. */
export interface Source {
  readonly credentials: Credentials;
  /** For messages: "the access keys given". */
  readonly name: string;
  /** Whose they are, where that is known. */
  readonly identity?: Identity;
  /** How each request proves MFA, if it does. */
  readonly mfa?: MfaRequest | undefined;
}

/** Assumes roles with credentials that sign the requests, and with MFA if it is asked for. */
export function credentialsOrigin(source: Source, request: StepSettings, step: Step): Origin {
  const { credentials, mfa } = source;
  const connecting = connectSts(request.connection, credentials, callSettings(request, step));
  let identity = source.identity && Promise.resolve(source.identity);

  async function roleOfCaller(name: RoleName): Promise<RoleArn> {
    const sts = await connecting;
    identity ??= sts.getCallerIdentity(`find the account in which ${name.pathAndName} is, with ${source.name}`);
    const caller = await identity;
    if (request.maskAccountId) maskAccountsIn(caller.arn, step);
    return roleBeside(caller, name);
  }

  return {
    async assume({ role: wanted, session, signed, place }: Hop): Promise<AssumedRole> {
      checkChainedDuration(session.duration, credentials);
      const sts = await connecting;
      const role = 'arn' in wanted ? wanted : await roleOfCaller(wanted);
      step.runner.info(`Assuming ${role.arn}${place} with ${source.name}.`);

      const { externalId, sourceIdentity } = signed;
      const assume = (tags = signed.tags) => {
        const keys = new Set(tags.map(({ key }) => key));
        const transitiveTagKeys = signed.transitiveTagKeys.filter((key) => keys.has(key));
        const settings = { roleArn: role.arn, ...session, externalId, sourceIdentity, tags, transitiveTagKeys };
        const tried = `assume ${role.arn}${place} with ${source.name}`;
        return withMfa(mfa, credentials, request, step, (prove) => sts.assumeRole(settings, prove, tried));
      };
      const obtained = await withPlainCharacters(session, step.runner.warning, async () => {
        try {
          return await assume();
        } catch (error) {
          const fewer = withoutDispensable(signed.tags);
          const tooLarge = isRefusal(error, 'PackedPolicyTooLarge');
          if (!tooLarge || fewer.length === signed.tags.length) throw error;
          step.runner.info(
            'AWS found the session tags too large together: trying without those that only describe the run.',
          );
          return assume(fewer);
        }
      });
      return { role, session: obtained };
    },
  };
}

/** @throws ActionError when AWS would refuse the duration for these credentials */
function checkChainedDuration(duration: number, source: Credentials): void {
  if (!isTemporary(source) || duration <= MAX_CHAINED_DURATION) return;
  throw new ActionError({
    code: 'session-too-long-for-chain',
    tried: `start: role-duration-seconds is ${duration}. Nothing was sent to AWS`,
    why: 'The source credentials are temporary, and AWS limits roles assumed with such credentials to 3600 seconds.',
    fix: 'Set role-duration-seconds to 3600 or less, or assume this role from OIDC or long-term keys directly.',
  });
}
