import type { DeclaredPolicy } from '../../../src/identities/declaration';
import { planPolicy, type ExistingPolicy } from '../../../src/provisioning/resources/policy';
import {
  allowing,
  arn,
  changeIn,
  declaredPolicy,
  existingPolicy,
  NOBODYS,
  obstacleIn,
  OURS,
  OURS_LINES,
  OURS_LIST,
  plannedChange,
  RULES,
  THEIRS,
} from '../declared';

const PolicyArn = arn('policy/list');
const DOCUMENT = allowing('s3:ListBucket');

function planned(declared: Partial<DeclaredPolicy>, existing?: Partial<ExistingPolicy>, rules = RULES) {
  return planPolicy(declaredPolicy(declared), existing && existingPolicy(existing), rules);
}

test('a policy that is not there is made, whole', () => {
  const declared = { path: '/team/', description: 'Lists', tags: { team: 'platform' } };
  expect(changeIn(planned(declared))).toEqual({
    later: [],
    widenings: [],
    action: 'create',
    kind: 'policy',
    name: 'list',
    creates: { kind: 'policy', arn: arn('policy/team/list') },
    details: expect.arrayContaining([
      '+ path /team/',
      '+ description "Lists"',
      '+ document',
      '    +       "Action": "s3:ListBucket",',
      ...OURS_LINES,
      '+ tag team = platform',
    ]) as unknown,
    stages: [
      [
        {
          operation: 'CreatePolicy',
          input: {
            PolicyName: 'list',
            Path: '/team/',
            PolicyDocument: JSON.stringify(DOCUMENT),
            Description: 'Lists',
            Tags: [{ Key: 'team', Value: 'platform' }, ...OURS_LIST],
          },
        },
      ],
    ],
  });
});

test('one without a path and a description is made without', () => {
  const { stages, details } = changeIn(planned({}));
  expect(stages[0]?.[0]?.input).toEqual({
    PolicyName: 'list',
    Path: '/',
    PolicyDocument: JSON.stringify(DOCUMENT),
    Tags: OURS_LIST,
  });
  expect(details.slice(0, 2)).toEqual(['+ document', '    + {']);
});

test.each<[what: string, Partial<ExistingPolicy>]>([
  ['word for word', {}],
  [
    'by its meaning',
    { document: { Statement: { Resource: ['*'], Action: 's3:listBucket', Effect: 'Allow' }, Version: '2012-10-17' } },
  ],
])('a policy as declared, %s, is kept without a call', (_, existing) => {
  expect(planned({}, existing)).toEqual(plannedChange({ action: 'keep', kind: 'policy', name: 'list' }));
});

describe('a policy that says something else gets a version', () => {
  const create = {
    operation: 'CreatePolicyVersion',
    input: { PolicyArn, PolicyDocument: JSON.stringify(DOCUMENT), SetAsDefault: true },
    doneAnyway: expect.any(Function) as unknown,
  };
  const removal = (VersionId: string) => ({
    operation: 'DeletePolicyVersion',
    input: { PolicyArn, VersionId },
  });
  const versions = (ids: readonly number[], isDefault: number) =>
    ids.map((id) => ({ id: `v${id}`, isDefault: id === isDefault }));

  test.each<[what: string, ExistingPolicy['versions'], stages: readonly unknown[], details: readonly string[]]>([
    ['the first is there', versions([1], 1), [[create]], []],
    ['there is room for one more', versions([1, 2, 3, 4], 4), [[create]], []],
    [
      'there are five: the oldest goes first',
      versions([1, 2, 3, 4, 5], 5),
      [[removal('v1')], [create]],
      ['- version v1, the oldest of 5'],
    ],
    [
      'there are five and the oldest is in use: the next one goes',
      versions([8, 9, 10, 11, 12], 8),
      [[removal('v9')], [create]],
      ['- version v9, the oldest of 5'],
    ],
  ])('where %s', (_, existing, stages, details) => {
    const change = changeIn(planned({}, { document: allowing('s3:*'), versions: existing }));
    expect(change).toEqual({
      widenings: [],
      action: 'change',
      kind: 'policy',
      name: 'list',
      later: [],
      details: [
        '~ document',
        '          {',
        '            "Effect": "Allow",',
        '    -       "Action": "s3:*",',
        '    +       "Action": "s3:ListBucket",',
        '            "Resource": "*"',
        '          }',
        ...details,
      ],
      stages,
    });
  });

  test('also where what it says cannot be read', () => {
    expect(changeIn(planned({}, { document: {} })).stages).toEqual([[create]]);
  });
});

test('tags are put right', () => {
  const change = changeIn(planned({ tags: { team: 'a' } }, { tags: { left: 'over', ...OURS } }));
  expect(change).toEqual({
    widenings: [],
    action: 'change',
    kind: 'policy',
    name: 'list',
    later: [],
    details: ['- tag left = over', '+ tag team = a'],
    stages: [
      [{ operation: 'UntagPolicy', input: { PolicyArn, TagKeys: ['left'] } }],
      [{ operation: 'TagPolicy', input: { PolicyArn, Tags: [{ Key: 'team', Value: 'a' }] } }],
    ],
  });
});

test('another description stays, and that is said', () => {
  expect(planned({ description: 'Lists buckets' }, { description: 'Lists' })).toEqual(
    plannedChange({
      action: 'keep',
      kind: 'policy',
      name: 'list',
      details: ['the description stays "Lists": AWS does not change it'],
    }),
  );
});

test('a description of several lines is shown on one', () => {
  const { details } = changeIn(planned({}, { description: 'Lists\n::error::"x"' }));
  expect(details).toEqual(['the description stays "Lists\\n::error::\\"x\\"": AWS does not change it']);
});

test.each([
  ['another repository’s', THEIRS],
  ['nobody’s', NOBODYS],
])('a policy that is %s is in the way', (_, tags) => {
  expect(obstacleIn(planned({}, { tags }))?.code).toBe('not-ours');
});

test('it is taken over where that is asked for', () => {
  const { stages } = changeIn(planned({}, { tags: {} }, { ...RULES, adoptExisting: true }));
  expect(stages).toEqual([[{ operation: 'TagPolicy', input: { PolicyArn, Tags: OURS_LIST } }]]);
});
