import type { DeclaredUser } from '../../../src/identities/declaration';
import { requireMfaPolicy } from '../../../src/policy/require-mfa';
import type { Change } from '../../../src/provisioning/changes/change';
import { planUser, type ExistingUser } from '../../../src/provisioning/resources/user';
import {
  allowing,
  arn,
  changeIn,
  declaredPolicy,
  declaredUser,
  existingUser,
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
  TO_GITHUB,
} from '../declared';

const UserName = 'pulumi';
const LIST = declaredPolicy({ path: '/team/' });
const LIST_ARN = arn('policy/team/list');

function planned(declared: Partial<DeclaredUser>, existing?: Partial<ExistingUser>, rules = RULES) {
  return planUser(declaredUser(declared), existing && existingUser(existing), [LIST], rules);
}

describe('a user that is not there', () => {
  test('is made, whole', () => {
    const policy = allowing('sts:AssumeRole');
    const declared: Partial<DeclaredUser> = {
      path: '/machine/',
      tags: { team: 'platform' },
      policies: [{ declared: 'list' }, { arn: READ_ONLY }],
      inlinePolicies: { Assume: policy },
      permissionsBoundary: { arn: POWER_USER },
    };
    expect(changeIn(planned(declared))).toEqual({
      widenings: [],
      action: 'create',
      kind: 'user',
      name: 'pulumi',
      creates: { kind: 'user', name: 'pulumi', arn: arn('user/machine/pulumi') },
      details: [
        '+ path /machine/',
        `+ permissions boundary ${POWER_USER}`,
        '+ inline policy Assume',
        ...JSON.stringify(policy, undefined, 2)
          .split('\n')
          .map((line) => `    + ${line}`),
        `+ policy ${LIST_ARN}`,
        `+ policy ${READ_ONLY}`,
        ...OURS_LINES,
        '+ tag team = platform',
      ],
      stages: [
        [
          {
            operation: 'CreateUser',
            input: {
              UserName,
              Path: '/machine/',
              PermissionsBoundary: POWER_USER,
              Tags: [{ Key: 'team', Value: 'platform' }, ...OURS_LIST],
            },
            refersTo: [POWER_USER],
          },
        ],
      ],
      later: [
        [
          {
            operation: 'PutUserPolicy',
            input: { UserName, PolicyName: 'Assume', PolicyDocument: JSON.stringify(policy) },
          },
          { operation: 'AttachUserPolicy', input: { UserName, PolicyArn: LIST_ARN }, refersTo: [LIST_ARN] },
          { operation: 'AttachUserPolicy', input: { UserName, PolicyArn: READ_ONLY }, refersTo: [READ_ONLY] },
        ],
      ],
    });
  });

  test('and is to have nothing is made in one call', () => {
    const { stages, later } = changeIn(planned({}));
    expect(stages).toEqual([
      [{ operation: 'CreateUser', input: { UserName, Path: '/', Tags: OURS_LIST }, refersTo: [] }],
    ]);
    expect(later).toEqual([]);
  });

  test('and is to have a key is made with the announcement of it', () => {
    const accessKey = { maxAge: undefined, grace: undefined, deliver: [TO_GITHUB] };
    const Key = 'aws-identity-action:making:123456.0a1b2c3d';
    const Tags = [...OURS_LIST, { Key, Value: 'run=octo/app:123456.1:0a1b2c3d at=2026-04-11T12:00:00Z' }];
    const { stages, details } = changeIn(planned({ accessKey }));
    expect(stages).toEqual([[{ operation: 'CreateUser', input: { UserName, Path: '/', Tags }, refersTo: [] }]]);
    expect(details).toEqual(OURS_LINES);
  });

  test('is bounded by a policy of the document, too', () => {
    const { stages } = changeIn(planned({ permissionsBoundary: { declared: 'list' } }));
    expect(stages[0]?.[0]?.input).toMatchObject({ PermissionsBoundary: LIST_ARN });
  });
});

