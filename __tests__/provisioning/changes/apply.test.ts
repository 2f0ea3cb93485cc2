import type { Iam, Write } from '../../../src/iam/connect';
import type { AccountAccess } from '../../../src/provisioning/changes/account-access';
import { apply, applyLater, makeCall, makeCalls, nothingMade } from '../../../src/provisioning/changes/apply';
import type { Change, PlannedCall } from '../../../src/provisioning/changes/change';
import { planPolicy, readPolicy } from '../../../src/provisioning/resources/policy';
import { planUser } from '../../../src/provisioning/resources/user';
import type { Created } from '../../../src/runner/ledger';
import { useCleanEnvironment } from '../../aws/environment';
import { deny } from '../../sandbox/sts-client';
import { openTestAccount, textOf, type TestAccount } from '../account';
import {
  allowing,
  arn,
  changeIn,
  declaredPolicy,
  declaredUser,
  existingPolicy,
  OURS,
  plannedChange,
  READ_ONLY,
  RULES,
} from '../declared';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Access whose calls are only noted, each when it begins and when it ends. */
function notingAccess(fails: (what: string) => boolean = () => false) {
  const noted: string[] = [];
  const fresh: Record<string, readonly string[]> = {};
  const change: Iam['change'] = async (operation, input, how) => {
    const what = `${operation} ${Object.values(input).join(' ')}`;
    noted.push(what);
    fresh[what] = how?.fresh ?? [];
    await turn();
    if (fails(what)) throw new Error(`${what} failed`);
    noted.push(`${what}.`);
    return undefined;
  };
  const access = {
    iam: { change },
    log: (line: string) => noted.push(line),
    remember: (created: Created) => noted.push(`remember ${created.kind}`),
  } as unknown as AccountAccess;
  return { access, noted, fresh };
}

const tagging = (UserName: string, TagKey = 'a'): Write => ({
  operation: 'UntagUser',
  input: { UserName, TagKeys: [TagKey] },
});
const change = (name: string, stages: Change['stages'], more: Partial<Change> = {}): Change =>
  plannedChange({ action: 'change', kind: 'user', name, stages, ...more });

test('phases and stages are done one after the other, what is in one, concurrently; what needs nothing is passed over', async () => {
  const { access, noted } = notingAccess();
  const phases = [
    [
      change('one', [[tagging('one', 'a'), tagging('one', 'b')], [tagging('one', 'c')]]),
      change('two', [[tagging('two')]]),
    ],
    [change('kept', [], { action: 'keep' })],
    [change('three', [[tagging('three')]], { action: 'delete', kind: 'role' })],
  ];
  await apply(phases, access);
  expect(noted.slice(0, 3)).toEqual(['UntagUser one a', 'UntagUser one b', 'UntagUser two a']);
  expect(noted.filter((line) => line.startsWith('UntagUser one'))).toEqual([
    'UntagUser one a',
    'UntagUser one b',
    'UntagUser one a.',
    'UntagUser one b.',
    'UntagUser one c',
    'UntagUser one c.',
  ]);
  expect(noted.slice(-4)).toEqual([
    '[2/3] Changed user one.',
    'UntagUser three a',
    'UntagUser three a.',
    '[3/3] Deleted role three.',
  ]);
  expect(noted).toContain('[1/3] Changed user two.');
});

test('a failure ends it: later stages and phases are not begun', async () => {
  const { access, noted } = notingAccess((what) => what === 'UntagUser one a');
  const phases = [
    [change('one', [[tagging('one')], [tagging('one', 'b')]]), change('two', [[tagging('two')]])],
    [change('three', [[tagging('three')]])],
  ];
  await expect(apply(phases, access)).rejects.toThrow('UntagUser one a failed');
  expect(noted).toEqual(['UntagUser one a', 'UntagUser two a', 'UntagUser two a.', '[1/3] Changed user two.']);
});

