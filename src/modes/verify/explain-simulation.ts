import type { Purpose } from '../../iam/explain';
import { byResource, EVERY_RESOURCE, type Expectation } from '../../inputs/expectations';
import { TRY_IT, type Caller } from './simulated-caller';

/** What a simulation of the policies of `arn` is for, and what refusals of it mean. */
export function simulationOf(arn: string, caller: Caller, expectations: readonly Expectation[]): Purpose {
  return {
    tried: `find out what ${arn} may do`,
    rules: [
      ({ code }) => {
        const explanation = whyRefused(code, arn, caller);
        if (!explanation) return false;
        const proved = caller.isUserSession && code !== 'InvalidClientTokenId';
        const commands = commandsFor(arn, expectations, proved).map((command) => `\n  ${command}`);
        const also = `${explanation.path ?? ''}${TRY_IT} Or let an administrator run:${commands.join('')}`;
        return { code: 'simulation-refused', why: explanation.why, fix: `${explanation.fix} ${also}`, also };
      },
    ],
  };
}

function whyRefused(code: string, arn: string, { roleName, isUserSession }: Caller) {
  const fix = `Allow the caller "iam:SimulatePrincipalPolicy" on ${arn}.`;
  const path =
    roleName === undefined ? '' : 'If the role has a path: on the ARN with the path, and "iam:GetRole" on it, too. ';
  if (code === 'AccessDenied') return { why: 'The caller may not ask IAM what its policies allow.', fix, path };
  if (code === 'NoSuchEntity' && roleName !== undefined) {
    return {
      why: 'The role has a path, which its session does not name, and the caller may not look it up; or it was deleted.',
      fix,
      path,
    };
  }
  if (code === 'InvalidClientTokenId' && isUserSession) {
    return {
      why: "It is a user's session without MFA, and IAM takes no call from such.",
      fix: "Prove MFA where the session is made (mfa-secret or mfa-code), or verify with the user's own access keys.",
    };
  }
  if (code !== 'InvalidInput') return undefined;
  return {
    why: 'AWS does not know an action in expect-allowed or expect-denied, or not on such a resource.',
    fix: 'Correct that line: https://docs.aws.amazon.com/service-authorization/latest/reference/ lists all actions.',
  };
}

/** What an administrator can run to simulate the same. */
function commandsFor(arn: string, expectations: readonly Expectation[], mfa: boolean): string[] {
  return byResource(expectations).map((group) => {
    const actions = group.map(({ action }) => action).join(' ');
    const resource = group[0]?.resource ?? EVERY_RESOURCE;
    return [
      `aws iam simulate-principal-policy --policy-source-arn ${shellWord(arn)} --action-names ${actions}`,
      ...(resource === EVERY_RESOURCE ? [] : [`--resource-arns ${shellWord(resource)}`]),
      ...(mfa ? [`--context-entries ${MFA_CONTEXT}`] : []),
    ].join(' ');
  });
}

const MFA_CONTEXT = 'ContextKeyName=aws:MultiFactorAuthPresent,ContextKeyType=boolean,ContextKeyValues=true';

/** The text as one word of a shell. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
