import type { Failure } from '../../../sandbox/faults';
import { ActionError } from '../../../src/errors/action-error';
import type { Input } from '../../../src/iam/sdk';
import { apply, nothingMade } from '../../../src/provisioning/changes/apply';
import type { Change } from '../../../src/provisioning/changes/change';
import { makeMfaDevice } from '../../../src/provisioning/resources/make-mfa-device';
import { planOidcProvider } from '../../../src/provisioning/resources/oidc-provider';
import { planPolicy } from '../../../src/provisioning/resources/policy';
import { planRole } from '../../../src/provisioning/resources/role';
import { planUser } from '../../../src/provisioning/resources/user';
import { useCleanEnvironment } from '../../aws/environment';
import { openTestAccount, type TestAccount } from '../account';
import {
  arn,
  changeIn,
  declaredPolicy,
  declaredProvider,
  declaredRole,
  declaredUser,
  NOBODYS,
  OURS,
  READ_ONLY,
  REPOSITORY,
  RULES,
  secretNamed,
  THEIRS,
} from '../declared';

useCleanEnvironment();

let opened: TestAccount;
beforeEach(async () => {
  opened = await openTestAccount({ githubToken: true });
});
afterEach(() => opened.sandbox.close());

type Kind = 'user' | 'role' | 'policy' | 'OIDC provider';

const PLANS: Record<Kind, () => Change> = {
  user: () => changeIn(planUser(declaredUser({ policies: [{ arn: READ_ONLY }] }), undefined, [], RULES)),
  role: () => changeIn(planRole(declaredRole({ policies: [{ arn: READ_ONLY }] }), undefined, [], RULES)),
  policy: () => changeIn(planPolicy(declaredPolicy(), undefined, RULES)),
  'OIDC provider': () => changeIn(planOidcProvider(declaredProvider(), undefined, RULES)),
};
const KINDS = Object.keys(PLANS) as Kind[];
const OPERATIONS = {
  user: 'CreateUser',
  role: 'CreateRole',
  policy: 'CreatePolicy',
  'OIDC provider': 'CreateOpenIDConnectProvider',
  'MFA device': 'CreateVirtualMFADevice',
} as const;
const ARNS: Record<Kind, string> = {
  user: arn('user/pulumi'),
  role: arn('role/deploy'),
  policy: arn('policy/list'),
  'OIDC provider': arn('oidc-provider/token.actions.githubusercontent.com'),
};

/** Someone makes the same thing with these tags while the first attempt is on its way, and that attempt gets no answer. */
function takenMeanwhile(operation: (typeof OPERATIONS)[keyof typeof OPERATIONS], tags: Record<string, string>): void {
  const { faults, requests } = opened.sandbox;
  const first = async () => {
    const { params = {} } = requests.at(-1) ?? {};
    const { Action, Version, ...given } = params;
    expect({ Action, Version }).toEqual({ Action: operation, Version: '2010-05-08' });
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    await opened.access.iam.change(operation, { ...(given as object), ...lists(given), Tags } as Input<
      typeof operation
    >);
  };
  faults.add({ action: operation, times: 1, first });
  faults.add({ action: operation, times: 1, reset: true });
}

/** The one list of these calls, apart from tags. */
function lists(params: Readonly<Record<string, string>>): object {
  const audience = params['ClientIDList.member.1'];
  return audience === undefined ? {} : { ClientIDList: [audience] };
}

const lose = (action: string, failure: Failure) => {
  opened.sandbox.faults.add({ action, times: 1, ...failure });
};

async function failureOf(work: Promise<unknown>): Promise<ActionError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ActionError) return error;
  throw new Error('It did not fail as it should.', { cause: error });
}

describe.each(KINDS)('a new %s', (kind) => {
  test.each<[what: string, failure: Failure]>([
    ['the connection broke', { resetAfter: true }],
    ['the answer broke off', { resetBody: true }],
  ])('that AWS made before %s is its own', async (_, failure) => {
    lose(OPERATIONS[kind], failure);
    await apply([[PLANS[kind]()]], opened.access);
    expect(opened.actions().filter((action) => action.startsWith('Create'))).toEqual([
      OPERATIONS[kind],
      `${OPERATIONS[kind]} EntityAlreadyExists`,
    ]);
  });

  test.each([
    ['another repository', THEIRS, 'was made for octo/other.'],
    ['a person', NOBODYS, 'was not made by this action.'],
    [
      'another run, for itself alone',
      { ...OURS, 'aws-identity-action:ephemeral': 'run=octo/app:1.1:ab until=x' },
      'was made by another run of this repository.',
    ],
  ])('that %s made before the next attempt is not', async (_, tags, words) => {
    takenMeanwhile(OPERATIONS[kind], tags);
    const error = await failureOf(apply([[PLANS[kind]()]], opened.access));
    expect(error.code).toBe('name-taken');
    expect(error.message).toContain(`the next one found the name taken: ${ARNS[kind]} ${words}`);
    expect(opened.actions().slice(0, 3)).toEqual([
      OPERATIONS[kind],
      OPERATIONS[kind],
      `${OPERATIONS[kind]} EntityAlreadyExists`,
    ]);
  });
});

