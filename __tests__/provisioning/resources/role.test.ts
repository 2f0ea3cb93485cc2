import type { DeclaredRole } from '../../../src/identities/declaration';
import type { PolicyDocument } from '../../../src/policy/policy-document';
import type { Change } from '../../../src/provisioning/changes/change';
import { planRole, type ExistingRole } from '../../../src/provisioning/resources/role';
import { ACCOUNT } from '../../scenarios/scenario';
import {
  allowing,
  arn,
  changeIn,
  declaredPolicy,
  declaredRole,
  existingRole,
  NOBODYS,
  obstacleIn,
  OURS,
  OURS_LINES,
  OURS_LIST,
  plannedChange,
  POWER_USER,
  READ_ONLY,
  RULES,
  THEIRS,
} from '../declared';

const RoleName = 'deploy';
const LIST_ARN = arn('policy/list');

function planned(declared: Partial<DeclaredRole>, existing?: Partial<ExistingRole>, rules = RULES) {
  return planRole(declaredRole(declared), existing && existingRole(existing), [declaredPolicy()], rules);
}

const trusting = (user: string) => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: arn(`user/${user}`) }, Action: ['sts:AssumeRole', 'sts:TagSession'] },
  ],
});

describe('a role that is not there', () => {
  test('is made, whole', () => {
    const policy = allowing('s3:GetObject');
    const change = changeIn(
      planned({
        path: '/team/',
        tags: { team: 'platform' },
        description: 'Deploys',
        trust: { entries: [{ user: 'ci' }] },
        maxSessionDuration: 14_400,
        policies: [{ declared: 'list' }],
        inlinePolicies: { Read: policy },
        permissionsBoundary: { arn: POWER_USER },
      }),
    );
    expect(change).toEqual({
      widenings: [],
      action: 'create',
      kind: 'role',
      name: 'deploy',
      creates: { kind: 'role', name: 'deploy', arn: arn('role/team/deploy') },
      details: expect.arrayContaining([
        '+ path /team/',
        '+ description "Deploys"',
        '+ longest session 4h',
        `+ permissions boundary ${POWER_USER}`,
        '+ trust policy',
        `    +         "AWS": "${arn('user/ci')}"`,
        '+ inline policy Read',
        `+ policy ${LIST_ARN}`,
        '+ tag team = platform',
        ...OURS_LINES,
      ]) as unknown,
      stages: [
        [
          {
            operation: 'CreateRole',
            input: {
              RoleName,
              Path: '/team/',
              AssumeRolePolicyDocument: JSON.stringify(trusting('ci')),
              Description: 'Deploys',
              MaxSessionDuration: 14_400,
              PermissionsBoundary: POWER_USER,
              Tags: [{ Key: 'team', Value: 'platform' }, ...OURS_LIST],
            },
            refersTo: [arn('user/ci'), POWER_USER],
          },
        ],
      ],
      later: [
        [
          {
            operation: 'PutRolePolicy',
            input: { RoleName, PolicyName: 'Read', PolicyDocument: JSON.stringify(policy) },
          },
          { operation: 'AttachRolePolicy', input: { RoleName, PolicyArn: LIST_ARN }, refersTo: [LIST_ARN] },
        ],
      ],
    });
  });

  test('and is to have nothing is made in one call', () => {
    const trust = allowing('sts:AssumeRole');
    const { stages, later, details } = changeIn(planned({ trust: { policy: trust } }));
    expect(later).toEqual([]);
    expect(details.slice(0, 2)).toEqual(['+ longest session 1h', '+ trust policy']);
    expect(stages).toEqual([
      [
        {
          operation: 'CreateRole',
          input: {
            RoleName,
            Path: '/',
            AssumeRolePolicyDocument: JSON.stringify(trust),
            MaxSessionDuration: 3600,
            Tags: OURS_LIST,
          },
          refersTo: [],
        },
      ],
    ]);
  });
});