test('a user as declared is kept, without a call', () => {
  const policy = allowing(['s3:GetObject', 's3:ListBucket']);
  const meaningTheSame = {
    ...policy,
    Statement: { ...policy.Statement[0], Action: ['s3:listbucket', 's3:GetObject'] },
  };
  const declared: Partial<DeclaredUser> = {
    path: '/machine/',
    tags: { team: 'platform' },
    policies: [{ declared: 'list' }, { arn: READ_ONLY }],
    inlinePolicies: { Read: policy },
    permissionsBoundary: { arn: POWER_USER },
    requireMfa: true,
    accessKey: { maxAge: undefined, grace: undefined, deliver: [TO_GITHUB] },
  };
  const userArn = arn('user/machine/pulumi');
  const existing: Partial<ExistingUser> = {
    arn: userArn,
    path: '/machine/',
    tags: {
      team: 'platform',
      'aws-identity-action:suspect:AKIAIOSFODNN7EXAMPLE': 'at=2026-04-11T12:00:00Z',
      'aws:x': 'y',
      ...OURS,
    },
    attachedPolicies: [READ_ONLY, LIST_ARN],
    inlinePolicies: { Read: meaningTheSame, RequireMfa: requireMfaPolicy(userArn) },
    permissionsBoundary: POWER_USER,
  };
  expect(planned(declared, existing)).toEqual(plannedChange({ action: 'keep', kind: 'user', name: 'pulumi' }));
});

describe('a user that differs is put right', () => {
  const policy = allowing('s3:GetObject');
  const inline = (PolicyDocument: object) => ({
    operation: 'PutUserPolicy',
    input: { UserName, PolicyName: 'Read', PolicyDocument: JSON.stringify(PolicyDocument) },
  });

  test.each<
    [what: string, Partial<DeclaredUser>, Partial<ExistingUser>, stages: readonly unknown[], details: readonly string[]]
  >([
    [
      'a policy detached by hand',
      { policies: [{ arn: READ_ONLY }] },
      {},
      [[{ operation: 'AttachUserPolicy', input: { UserName, PolicyArn: READ_ONLY }, refersTo: [READ_ONLY] }]],
      [`+ policy ${READ_ONLY}`],
    ],
    [
      'a policy attached by hand',
      {},
      { attachedPolicies: [READ_ONLY] },
      [[{ operation: 'DetachUserPolicy', input: { UserName, PolicyArn: READ_ONLY } }]],
      [`- policy ${READ_ONLY}`],
    ],
    [
      'one policy in the place of another: first the one goes',
      { policies: [{ declared: 'list' }] },
      { attachedPolicies: [READ_ONLY] },
      [
        [{ operation: 'DetachUserPolicy', input: { UserName, PolicyArn: READ_ONLY } }],
        [{ operation: 'AttachUserPolicy', input: { UserName, PolicyArn: LIST_ARN }, refersTo: [LIST_ARN] }],
      ],
      [`- policy ${READ_ONLY}`, `+ policy ${LIST_ARN}`],
    ],
    [
      'an inline policy edited by hand',
      { inlinePolicies: { Read: policy } },
      { inlinePolicies: { Read: allowing('s3:*') } },
      [[inline(policy)]],
      [
        '~ inline policy Read',
        '          {',
        '            "Effect": "Allow",',
        '    -       "Action": "s3:*",',
        '    +       "Action": "s3:GetObject",',
        '            "Resource": "*"',
        '          }',
      ],
    ],
    [
      'an inline policy put by hand',
      {},
      { inlinePolicies: { Read: policy } },
      [[{ operation: 'DeleteUserPolicy', input: { UserName, PolicyName: 'Read' } }]],
      [
        '- inline policy Read',
        '    - {',
        '    -   "Version": "2012-10-17",',
        '    -   "Statement": [',
        '    -     {',
        '    -       "Effect": "Allow",',
        '    -       "Action": "s3:GetObject",',
        '    -       "Resource": "*"',
        '    -     }',
        '    -   ]',
        '    - }',
      ],
    ],
    [
      'a boundary that is missing: it comes before all that is granted',
      { permissionsBoundary: { arn: POWER_USER }, policies: [{ arn: READ_ONLY }] },
      {},
      [
        [
          {
            operation: 'PutUserPermissionsBoundary',
            input: { UserName, PermissionsBoundary: POWER_USER },
            refersTo: [POWER_USER],
          },
        ],
        [{ operation: 'AttachUserPolicy', input: { UserName, PolicyArn: READ_ONLY }, refersTo: [READ_ONLY] }],
      ],
      [`~ permissions boundary none → ${POWER_USER}`, `+ policy ${READ_ONLY}`],
    ],
    [
      'another boundary',
      { permissionsBoundary: { declared: 'list' } },
      { permissionsBoundary: POWER_USER },
      [
        [
          {
            operation: 'PutUserPermissionsBoundary',
            input: { UserName, PermissionsBoundary: LIST_ARN },
            refersTo: [LIST_ARN],
          },
        ],
      ],
      [`~ permissions boundary ${POWER_USER} → ${LIST_ARN}`],
    ],
    [
      'a boundary that is not declared: it goes after all that is taken away',
      {},
      { permissionsBoundary: POWER_USER, attachedPolicies: [READ_ONLY] },
      [
        [{ operation: 'DetachUserPolicy', input: { UserName, PolicyArn: READ_ONLY } }],
        [{ operation: 'DeleteUserPermissionsBoundary', input: { UserName } }],
      ],
      [`~ permissions boundary ${POWER_USER} → none`, `- policy ${READ_ONLY}`],
    ],
    [
      'tags: one gone, one with another value, one too many',
      { tags: { team: 'platform', stage: 'test' } },
      { tags: { stage: 'production', left: 'over', ...OURS } },
      [
        [{ operation: 'UntagUser', input: { UserName, TagKeys: ['left'] } }],
        [
          {
            operation: 'TagUser',
            input: {
              UserName,
              Tags: [
                { Key: 'team', Value: 'platform' },
                { Key: 'stage', Value: 'test' },
              ],
            },
          },
        ],
      ],
      ['- tag left = over', '~ tag stage = production → test', '+ tag team = platform'],
    ],
    [
      'a key of a tag in another case is another tag',
      { tags: { Team: 'a' } },
      { tags: { team: 'a', ...OURS } },
      [
        [{ operation: 'UntagUser', input: { UserName, TagKeys: ['team'] } }],
        [{ operation: 'TagUser', input: { UserName, Tags: [{ Key: 'Team', Value: 'a' }] } }],
      ],
      ['+ tag Team = a', '- tag team = a'],
    ],
  ])('%s', (_, declared, existing, stages, details) => {
    // What widens access has its own tests.
    expect({ ...changeIn(planned(declared, existing)), widenings: [] }).toEqual(
      plannedChange({ action: 'change', kind: 'user', name: 'pulumi', details, stages: stages as Change['stages'] }),
    );
  });

  test('MFA that it is to prove', () => {
    const { stages, details } = changeIn(planned({ requireMfa: true }, {}));
    const PolicyDocument = JSON.stringify(requireMfaPolicy(arn('user/pulumi')));
    expect(stages).toEqual([
      [{ operation: 'PutUserPolicy', input: { UserName, PolicyName: 'RequireMfa', PolicyDocument } }],
    ]);
    expect(details[0]).toBe('+ inline policy RequireMfa');
  });

  test('MFA that it is to prove no longer', () => {
    const { stages } = changeIn(planned({}, { inlinePolicies: { RequireMfa: requireMfaPolicy(arn('user/pulumi')) } }));
    expect(stages).toEqual([[{ operation: 'DeleteUserPolicy', input: { UserName, PolicyName: 'RequireMfa' } }]]);
  });
});

