import type { Declaration } from '../../src/identities/declaration';
import { requireMfaPolicy } from '../../src/policy/require-mfa';
import { withoutHindered } from '../../src/provisioning/plan';
import { allowing, arn, declaredPolicy, declaredRole, declaredUser } from './declared';
import { planOf, wideningsIn, type Account } from './planned';

const DENIAL = { Effect: 'Deny', Action: 'iam:*', Resource: '*' };
const [LISTING, READING] = [allowing('s3:List*'), allowing('s3:Get*')];
/** One of two policies that denies, too. */
const GUARDED = { ...LISTING, Statement: [...LISTING.Statement, DENIAL] };
const READING_GUARDED = { ...READING, Statement: [...READING.Statement, DENIAL] };
const [LIST, READ] = [arn('policy/list'), arn('policy/read')];
const GONE = 'no longer denies all of iam:* on everything';

const { Statement: MFA } = requireMfaPolicy(arn('user/ci'));

const policies = (list: object, read?: object) => [
  declaredPolicy({ name: 'list', document: { ...list } }),
  ...(read ? [declaredPolicy({ name: 'read', document: { ...read } })] : []),
];
const BOTH = [{ declared: 'list' }, { declared: 'read' }];
const ci = (more: Parameters<typeof declaredUser>[0] = {}) => declaredUser({ name: 'ci', policies: BOTH, ...more });

describe('what a policy denies no more is not lost where', () => {
  const had = { list: { document: GUARDED, uses: 1 }, read: { document: READING, uses: 1 } };
  const holders = { users: { ci: { attachedPolicies: [LIST, READ] } } };

  test.each<[what: string, declared: Partial<Declaration>, account: Account]>([
    [
      'another policy of all who have it denies it',
      { policies: policies(LISTING, READING_GUARDED), users: [ci()], roles: [declaredRole({ policies: BOTH })] },
      {
        policies: { list: { document: GUARDED, uses: 2 }, read: { document: READING, uses: 2 } },
        ...holders,
        roles: { deploy: { attachedPolicies: [LIST, READ] } },
      },
    ],
    [
      'a new policy denies it',
      { policies: policies(LISTING, READING_GUARDED), users: [ci()] },
      { policies: { list: { document: GUARDED, uses: 1 } }, users: { ci: { attachedPolicies: [LIST] } } },
    ],
    [
      'an inline policy denies it',
      {
        policies: policies(LISTING, READING),
        users: [ci({ inlinePolicies: { guard: { Version: '2012-10-17', Statement: DENIAL } } })],
      },
      { policies: had, ...holders },
    ],
    [
      'that MFA is required denies it',
      { policies: policies(LISTING), users: [ci({ policies: [{ declared: 'list' }], requireMfa: true })] },
      {
        policies: { list: { document: { ...LISTING, Statement: [LISTING.Statement, MFA].flat() }, uses: 1 } },
        users: { ci: { attachedPolicies: [LIST] } },
      },
    ],
    [
      'the permissions boundary denies it',
      {
        policies: policies(LISTING, READING_GUARDED),
        users: [ci({ policies: [{ declared: 'list' }], permissionsBoundary: { declared: 'read' } })],
      },
      { policies: had, users: { ci: { attachedPolicies: [LIST], permissionsBoundary: READ } } },
    ],
  ])('%s', (_, declared, account) => {
    expect(wideningsIn(planOf(declared, account)).filter((one) => one.startsWith('policy list: '))).toEqual([]);
  });

  test.each<[what: string, declared: Partial<Declaration>, account: Account]>([
    [
      'somebody has it whom the document does not declare',
      { policies: policies(LISTING, READING_GUARDED), users: [ci()] },
      { policies: { ...had, list: { document: GUARDED, uses: 2 } }, ...holders },
    ],
    [
      'it is not known how many have it',
      { policies: policies(LISTING, READING_GUARDED), users: [ci()] },
      { policies: { ...had, list: { document: GUARDED, uses: undefined } }, ...holders },
    ],
    [
      'nobody has it',
      { policies: policies(LISTING, READING_GUARDED), users: [ci({ policies: [] })] },
      { policies: { ...had, list: { document: GUARDED, uses: 0 } }, users: { ci: {} } },
    ],
    [
      'one of two has no other policy that denies it',
      {
        policies: policies(LISTING, READING_GUARDED),
        users: [ci()],
        roles: [declaredRole({ policies: [{ declared: 'list' }] })],
      },
      {
        policies: { ...had, list: { document: GUARDED, uses: 2 } },
        ...holders,
        roles: { deploy: { attachedPolicies: [LIST] } },
      },
    ],
    [
      'the other policy goes',
      { policies: policies(LISTING, READING_GUARDED), users: [ci({ policies: [{ declared: 'list' }] })] },
      { policies: had, ...holders },
    ],
    [
      'the other policy denies it no more, either',
      { policies: policies(LISTING, READING), users: [ci()] },
      { policies: { ...had, read: { document: READING_GUARDED, uses: 2 } }, ...holders },
    ],
  ])('but is, where %s', (_, declared, account) => {
    expect(wideningsIn(planOf(declared, account))).toContain(`policy list: ${GONE}`);
  });

  test('but is, where the user who is to have the other policy is left as it is', () => {
    const plan = planOf(
      { policies: policies(LISTING, READING_GUARDED), users: [ci()] },
      { policies: { list: { document: GUARDED, uses: 1 } }, users: { ci: { attachedPolicies: [LIST] } } },
    );
    const hindered = [{ code: 'access-keys-full', text: 'two keys', user: 'ci', found: undefined } as const];
    expect(wideningsIn(plan)).toEqual([`user ci: gets the policy ${READ}`]);
    expect(wideningsIn(withoutHindered({ ...plan, hindered }))).toEqual([`policy list: ${GONE}`]);
  });
});

