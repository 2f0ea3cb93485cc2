import type { DeclaredRole, DeclaredUser } from '../../../src/identities/declaration';
import { isObstacle } from '../../../src/provisioning/changes/change';
import { planPolicy } from '../../../src/provisioning/resources/policy';
import { planRole, type ExistingRole } from '../../../src/provisioning/resources/role';
import { planUser, type ExistingUser } from '../../../src/provisioning/resources/user';
import {
  allowing,
  arn,
  changeIn,
  declaredPolicy,
  declaredRole,
  declaredUser,
  existingPolicy,
  existingRole,
  existingUser,
  POWER_USER,
  READ_ONLY,
  RULES,
} from '../declared';

const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const QUARANTINE = 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3';
const denying = (Action: string | readonly string[]) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action, Resource: '*' }],
});
const DENIAL = denying('iam:*');
const POLICIES = [declaredPolicy(), declaredPolicy({ name: 'guard', document: DENIAL })];
const [LIST, GUARD] = [arn('policy/list'), arn('policy/guard')];
const [OLD_GUARD, LIMITED] = [arn('policy/old-guard'), arn('policy/limited')];
/** What the account's policies say. */
const policyTexts = new Map([
  [GUARD, DENIAL],
  [LIST, denying('s3:*')],
  [OLD_GUARD, DENIAL],
  [LIMITED, { ...DENIAL, Statement: [...DENIAL.Statement, ...allowing('*').Statement] }],
  [READ_ONLY, allowing(['s3:Get*', 'iam:Get*'])],
  [POWER_USER, allowing('*')],
]);
const WITH_TEXTS = { ...RULES, policyTexts };

type Case<Declared, Existing> = readonly [
  what: string,
  declared: Partial<Declared>,
  existing: Partial<Existing>,
  widenings: readonly string[],
];