describe('a user that is not this repository’s', () => {
  test.each([
    ['another repository’s', THEIRS],
    ['nobody’s', NOBODYS],
  ])('but %s is in the way', (_, tags) => {
    expect(obstacleIn(planned({}, { tags }))).toMatchObject({
      code: 'not-ours',
      text: expect.stringContaining(arn('user/pulumi')) as unknown,
    });
  });

  test('is taken over where that is asked for, and tagged', () => {
    const { stages, details } = changeIn(planned({}, { tags: THEIRS }, { ...RULES, adoptExisting: true }));
    expect(stages).toEqual([[{ operation: 'TagUser', input: { UserName, Tags: [OURS_LIST[1]] } }]]);
    expect(details).toEqual(['~ tag managed-by-repository = octo/other → octo/app']);
  });

  test('is not taken over where its path differs', () => {
    const rules = { ...RULES, adoptExisting: true };
    expect(obstacleIn(planned({}, { tags: NOBODYS, path: '/machine/' }, rules))?.code).toBe('path-differs');
  });
});

test('a user with another path is in the way: paths stay as they are', () => {
  const existing = { arn: arn('user/machine/pulumi'), path: '/machine/' };
  expect(obstacleIn(planned({ path: '/team/' }, existing))).toEqual({
    code: 'path-differs',
    text:
      'the user arn:aws:iam::123456789012:user/machine/pulumi has the path /machine/, and the document says /team/. ' +
      'Paths, and with them ARNs, stay as they are: declare path: /machine/, or remove the user first',
  });
});