test('what is made is remembered before it is made, and from then on it is fresh for whatever refers to it', async () => {
  const { access, noted, fresh } = notingAccess();
  const user: Created = { kind: 'user', name: 'tfc', arn: arn('user/tfc') };
  const role: Created = { kind: 'role', name: 'deploy', arn: arn('role/deploy') };
  const policy: Created = { kind: 'policy', arn: arn('policy/list') };
  const attach = (UserName: string, PolicyArn: string): PlannedCall => ({
    operation: 'AttachUserPolicy',
    input: { UserName, PolicyArn },
    refersTo: [PolicyArn],
  });
  const phases = [
    [change('list', [[{ operation: 'CreatePolicy', input: { PolicyName: 'list' } as never }]], { creates: policy })],
    [
      change('tfc', [[{ operation: 'CreateUser', input: { UserName: 'tfc' } }]], {
        later: [[attach('tfc', READ_ONLY)]],
        creates: user,
      }),
      change('tfc2', [[attach('tfc2', arn('policy/list'))], [attach('tfc2', READ_ONLY)]]),
    ],
    [
      change(
        'deploy',
        [
          [
            {
              operation: 'CreateRole',
              input: { RoleName: 'deploy', AssumeRolePolicyDocument: 'trust' },
              refersTo: [user.arn, READ_ONLY],
            },
          ],
        ],
        {
          later: [
            [
              {
                operation: 'AttachRolePolicy',
                input: { RoleName: 'deploy', PolicyArn: policy.arn },
                refersTo: [policy.arn],
              },
            ],
          ],
          creates: role,
        },
      ),
    ],
  ];
  const made = nothingMade();
  await apply(phases, access, made);
  await applyLater(phases.flat(), made, access);
  expect(noted.slice(0, 2)).toEqual(['remember policy', 'CreatePolicy list']);
  expect(noted.indexOf('remember role')).toBeLessThan(noted.indexOf('CreateRole deploy trust'));
  expect(fresh).toEqual({
    'CreatePolicy list': [],
    'CreateUser tfc': [],
    [`AttachUserPolicy tfc ${READ_ONLY}`]: [user.arn],
    [`AttachUserPolicy tfc2 ${policy.arn}`]: [policy.arn],
    [`AttachUserPolicy tfc2 ${READ_ONLY}`]: [],
    'CreateRole deploy trust': [user.arn],
    [`AttachRolePolicy deploy ${policy.arn}`]: [role.arn, policy.arn],
  });
  expect([...made.arns]).toEqual([policy.arn, user.arn, role.arn]);
});

describe('what nothing else waits for', () => {
  const one = change('one', [[tagging('one', 'now')]], {
    later: [[tagging('one', 'a'), tagging('one', 'b')], [tagging('one', 'c')]],
  });
  const two = change('two', [[tagging('two', 'now')]], { later: [[tagging('two')], [tagging('two', 'b')]] });
  const three = change('three', [[tagging('three', 'now')]]);

  test('is not done with the phases', async () => {
    const { access, noted } = notingAccess();
    await apply([[one], [three]], access);
    expect(noted.filter((line) => line.endsWith('.'))).toEqual([
      'UntagUser one now.',
      '[1/2] Changed user one.',
      'UntagUser three now.',
      '[2/2] Changed user three.',
    ]);
  });

  test('is done for all concurrently, for each one stage after the other, and nothing else', async () => {
    const { access, noted } = notingAccess();
    await applyLater([one, two, three], nothingMade(), access);
    expect(noted.slice(0, 3)).toEqual(['UntagUser one a', 'UntagUser one b', 'UntagUser two a']);
    const of = (name: string) => noted.filter((line) => line.startsWith(`UntagUser ${name} `));
    expect(of('one')).toEqual([
      'UntagUser one a',
      'UntagUser one b',
      'UntagUser one a.',
      'UntagUser one b.',
      'UntagUser one c',
      'UntagUser one c.',
    ]);
    expect(of('two')).toEqual(['UntagUser two a', 'UntagUser two a.', 'UntagUser two b', 'UntagUser two b.']);
    expect(noted).toHaveLength(of('one').length + of('two').length);
  });

  test('fails once what was begun is ended', async () => {
    const { access, noted } = notingAccess((what) => what === 'UntagUser one a');
    await expect(applyLater([one, two], nothingMade(), access)).rejects.toThrow('UntagUser one a failed');
    expect(noted).toContain('UntagUser one b.');
    expect(noted.at(-1)).toBe('UntagUser two b.');
    expect(noted).not.toContain('UntagUser one c');
  });
});

describe('stages of calls', () => {
  test('are made one after the other, the calls of one concurrently', async () => {
    const { access, noted, fresh } = notingAccess();
    const stages = [[tagging('one'), tagging('two')], [], [tagging('one', 'b')]];
    await makeCalls(stages, access, ({ input }) => ('UserName' in input && input.UserName === 'one' ? ['one'] : []));
    expect(noted).toEqual([
      'UntagUser one a',
      'UntagUser two a',
      'UntagUser one a.',
      'UntagUser two a.',
      'UntagUser one b',
      'UntagUser one b.',
    ]);
    expect(fresh).toEqual({
      'UntagUser one a': ['one'],
      'UntagUser two a': [],
      'UntagUser one b': ['one'],
    });
  });

  test('end with the one in which a call failed', async () => {
    const { access, noted } = notingAccess((what) => what === 'UntagUser one a');
    const stages = [[tagging('one'), tagging('two')], [tagging('three')]];
    await expect(makeCalls(stages, access)).rejects.toThrow('UntagUser one a failed');
    expect(noted).toEqual(['UntagUser one a', 'UntagUser two a', 'UntagUser two a.']);
  });
});