test('what a policy allows now that all who have it were allowed before is not new', () => {
  const declared = { policies: policies(allowing(['s3:List*', 's3:Get*']), allowing('s3:Put*')), users: [ci()] };
  const users = { ci: { attachedPolicies: [LIST, READ] } };
  const had = { list: { document: LISTING, uses: 1 }, read: { document: READING, uses: 1 } };
  expect(wideningsIn(planOf(declared, { policies: had, users }))).toEqual([
    'policy read: allows s3:Put* on everything',
  ]);
  expect(wideningsIn(planOf(declared, { policies: { ...had, list: { document: LISTING, uses: 2 } }, users }))).toEqual([
    'policy list: allows s3:Get* on everything',
    'policy read: allows s3:Put* on everything',
  ]);
});

test('what an inline policy allowed is new in an attached policy only to others who may have that', () => {
  const inlinePolicies = { read: { Version: '2012-10-17', Statement: READING.Statement } };
  const planWith = (uses: number, users: Account['users']) =>
    wideningsIn(
      planOf(
        {
          policies: policies(allowing(['s3:List*', 's3:Get*'])),
          users: Object.keys(users ?? {}).map((name) => declaredUser({ name, policies: [{ declared: 'list' }] })),
        },
        { policies: { list: { document: LISTING, uses } }, users: users ?? {} },
      ),
    );
  const ci = { attachedPolicies: [LIST], inlinePolicies };
  const found = ['policy list: allows s3:Get* on everything'];
  expect(planWith(1, { ci })).toEqual([]);
  expect(planWith(2, { ci })).toEqual(found);
  expect(planWith(2, { ci, other: { attachedPolicies: [LIST] } })).toEqual(found);
  expect(planWith(2, { ci, other: ci })).toEqual([]);
  expect(planWith(1, { ci, other: {} })).toEqual([`user other: gets the policy ${LIST}`]);
});