test('a role as declared is kept, without a call', () => {
  const trust = trusting('ci');
  const declared: Partial<DeclaredRole> = {
    description: 'Deploys',
    trust: { entries: [{ user: 'ci' }] },
    maxSessionDuration: 14_400,
    policies: [{ declared: 'list' }, { arn: READ_ONLY }],
    inlinePolicies: { Read: allowing('s3:GetObject') },
    permissionsBoundary: { arn: POWER_USER },
  };
  const existing: Partial<ExistingRole> = {
    description: 'Deploys',
    trust: { ...trust, Statement: { ...trust.Statement[0], Action: ['sts:TagSession', 'STS:AssumeRole'] } },
    maxSessionDuration: 14_400,
    attachedPolicies: [READ_ONLY, LIST_ARN],
    inlinePolicies: { Read: allowing(['s3:GetObject']) },
    permissionsBoundary: POWER_USER,
  };
  expect(planned(declared, existing)).toEqual(plannedChange({ action: 'keep', kind: 'role', name: 'deploy' }));
});

describe('a role that differs is put right', () => {
  const trust = { entries: [{ user: 'ci' }] } as const;
  const update = (Description: string, MaxSessionDuration: number) => ({
    operation: 'UpdateRole',
    input: { RoleName, Description, MaxSessionDuration },
  });

  test.each<
    [what: string, Partial<DeclaredRole>, Partial<ExistingRole>, stages: readonly unknown[], details: readonly string[]]
  >([
    [
      'trust edited by hand: it is put right before anything is granted',
      { trust, policies: [{ arn: READ_ONLY }] },
      { trust: trusting('eve') },
      [
        [
          {
            operation: 'UpdateAssumeRolePolicy',
            input: { RoleName, PolicyDocument: JSON.stringify(trusting('ci')) },
            refersTo: [arn('user/ci')],
          },
        ],
        [{ operation: 'AttachRolePolicy', input: { RoleName, PolicyArn: READ_ONLY }, refersTo: [READ_ONLY] }],
      ],
      [
        '~ trust policy',
        '            "Effect": "Allow",',
        '            "Principal": {',
        `    -         "AWS": "${arn('user/eve')}"`,
        `    +         "AWS": "${arn('user/ci')}"`,
        '            },',
        '            "Action": [',
        `+ policy ${READ_ONLY}`,
      ],
    ],
    [
      'trust in a user that was deleted since',
      { trust },
      { trust: { ...trusting('ci'), Statement: [{ Effect: 'Allow', Principal: { AWS: 'AIDACKCEVSQ6C2EXAMPLE' } }] } },
      [
        [
          {
            operation: 'UpdateAssumeRolePolicy',
            input: { RoleName, PolicyDocument: JSON.stringify(trusting('ci')) },
            refersTo: [arn('user/ci')],
          },
        ],
      ],
      expect.arrayContaining(['    -         "AWS": "AIDACKCEVSQ6C2EXAMPLE"']),
    ],
    [
      'a description',
      { description: 'Deploys' },
      { description: 'Was made by hand' },
      [[update('Deploys', 3600)]],
      ['~ description "Was made by hand" → "Deploys"'],
    ],
    [
      'a description of several lines',
      { description: 'Deploys' },
      { description: 'By hand\n::error::"x"' },
      [[update('Deploys', 3600)]],
      ['~ description "By hand\\n::error::\\"x\\"" → "Deploys"'],
    ],
    [
      'a description that is not declared',
      {},
      { description: 'Was made by hand' },
      [[update('', 3600)]],
      ['~ description "Was made by hand" → ""'],
    ],
    [
      'the longest session',
      { maxSessionDuration: 7200, description: 'Deploys' },
      { description: 'Deploys' },
      [[update('Deploys', 7200)]],
      ['~ longest session 1h → 2h'],
    ],
    [
      'policies, boundary and tags',
      { policies: [{ declared: 'list' }], inlinePolicies: { Read: allowing('s3:Get*') }, tags: { team: 'a' } },
      {
        attachedPolicies: [READ_ONLY],
        inlinePolicies: { Write: allowing('s3:Put*') },
        permissionsBoundary: POWER_USER,
        tags: { left: 'over', ...OURS },
      },
      [
        [
          { operation: 'DeleteRolePolicy', input: { RoleName, PolicyName: 'Write' } },
          { operation: 'DetachRolePolicy', input: { RoleName, PolicyArn: READ_ONLY } },
          { operation: 'UntagRole', input: { RoleName, TagKeys: ['left'] } },
        ],
        [
          { operation: 'DeleteRolePermissionsBoundary', input: { RoleName } },
          {
            operation: 'PutRolePolicy',
            input: { RoleName, PolicyName: 'Read', PolicyDocument: JSON.stringify(allowing('s3:Get*')) },
          },
          { operation: 'AttachRolePolicy', input: { RoleName, PolicyArn: LIST_ARN }, refersTo: [LIST_ARN] },
          { operation: 'TagRole', input: { RoleName, Tags: [{ Key: 'team', Value: 'a' }] } },
        ],
      ],
      expect.arrayContaining([
        `~ permissions boundary ${POWER_USER} → none`,
        '- inline policy Write',
        '+ inline policy Read',
        `- policy ${READ_ONLY}`,
        `+ policy ${LIST_ARN}`,
        '- tag left = over',
        '+ tag team = a',
      ]),
    ],
    [
      'another boundary',
      { permissionsBoundary: { declared: 'list' } },
      {},
      [
        [
          {
            operation: 'PutRolePermissionsBoundary',
            input: { RoleName, PermissionsBoundary: LIST_ARN },
            refersTo: [LIST_ARN],
          },
        ],
      ],
      [`~ permissions boundary none → ${LIST_ARN}`],
    ],
  ])('%s', (_, declared, existing, stages, details) => {
    // What widens access has its own tests.
    expect({ ...changeIn(planned(declared, existing)), widenings: [] }).toEqual(
      plannedChange({ action: 'change', kind: 'role', name: 'deploy', details, stages: stages as Change['stages'] }),
    );
  });
});

