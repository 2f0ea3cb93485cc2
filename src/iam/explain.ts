import { denialIn } from '../aws/denial';
import { explainFailure, unusualAnswer, type FailedCall, type RefusalRule } from '../aws/explain';
import type { ActionError } from '../errors/action-error';
import type { Operation } from './sdk';

/** What a call is for, where the name of its operation does not say enough. */
export interface Purpose {
  /** Completes "Could not …". */
  readonly tried: string;
  /** What refusals of it mean; those that all services share need no rule. */
  readonly rules: readonly RefusalRule<FailedCall>[];
}

/** A call to IAM that failed. */
export interface IamCall {
  readonly operation: Operation;
  readonly input: object;
  readonly purpose: Purpose | undefined;
  readonly region: string;
  /** The session that signs, where temporary credentials do, with its ARN if that is known. */
  readonly session: { readonly arn: string | undefined } | undefined;
}

const ENDPOINT = 'iam-endpoint';

/** The error to show the user for a failed call to IAM. */
export function explainIam(error: unknown, { operation, input, purpose, region, session }: IamCall): ActionError {
  // That of a role calls IAM as any user does.
  const sessionRules = session && !session.arn?.includes(':assumed-role/') ? [noCallFromSession] : [];
  if (purpose) {
    const rules = [...purpose.rules, ...sessionRules];
    return explainFailure(error, { tried: purpose.tried, region }, { endpoint: ENDPOINT, rules });
  }
  const tried = `call iam:${operation}${namedIn(input)}`;
  const rules = [...IAM_RULES, ...sessionRules];
  return explainFailure(error, { tried, region, operation }, { endpoint: ENDPOINT, rules });
}

/** The error for an answer of IAM that lacks what it must hold. */
export function unusualAnswerOfIam(tried: string, missing: string): ActionError {
  return unusualAnswer(tried, missing, ENDPOINT);
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
const noCallFromSession: RefusalRule<FailedCall> = ({ code }) =>
  code === 'InvalidClientTokenId' && {
    code: 'temporary-source',
    why: "IAM takes no call from a user's session without MFA, or from a federated session, and says that it does not know the key.",
    fix:
      'Prove MFA where the session is made (mode session-token, with mfa-secret or mfa-code), or let this step work with ' +
      "the user's own access keys or as a role.",
  };

const IAM_RULES: readonly RefusalRule<FailedCall & Pick<IamCall, 'operation'>>[] = [
  (refusal, { operation }) => {
    // A thing that is created with tags takes the right to tag as well.
    const action = denialIn(refusal).action ?? `iam:${operation}`;
    return (
      refusal.code === 'AccessDenied' && {
        code: 'iam-refused',
        why: `The credentials of this step do not allow "${action}" there (or a boundary, a session policy or the organization does not).`,
        fix: `Allow "${action}" to them; docs/permissions.md has the whole policy that this mode needs.`,
        also: 'If the policy asks for MFA (aws:MultiFactorAuthPresent): docs/mfa.md says how to work with a session that proved it.',
      }
    );
  },
  ({ code }) =>
    code === 'LimitExceeded' && {
      code: 'iam-limit',
      why: 'The account, or this user, role or policy, has as many of these as AWS allows.',
      fix: 'Remove what is not needed any more, or ask AWS for a higher quota (Service Quotas, IAM).',
    },
  ({ code }) =>
    code === 'EntityAlreadyExists' && {
      code: 'name-taken',
      why: 'Something with this name was there already: made at the same time, or with another case or path in its name.',
      fix: 'Run the job again; if it stays, choose another name, or give the declared one the same case and path.',
    },
  ({ code }) =>
    (code === 'MalformedPolicyDocument' || code === 'MalformedPolicy') && {
      code: 'policy-malformed',
      why: 'AWS does not take the policy: it names a principal that does not exist, or breaks a rule that only AWS knows.',
      fix: 'Correct it in the identity document; `aws accessanalyzer validate-policy` says more.',
    },
  ({ code }) =>
    code === 'NoSuchEntity' && {
      code: 'not-found',
      why: 'It, or what it refers to (a managed policy, a boundary, a user), does not exist in this account.',
      fix: 'Correct the name or the ARN in the identity document. If something was deleted just now: run the job again.',
    },
  ({ code, message }) =>
    /^(ValidationError|InvalidInput)$/.test(code) &&
    /\bARN\b.*\bnot valid\b/i.test(message) && {
      code: 'not-found',
      why: 'It is not the ARN of a managed policy: its form, its account or its partition is wrong, or it is that of something else.',
      fix: "Correct it in the identity document: it should be the ARN of AWS's own policy, or of one of this account.",
    },
  ({ code }) =>
    code === 'InvalidAuthenticationCode' && {
      code: 'mfa-code-refused',
      why: 'AWS takes the codes of a device only near their time. They are computed for the time of its own answers, so these came late, or someone else made the device again meanwhile.',
      fix: 'Run the step again when no other run is at work: it makes the device again.',
    },
  ({ code }) =>
    code === 'OpenIdIdpCommunicationError' && {
      code: 'identity-provider-unreachable',
      why: 'IAM could not reach the identity provider: for the moment, or because it is not open to AWS.',
      fix: 'Run the step again. If it stays: correct the URL, and open its /.well-known/openid-configuration to the internet.',
    },
  ({ code }) =>
    code === 'DeleteConflict' && {
      code: 'delete-conflict',
      why: 'Something that this action does not manage still uses it: AWS names it above.',
      fix: 'Remove that, and run the step again: it continues where it stopped.',
    },
];

/** What a call is about, by the names in its input. Nothing else of an input is shown: it may hold a policy or a code. */
function namedIn(input: object): string {
  const names = [
    'UserName',
    'RoleName',
    'PolicyName',
    'PolicyArn',
    'OpenIDConnectProviderArn',
    'VirtualMFADeviceName',
    'SerialNumber',
    'Url',
  ];
  const values = names.map((name) => Reflect.get(input, name) as unknown).filter((value) => typeof value === 'string');
  return values.length === 0 ? '' : ` for ${values.join(', ')}`;
}
