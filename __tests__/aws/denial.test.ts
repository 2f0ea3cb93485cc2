import { denialIn, explainDenial } from '../../src/aws/denial';
import { refusalOf, type Refusal } from '../../src/aws/failure';
import { sdkError } from './sdk-error';

const CI = 'arn:aws:iam::123456789012:user/ci';
const ROLE = 'arn:aws:iam::210987654321:role/deploy';
const refused = (reason: string, action = 'iam:CreateUser') =>
  `User: ${CI} is not authorized to perform: ${action} ${reason}`;

function refusal(words: string): Refusal {
  const found = refusalOf(sdkError('AccessDenied', words, { status: 403 }));
  if (!found) throw new Error('no refusal');
  return found;
}

const SCP = 'arn:aws:organizations::111122223333:policy/o-aaabbbccc/service_control_policy/p-0xn1knc2';
const BOUNDARY = 'arn:aws:iam::123456789012:policy/limits.of-all';

/** As AWS has written them, in its pages and in the logs of its users. */
const SAID: readonly (readonly [words: string, explicit: boolean, kind: string | undefined, policy?: string])[] = [
  [refused(`on resource: ${ROLE} with an explicit deny in a service control policy`), true, 'service control policy'],
  [refused(`with an explicit deny in a service control policy: ${SCP}`), true, 'service control policy', SCP],
  [refused('with an explicit deny in a resource control policy.'), true, 'resource control policy'],
  [refused('with an explicit deny in a VPC endpoint policy'), true, 'VPC endpoint policy'],
  [
    refused(`with an explicit deny in a VPC endpoint policy transitively through a service control policy: ${SCP}`),
    true,
    'service control policy',
    SCP,
  ],
  [refused('with an explicit deny in a session policy'), true, 'session policy'],
  [
    refused(
      `with an explicit deny in a permissions boundary: ${BOUNDARY}. Encoded authorization failure message: q-M8_Q`,
    ),
    true,
    'permissions boundary',
    BOUNDARY,
  ],
  [
    refused(
      `on resource: "${ROLE}"\nwith an explicit deny in an identity-based policy, with policy ARN: ${BOUNDARY}.\n` +
        'Go to https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details/EXAMPLE1a2b ' +
        'for complete details,\nor call the GetRequestAuthorizationDetails API with the following authorization id: EXAMPLE1a2b',
    ),
    true,
    'identity-based policy',
    BOUNDARY,
  ],
  [refused('with an explicit deny in a resource-based policy'), true, 'resource-based policy'],
  [refused('with an explicit deny in the role trust policy'), true, 'role trust policy'],
  [refused('with an explicit deny in a policy of another kind'), true, undefined],
  [refused('with an explicit deny'), true, undefined],
  [refused('because no identity-based policy allows the iam:CreateUser action'), false, 'identity-based policy'],
  [refused('because no resource-based policy allows the iam:CreateUser action'), false, 'resource-based policy'],
  [refused('because no role trust policy allows the sts:AssumeRole action'), false, 'role trust policy'],
  [refused('because no session policy allows the iam:CreateUser action'), false, 'session policy'],
  [refused('because no permissions boundary allows the iam:CreateUser action'), false, 'permissions boundary'],
  [refused('because no service control policy allows the iam:CreateUser action'), false, 'service control policy'],
  [refused('because no VPC endpoint policy allows the iam:CreateUser action'), false, 'VPC endpoint policy'],
  [refused('with an implicit deny in a service control policy'), false, 'service control policy'],
  [refused('because no identity-based policies allow the iam:CreateUser action'), false, 'identity-based policy'],
  [refused('because no permissions boundaries allow the iam:CreateUser action'), false, 'permissions boundary'],
  [refused(`on resource: ${ROLE}`), false, undefined],
  ['Not authorized to perform sts:AssumeRoleWithWebIdentity', false, undefined],
  [
    'Not authorized to perform sts:AssumeRoleWithWebIdentity with an explicit deny in a resource control policy',
    true,
    'resource control policy',
  ],
  ['MultiFactorAuthentication failed with invalid MFA one time pass code. ', false, undefined],
  ['Access Denied', false, undefined],
];