test.each([
  ['another repository’s', { tags: THEIRS }, 'not-ours'],
  ['nobody’s', { tags: NOBODYS }, 'not-ours'],
  ['ours under another path', { path: '/team/', arn: arn('role/team/deploy') }, 'path-differs'],
])('a role that is %s is in the way', (_, existing, code) => {
  expect(obstacleIn(planned({}, existing))?.code).toBe(code);
});

test('a role of others is taken over where that is asked for', () => {
  const { stages } = changeIn(planned({}, { tags: {} }, { ...RULES, adoptExisting: true }));
  expect(stages).toEqual([[{ operation: 'TagRole', input: { RoleName, Tags: OURS_LIST } }]]);
});

test.each<[what: string, trust: object, trusted: readonly string[]]>([
  ['everyone', { Statement: [{ Principal: '*' }] }, []],
  ['a service and an account by its ID', { Statement: { Principal: { Service: 'ec2.amazonaws.com', AWS: '1' } } }, []],
  [
    'a list, one of another statement, and a provider',
    {
      Statement: [
        { Principal: { AWS: [arn('role/a'), arn('role/b')] } },
        { Principal: { AWS: arn('user/c'), Federated: arn('oidc-provider/d') } },
      ],
    },
    [arn('role/a'), arn('role/b'), arn('user/c'), arn('oidc-provider/d')],
  ],
  ['all but one', { Statement: [{ NotPrincipal: { AWS: arn('role/a') } }] }, [arn('role/a')]],
  ['what is no principal', { Statement: ['x', { Principal: { AWS: [1] } }, { Condition: { a: arn('role/a') } }] }, []],
])('a role that trusts %s refers to those who must be there', (_, policy, trusted) => {
  const { stages } = changeIn(planned({ trust: { policy: policy as PolicyDocument } }));
  expect(stages.flat().map(({ refersTo }) => refersTo)).toEqual([trusted]);
});