describe('a user', () => {
  test.each<Case<DeclaredUser, ExistingUser>>([
    ['as it is', { policies: [{ arn: READ_ONLY }] }, { attachedPolicies: [READ_ONLY] }, []],
    ['with a policy more', { policies: [{ declared: 'list' }] }, {}, [`gets the policy ${LIST}`]],
    ['with a policy less', {}, { attachedPolicies: [READ_ONLY] }, []],
    [
      'with a policy in place of another',
      { policies: [{ arn: POWER_USER }] },
      { attachedPolicies: [READ_ONLY] },
      [`gets the policy ${POWER_USER}`],
    ],
    ['that could do everything before', { policies: [{ arn: POWER_USER }] }, { attachedPolicies: [ADMINISTRATOR] }, []],
    [
      'that was stopped, and is no more',
      {},
      { attachedPolicies: [QUARANTINE] },
      [`loses the policy ${QUARANTINE}, which denies`],
    ],
    [
      'without a policy that denies',
      {},
      { attachedPolicies: [GUARD] },
      [`loses the policy ${GUARD}: no longer denies all of iam:* on everything`],
    ],
    [
      'with another policy that denies as much',
      { policies: [{ declared: 'guard' }] },
      { attachedPolicies: [OLD_GUARD] },
      [],
    ],
    ['with a policy that only denies', { policies: [{ declared: 'guard' }] }, {}, []],
    [
      'with a policy that allows less than another did',
      { policies: [{ declared: 'list' }] },
      { attachedPolicies: [POWER_USER] },
      [],
    ],
    [
      'with a policy that allows what an inline policy did',
      { policies: [{ declared: 'list' }] },
      { inlinePolicies: { own: allowing('s3:*') } },
      [],
    ],
    [
      'with a policy in place of one that nobody could read',
      { policies: [{ declared: 'list' }] },
      { attachedPolicies: [arn('policy/secret')] },
      [`gets the policy ${LIST}`],
    ],
    ['with an inline policy in its place', { inlinePolicies: { own: DENIAL } }, { attachedPolicies: [GUARD] }, []],
    [
      'with another policy that denies less',
      { policies: [{ declared: 'list' }] },
      { attachedPolicies: [OLD_GUARD, LIST] },
      [`loses the policy ${OLD_GUARD}: no longer denies all of iam:* on everything`],
    ],
    ['without a policy that nobody could read', {}, { attachedPolicies: [arn('policy/secret')] }, []],
    ['with a first boundary', { permissionsBoundary: { arn: READ_ONLY } }, {}, []],
    [
      'with another boundary',
      { permissionsBoundary: { arn: POWER_USER } },
      { permissionsBoundary: READ_ONLY },
      [`has ${POWER_USER} as its permissions boundary in place of ${READ_ONLY}: allows every action on everything`],
    ],
    ['with a narrower boundary', { permissionsBoundary: { arn: READ_ONLY } }, { permissionsBoundary: POWER_USER }, []],
    [
      'with a boundary of the document, as that declares it',
      { permissionsBoundary: { declared: 'list' } },
      { permissionsBoundary: READ_ONLY },
      [`has ${LIST} as its permissions boundary in place of ${READ_ONLY}: allows s3:ListBucket on everything`],
    ],
    [
      'with a boundary that nobody could read',
      { permissionsBoundary: { arn: READ_ONLY } },
      { permissionsBoundary: arn('policy/secret') },
      [
        `has ${READ_ONLY} as its permissions boundary in place of ${arn('policy/secret')}, which are not compared: the step may not read both`,
      ],
    ],
    ['without its boundary', {}, { permissionsBoundary: READ_ONLY }, [`loses the permissions boundary ${READ_ONLY}`]],
    [
      'with an inline policy that allows more',
      { inlinePolicies: { own: allowing('s3:*') } },
      { inlinePolicies: { own: allowing('s3:Get*') } },
      ['allows s3:* on everything'],
    ],
    [
      'with an inline policy under another name',
      { inlinePolicies: { other: allowing('s3:Get*') } },
      { inlinePolicies: { own: allowing('s3:*') } },
      [],
    ],
    ['without an inline policy that allows', {}, { inlinePolicies: { own: allowing('s3:*') } }, []],
    [
      'without an inline policy that denies',
      {},
      { inlinePolicies: { own: DENIAL } },
      ['no longer denies all of iam:* on everything'],
    ],
    [
      'with an inline policy that denies now as a policy of the document',
      { policies: [{ declared: 'guard' }] },
      { inlinePolicies: { own: DENIAL } },
      [],
    ],
    [
      'without an inline policy that denies what another policy denies, too',
      { policies: [{ arn: OLD_GUARD }] },
      { inlinePolicies: { own: DENIAL }, attachedPolicies: [OLD_GUARD] },
      [],
    ],
    [
      'with an inline policy in place of which one comes that nobody could read',
      { policies: [{ arn: arn('policy/secret') }] },
      { inlinePolicies: { own: DENIAL } },
      ['no longer denies all of iam:* on everything', `gets the policy ${arn('policy/secret')}`],
    ],
    [
      'with an inline policy in place of which one comes that denies some of it',
      { policies: [{ declared: 'guard' }] },
      { inlinePolicies: { own: denying(['iam:*', 'sts:*']) } },
      ['no longer denies all of sts:* on everything'],
    ],
    [
      'without an inline policy that denies, and with a policy that denies no more',
      { policies: [{ declared: 'list' }] },
      { inlinePolicies: { own: denying('s3:*') }, attachedPolicies: [LIST] },
      ['no longer denies all of s3:* on everything'],
    ],
    [
      'with an inline policy that denies now as its boundary',
      { permissionsBoundary: { declared: 'guard' } },
      { inlinePolicies: { own: DENIAL }, permissionsBoundary: GUARD },
      [],
    ],
    [
      'with a boundary that denies now as an inline policy',
      { permissionsBoundary: { arn: POWER_USER }, inlinePolicies: { own: DENIAL } },
      { permissionsBoundary: LIMITED },
      [],
    ],
    [
      'with a boundary that denies less',
      { permissionsBoundary: { arn: POWER_USER } },
      { permissionsBoundary: LIMITED },
      [
        `has ${POWER_USER} as its permissions boundary in place of ${LIMITED}: no longer denies all of iam:* on everything`,
      ],
    ],
    [
      'with an inline policy that allows what a policy did that goes',
      { inlinePolicies: { own: allowing('s3:Get*') } },
      { attachedPolicies: [READ_ONLY] },
      [],
    ],
    [
      'with an inline policy that allows what only its boundary did',
      { inlinePolicies: { own: allowing('s3:Get*') }, permissionsBoundary: { arn: READ_ONLY } },
      { permissionsBoundary: READ_ONLY },
      ['allows s3:Get* on everything'],
    ],
    [
      'with an inline policy in place of all that it could do',
      { inlinePolicies: { own: allowing('s3:*') } },
      { attachedPolicies: [ADMINISTRATOR] },
      [],
    ],
    ['with other tags', { tags: { team: 'a' } }, { tags: { ...existingUser().tags, team: 'b' } }, []],
  ])('%s', (_, declared, existing, widenings) => {
    expect(changeIn(planUser(declaredUser(declared), existingUser(existing), POLICIES, WITH_TEXTS)).widenings).toEqual(
      widenings,
    );
  });

  test('says which policy that it loses nobody could read', () => {
    const attachedPolicies = [READ_ONLY, arn('policy/secret')];
    const { details } = changeIn(planUser(declaredUser(), existingUser({ attachedPolicies }), [], RULES));
    expect(details.filter((line) => line.startsWith('!'))).toEqual([
      `! what ${arn('policy/secret')} denies is not known: the step may not read it`,
    ]);
  });

  test('that need prove MFA no more', () => {
    const asked = planUser(declaredUser({ requireMfa: true }), undefined, [], RULES);
    if (isObstacle(asked)) throw new Error(asked.text);
    const text = asked.later.flat().find(({ operation }) => operation === 'PutUserPolicy')?.input;
    const policy = JSON.parse((text as { PolicyDocument: string }).PolicyDocument) as Record<string, unknown>;
    const { widenings } = changeIn(
      planUser(declaredUser(), existingUser({ inlinePolicies: { RequireMfa: policy } }), [], RULES),
    );
    expect(widenings).toEqual([
      expect.stringMatching(/^no longer denies all of every action but iam:CreateVirtualMFADevice, /),
    ]);
  });

  test.each<[what: string, declared: Partial<DeclaredUser>, widenings: readonly string[]]>([
    [
      'with what is usual',
      { policies: [{ arn: READ_ONLY }, { declared: 'list' }], inlinePolicies: { own: allowing('s3:*') } },
      [],
    ],
    ['that may do nearly everything', { policies: [{ arn: POWER_USER }] }, [`gets the policy ${POWER_USER}`]],
    ['that may do everything', { inlinePolicies: { own: allowing('*') } }, ['allows every action on everything']],
  ])('that is new, %s', (_, declared, widenings) => {
    expect(changeIn(planUser(declaredUser(declared), undefined, POLICIES, RULES)).widenings).toEqual(widenings);
  });
});