test.each(SAID.map(([words, explicit, kind, policy]) => ({ words, explicit, kind, policy })))('$words', (said) => {
  const { words, explicit, kind, policy } = said;
  expect(denialIn(refusal(words))).toMatchObject({ explicit, kind, policy });
  expect(explainDenial(refusal(words)) !== undefined).toBe(explicit || kind !== undefined);
});

test('who may not do what to what', () => {
  const words = `User: ${CI} is not authorized to perform: s3:GetObject on resource: "${ROLE}" because no x policy allows`;
  expect(denialIn(refusal(words))).toMatchObject({ caller: CI, action: 's3:GetObject', resource: ROLE });
  expect(denialIn(refusal(refused('on resource: user mona')))).toMatchObject({ resource: undefined });
  expect(denialIn(refusal('User: anonymous is not authorized'))).toMatchObject({
    caller: undefined,
    action: undefined,
    resource: undefined,
  });
});

test('no Allow ends a Deny: the way out is where the Deny is', () => {
  const words = refused(`with an explicit deny in a service control policy: ${SCP}`);
  expect(explainDenial(refusal(words))).toEqual({
    why: `A service control policy ${SCP} denies "iam:CreateUser", and so no other policy can allow it.`,
    fix: "Find that Deny in the organization's service control policies, which its administrators manage. Change it, or meet its conditions.",
  });
  expect(explainDenial(refusal('with an explicit deny'))).toEqual({
    why: 'A policy denies the call, and so no other policy can allow it.',
    fix: 'Find that Deny in the policies of the caller, its boundary, its session, the resource or the organization. Change it, or meet its conditions.',
  });
});

test('what no policy of a kind allows is to be allowed there', () => {
  const words = refused(`on resource: ${ROLE} because no identity-based policy allows the action`, 'sts:AssumeRole');
  expect(explainDenial(refusal(words))).toEqual({
    why: 'No identity-based policy allows "sts:AssumeRole", whatever other policies allow.',
    fix: `Allow "sts:AssumeRole" on ${ROLE} in the policies of ${CI} or its groups. docs/permissions.md has the whole policy that each mode needs.`,
  });
});

test('the policies of a session are those of its role', () => {
  const session = 'arn:aws:sts::123456789012:assumed-role/deploy/x';
  const words = (kind: string) => `User: ${session} is not authorized to perform: s3:Get because no ${kind} allows`;
  expect(explainDenial(refusal(words('identity-based policy')))?.fix).toContain(
    `in the policies of the role of ${session}.`,
  );
  expect(explainDenial(refusal(words('permissions boundary')))?.fix).toContain(`boundary of the role of ${session}.`);
});

test('the policies of a federated session are those of its user and its own', () => {
  const session = 'arn:aws:sts::123456789012:federated-user/ci';
  const words = `User: ${session} is not authorized to perform: s3:Get because no identity-based policy allows`;
  expect(explainDenial(refusal(words))?.fix).toContain(
    `in the policies of the user who asked for the session ${session}, and in those with which it was made`,
  );
});

test('a key that AWS found in public is to be replaced, whatever it may do', () => {
  const policy = 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3';
  expect(explainDenial(refusal(refused(`with an explicit deny in an identity-based policy: ${policy}`)))).toEqual({
    why: `AWS found an access key of ${CI} in public, and attached ${policy}, which denies "iam:CreateUser".`,
    fix: 'Replace the key at once, see in CloudTrail what was done with it, and then detach that policy.',
  });
});

test('a kind that is not known here yet is named as AWS names it', () => {
  expect(explainDenial(refusal(refused('with an explicit deny in an edge control policy')))).toEqual({
    why: 'An edge control policy denies "iam:CreateUser", and so no other policy can allow it.',
    fix: 'Find that Deny in the edge control policy. Change it, or meet its conditions.',
  });
});