describe('the role as which the step works', () => {
  const caller = `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/GitHubActions`;
  const as = (who: string) => ({ ...RULES, caller: who });
  const DENYING = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] };

  test.each<[declared: Partial<DeclaredRole>, existing: Partial<ExistingRole>, words: string]>([
    [{ policies: [{ arn: READ_ONLY }] }, { attachedPolicies: [POWER_USER] }, `takes ${POWER_USER} from it`],
    [{}, { inlinePolicies: { All: allowing('*') } }, 'takes the inline policy All from it'],
    [{ permissionsBoundary: { arn: READ_ONLY } }, {}, `gives it the permissions boundary ${READ_ONLY}`],
  ])('keeps what it may do: %j', (declared, existing, words) => {
    expect(obstacleIn(planned(declared, existing, as(caller)))).toEqual({
      code: 'removes-itself',
      text: expect.stringContaining(`the role deploy is the one as which this step works, and the document ${words}`),
    });
    const other = as(`arn:aws:sts::${ACCOUNT}:assumed-role/admin/GitHubActions`);
    expect(changeIn(planned(declared, existing, other)).action).toBe('change');
    expect(changeIn(planned(declared, existing)).action).toBe('change');
  });

  const GITHUB = { Federated: arn('oidc-provider/token.actions.githubusercontent.com') };
  const byGithub = (sub: string) => ({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: GITHUB,
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { 'token.actions.githubusercontent.com:sub': sub } },
      },
    ],
  });
  const together = (...policies: readonly (typeof DENYING | ReturnType<typeof trusting>)[]) => ({
    Version: '2012-10-17',
    Statement: policies.flatMap(({ Statement }) => Statement as readonly object[]),
  });
  const trustOf = (trust: object): Partial<ExistingRole> => ({ trust: trust as PolicyDocument });
  const wanting = (policy: object): Partial<DeclaredRole> => ({ trust: { policy: policy as PolicyDocument } });
  const RISK = /^! this step works as this role: if the new policy does not trust what the step comes with, no later/;

  test.each([
    ['another user', trusting('ci'), trusting('cd')],
    ['a user, and not the jobs', byGithub('repo:octo/app:ref:refs/heads/main'), trusting('ci')],
    [
      'nobody',
      trusting('ci'),
      { ...DENYING, Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }] },
    ],
  ])('still trusts someone: not if it is to trust %s', (_, before, wanted) => {
    expect(obstacleIn(planned(wanting(wanted), trustOf(before), as(caller)))).toEqual({
      code: 'removes-itself',
      text:
        'the role deploy is the one as which this step works, and the document takes from its trust policy everyone who is ' +
        'in it now: no later run could work as it. Let the step work as another user or role; or declare what it has',
    });
    const other = as(`arn:aws:sts::${ACCOUNT}:assumed-role/admin/GitHubActions`);
    expect(changeIn(planned(wanting(wanted), trustOf(before), other)).details).not.toContainEqual(
      expect.stringMatching(RISK),
    );
  });

  test.each([
    ['another branch', byGithub('repo:octo/app:ref:refs/heads/main'), byGithub('repo:octo/app:ref:refs/heads/release')],
    ['one of two', together(trusting('ci'), trusting('cd')), trusting('ci')],
    ['whom an account names', { Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT } }] }, trusting('ci')],
    ['an account', trusting('ci'), { Statement: [{ Effect: 'Allow', Principal: { AWS: arn('root') } }] }],
    ['all, unless denied', trusting('ci'), together(trusting('ci'), DENYING)],
  ])('shows in its plan that no later run might work as it: %s', (_, before, wanted) => {
    const { details } = changeIn(planned(wanting(wanted), trustOf(before), as(caller)));
    expect(details).toContainEqual(expect.stringMatching(RISK));
  });

  test('may trust more', () => {
    const { details } = changeIn(
      planned(wanting(together(trusting('ci'), trusting('cd'))), trustOf(trusting('ci')), as(caller)),
    );
    expect(details).not.toContainEqual(expect.stringMatching(RISK));
  });

  test.each<[declared: Partial<DeclaredRole>, existing: Partial<ExistingRole>]>([
    [{ policies: [{ arn: READ_ONLY }] }, {}],
    [{ inlinePolicies: { All: allowing('s3:*') } }, { inlinePolicies: { All: allowing('*') } }],
    [{}, { inlinePolicies: { None: DENYING } }],
    [{}, { permissionsBoundary: READ_ONLY }],
    [{ description: 'mine' }, {}],
  ])('is changed in all else: %j', (declared, existing) => {
    expect(changeIn(planned(declared, existing, as(caller))).action).toBe('change');
  });
});
