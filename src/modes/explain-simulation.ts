import { refusalOf } from '../aws/failure';
import { ActionError } from '../errors/action-error';
import { byResource, type Expectation } from '../inputs/expectations';
import { explainSts } from '../sts/explain';
import { TRY_IT, type Caller } from './simulated-caller';

interface FailedSimulation {
  /** Whose policies were to be simulated. */
  readonly arn: string;
  readonly caller: Caller;
  readonly expectations: readonly Expectation[];
  readonly region: string;
}

/** The error to show the user when AWS simulated nothing. */
export function explainSimulation(error: unknown, failed: FailedSimulation): ActionError {
  const { arn, caller, expectations, region } = failed;
  const tried = `find out what ${arn} may do`;
  const refusal = refusalOf(error);
  const explanation = refusal && whyRefused(refusal.code, arn, caller);
  if (!explanation) return explainSts(error, { tried, region });
  const proved = caller.isUserSession && refusal.code !== 'InvalidClientTokenId';
  const commands = commandsFor(arn, expectations, proved).map((command) => `\n  ${command}`);
  const fix = `${explanation.fix} ${TRY_IT} Or let an administrator run:${commands.join('')}`;
  const answer = `${refusal.code}: ${refusal.message}`;
  return new ActionError({ code: 'simulation-refused', tried, answer, why: explanation.why, fix }, { cause: error });
}

function whyRefused(code: string, arn: string, { roleName, isUserSession }: Caller) {
  const path = ' If the role has a path: on the ARN with the path, and "iam:GetRole" on it, too.';
  const allow = `Allow the caller "iam:SimulatePrincipalPolicy" on ${arn}.${roleName === undefined ? '' : path}`;
  if (code === 'AccessDenied') return { why: 'The caller may not ask IAM what its policies allow.', fix: allow };
  if (code === 'NoSuchEntity' && roleName !== undefined) {
    return {
      why: 'The role has a path, which its session does not name, and the caller may not look it up; or it was deleted.',
      fix: allow,
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
    const resource = group[0]?.resource;
    return [
      `aws iam simulate-principal-policy --policy-source-arn ${quoted(arn)} --action-names ${actions}`,
      ...(resource === undefined ? [] : [`--resource-arns ${quoted(resource)}`]),
      ...(mfa ? [`--context-entries ${MFA_CONTEXT}`] : []),
    ].join(' ');
  });
}

const MFA_CONTEXT = 'ContextKeyName=aws:MultiFactorAuthPresent,ContextKeyType=boolean,ContextKeyValues=true';

/** The text as one word of a shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