describe('a role', () => {
  const trusting = (AWS: string | readonly string[]) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' }],
  });
  test.each<Case<DeclaredRole, ExistingRole>>([
    ['as it is', { trust: { policy: trusting(arn('user/ci')) } }, { trust: trusting(arn('user/ci')) }, []],
    [
      'that trusts one more',
      { trust: { policy: trusting([arn('user/ci'), arn('role/x')]) } },
      { trust: trusting(arn('user/ci')) },
      [`trusts ${arn('role/x')}`],
    ],
    [
      'with longer sessions and another description',
      { trust: { policy: trusting(arn('user/ci')) }, maxSessionDuration: 43_200, description: 'x' },
      { trust: trusting(arn('user/ci')), maxSessionDuration: 7200 },
      ['lets sessions last longer: 2h → 12h'],
    ],
    [
      'with shorter sessions',
      { trust: { policy: trusting(arn('user/ci')) }, maxSessionDuration: 3600 },
      { trust: trusting(arn('user/ci')), maxSessionDuration: 7200 },
      [],
    ],
  ])('%s', (_, declared, existing, widenings) => {
    expect(changeIn(planRole(declaredRole(declared), existingRole(existing), POLICIES, RULES)).widenings).toEqual(
      widenings,
    );
  });

  test('that is new and trusts everyone', () => {
    const { widenings } = changeIn(planRole(declaredRole({ trust: { policy: trusting('*') } }), undefined, [], RULES));
    expect(widenings).toEqual(['trusts everyone']);
  });
});

describe('a policy', () => {
  const wideningsOf = (after: string, before?: string) =>
    changeIn(
      planPolicy(
        declaredPolicy({ document: allowing(after) }),
        before === undefined ? undefined : existingPolicy({ document: allowing(before) }),
        RULES,
      ),
    ).widenings;
  test('that allows more, or less', () => {
    expect(wideningsOf('s3:*', 's3:Get*')).toEqual(['allows s3:* on everything']);
    expect(wideningsOf('s3:Get*', 's3:*')).toEqual([]);
  });

  test('that is new widens nothing until somebody has it', () => {
    expect(wideningsOf('*')).toEqual([]);
    const all = declaredPolicy({ document: allowing('*') });
    const wideningsWith = (declared: Partial<DeclaredUser>) =>
      changeIn(planUser(declaredUser(declared), undefined, [all], RULES)).widenings;
    expect(wideningsWith({ policies: [{ declared: 'list' }] })).toEqual([
      'gets the policy list, which allows every action on everything',
    ]);
    expect(wideningsWith({ permissionsBoundary: { declared: 'list' } })).toEqual([]);
  });
});