test('a run knows its own by the tags that name it', async () => {
  const change = PLANS.user();
  const [[create]] = change.stages as [[{ operation: 'CreateUser'; input: Input<'CreateUser'> }]];
  const named = (run: string) => ({ Key: 'aws-identity-action:ephemeral', Value: run });
  const input = { ...create.input, Tags: [...(create.input.Tags ?? []), named('run=octo/app:1.1:ab')] };
  const own = { ...change, stages: [[{ ...create, input }]] };
  takenMeanwhile('CreateUser', { ...OURS, 'aws-identity-action:ephemeral': 'run=octo/app:1.1:cd' });
  expect((await failureOf(apply([[own]], opened.access))).code).toBe('name-taken');
  await opened.access.iam.change('DeleteUser', { UserName: 'pulumi' });
  lose('CreateUser', { resetAfter: true });
  await apply([[own]], opened.access);
  expect(opened.account.users.get('pulumi')?.tags).toMatchObject({
    'aws-identity-action:ephemeral': 'run=octo/app:1.1:ab',
  });
});

test('the tags of a document may have changed since', async () => {
  takenMeanwhile('CreateUser', { ...OURS, team: 'platform' });
  const change = PLANS.user();
  const made = nothingMade();
  await apply([[change]], opened.access, made);
  expect([...made.arns, ...made.found]).toEqual([ARNS.user, change]);
});

test('what reads do not show yet is waited for', async () => {
  const { faults } = opened.sandbox;
  lose('CreateUser', { resetAfter: true });
  faults.add({ action: 'GetUser', times: 5, error: { status: 404, code: 'NoSuchEntity', message: 'words' } });
  await apply([[PLANS.user()]], opened.access);
  expect(opened.waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(9_000);
});

test('what reads never show counts as another’s', async () => {
  const { faults } = opened.sandbox;
  lose('CreateUser', { resetAfter: true });
  faults.add({ action: 'GetUser', error: { status: 404, code: 'NoSuchEntity', message: 'words' } });
  const error = await failureOf(apply([[PLANS.user()]], opened.access));
  expect(error.message).toContain('IAM does not show by what');
  expect(opened.waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThan(40_000);
});

test('one with another path is another one', async () => {
  lose('CreateUser', { reset: true });
  opened.account.createUser('pulumi', { path: '/machine/', tags: OURS });
  const error = await failureOf(apply([[PLANS.user()]], opened.access));
  expect(error.message).toContain(`${arn('user/machine/pulumi')} was made by another run of this repository`);
});

describe('a new MFA device', () => {
  const mfaDevice = { name: 'phone', path: '/', deliver: [secretNamed('SEED')] };
  const user = declaredUser({ mfaDevice });
  const serial = arn('mfa/phone');
  const plan = {
    user,
    serial,
    tags: OURS,
    replaces: undefined,
    overwrites: [],
    warnings: [],
    change: { ...PLANS.user(), kind: 'MFA device' as const, name: serial, stages: [], later: [] },
  };
  beforeEach(() => opened.account.createUser('pulumi', { tags: OURS }));

  test('whose seed was in a lost answer is made again', async () => {
    lose('CreateVirtualMFADevice', { resetAfter: true });
    await makeMfaDevice(plan, opened.access, opened.access);
    const device = opened.account.virtualMfaDevices.get(serial);
    expect(opened.sandbox.github.secrets.value(REPOSITORY, 'SEED')).toBe(device?.seed);
    expect([...(opened.account.users.get('pulumi')?.mfaDevices.keys() ?? [])]).toEqual([serial]);
  });

  test('that another repository made before the next attempt stays', async () => {
    takenMeanwhile('CreateVirtualMFADevice', THEIRS);
    const error = await failureOf(makeMfaDevice(plan, opened.access, opened.access));
    expect(error.message).toContain(`${serial} was made for octo/other`);
    expect(opened.actions()).not.toContain('DeleteVirtualMFADevice');
    expect(opened.account.virtualMfaDevices.get(serial)?.tags).toEqual(THEIRS);
  });
});