describe('over HTTP', () => {
  useCleanEnvironment();

  let opened: TestAccount;
  beforeEach(async () => {
    opened = await openTestAccount();
  });
  afterEach(() => opened.sandbox.close());

  test('what was made just now is waited for', async () => {
    opened.sandbox.settings.readConsistencyMs = 8_000;
    const policies = [declaredPolicy()];
    const user = declaredUser({ policies: [{ declared: 'list' }] });
    const phases = [
      policies.map((policy) => changeIn(planPolicy(policy, undefined, RULES))),
      [changeIn(planUser(user, undefined, policies, RULES))],
    ];
    const fresh = nothingMade();
    await apply(phases, opened.access, fresh);
    const made = opened.account.users.get('pulumi');
    expect([...(made?.attachedPolicies ?? [])]).toEqual([]);
    await applyLater(phases.flat(), fresh, opened.access);
    expect([...(made?.attachedPolicies ?? [])]).toEqual([arn('policy/list')]);
    expect(made?.tags).toEqual(OURS);
    expect(opened.remembered.map(({ kind }) => kind)).toEqual(['policy', 'user']);
    expect(opened.log.filter((line) => line.startsWith('['))).toEqual([
      '[1/2] Created policy list.',
      '[2/2] Created user pulumi.',
    ]);
  });

  describe('a policy with five versions', () => {
    const wanted = allowing('s3:ListBucket');
    const planned = changeIn(planPolicy(declaredPolicy(), existingPolicy({ document: allowing('s3:*') }), RULES));
    const [[version] = []] = planned.stages;
    if (version?.operation !== 'CreatePolicyVersion') {
      throw new Error('a policy that says something else gets a version');
    }

    /** Fills the policy up with versions that forbid everything, the last of them the one in use. */
    function addVersions(count: number): void {
      const policy = opened.account.managedPolicies.get(opened.addPolicy('list', { tags: OURS }));
      for (let added = 0; policy && added < count; added += 1) {
        policy.defaultVersion = policy.addVersion(textOf(deny('*')), new Date());
      }
    }

    test('loses the oldest for another', async () => {
      addVersions(4);
      const existing = await readPolicy(arn('policy/list'), opened.access.iam);
      opened.requests();
      await apply([[changeIn(planPolicy(declaredPolicy(), existing, RULES))]], opened.access);
      expect(opened.actions()).toEqual(['DeletePolicyVersion', 'CreatePolicyVersion']);
      const { versions, defaultVersion } = opened.account.managedPolicies.get(arn('policy/list')) ?? {};
      expect([...(versions?.keys() ?? [])]).toEqual(['v2', 'v3', 'v4', 'v5', 'v6']);
      expect(defaultVersion?.document).toEqual(wanted);
    });

    test('of which the last was made by an attempt whose answer was lost is as wanted', async () => {
      addVersions(3);
      opened.sandbox.faults.add({ action: 'CreatePolicyVersion', times: 1, resetAfter: true });
      await makeCall(version, opened.access);
      expect(opened.actions()).toEqual([
        'CreatePolicyVersion',
        'CreatePolicyVersion LimitExceeded',
        'GetPolicy',
        expect.stringMatching(/^(ListPolicyVersions|GetPolicyVersion)$/),
        expect.stringMatching(/^(ListPolicyVersions|GetPolicyVersion)$/),
      ]);
    });

    test('that say something else is at AWS’s limit', async () => {
      addVersions(4);
      await expect(makeCall(version, opened.access)).rejects.toMatchObject({ code: 'iam-limit' });
    });
  });

  test('no other limit is looked into', async () => {
    const error = { status: 409, code: 'LimitExceeded', message: 'words' };
    opened.sandbox.faults.add({ action: 'CreateUser', error });
    await expect(makeCall({ operation: 'CreateUser', input: { UserName: 'tfc' } }, opened.access)).rejects.toThrow(
      'words',
    );
    expect(opened.actions()).toEqual(['CreateUser LimitExceeded']);
  });
});
