import type { User } from '../../sandbox/accounts/account';
import { MfaDevice } from '../../sandbox/accounts/mfa-device';
import type { DeclaredUser, Tags } from '../../src/identities/declaration';
import { placeDigests } from '../../src/provisioning/access-keys/destinations';
import { TAKEOVER_MS } from '../../src/provisioning/access-keys/key-life';
import { apply } from '../../src/provisioning/changes/apply';
import type { Change } from '../../src/provisioning/changes/change';
import { ephemeralTags } from '../../src/provisioning/ephemeral';
import { leftUsers, planDeprovision, planRemoval } from '../../src/provisioning/plan-deprovision';
import { madeForTag, MAKING, makingTag } from '../../src/provisioning/resources/making-tag';
import { boundariesInUse } from '../../src/provisioning/resources/policy';
import { thisRun } from '../../src/provisioning/run';
import { writeRun } from '../../src/provisioning/run';
import type { Created } from '../../src/runner/ledger';
import { useCleanEnvironment } from '../aws/environment';
import { allow, deny, trust } from '../sandbox/sts-client';
import { ACCOUNT } from '../scenarios/scenario';
import { openTestAccount, textOf, type TestAccount } from './account';
import {
  arn,
  declaredPolicy,
  declaredRole,
  declaredUser,
  NOBODYS,
  OURS,
  READ_ONLY,
  REPOSITORY,
  secretNamed,
  THEIRS,
  TO_GITHUB,
} from './declared';

useCleanEnvironment();

let opened: TestAccount;
beforeEach(async () => {
  opened = await openTestAccount();
});
afterEach(() => opened.sandbox.close());

const PROVIDER = arn('oidc-provider/token.actions.githubusercontent.com');
const USER: Created = { kind: 'user', name: 'pulumi', arn: arn('user/pulumi') };
const ROLE: Created = { kind: 'role', name: 'deploy', arn: arn('role/deploy') };
const POLICY: Created = { kind: 'policy', arn: arn('policy/list') };
const DEVICE: Created = { kind: 'MFA device', user: 'pulumi', serial: arn('mfa/pulumi') };
const ALL = [USER, ROLE, POLICY, { kind: 'OIDC provider', arn: PROVIDER }, DEVICE] as const;

/** What removes these, where nothing is in the way. */
async function plan(things: readonly Created[], declared: readonly DeclaredUser[] = []) {
  const { phases, obstacles } = await planRemoval(things, opened.access, { declared });
  expect(obstacles).toEqual([]);
  return phases;
}

const phasesOf = (phases: readonly (readonly Change[])[]) =>
  phases.map((phase) => phase.map(({ action, kind, name }) => `${action} ${kind} ${name}`));
const operationsIn = ({ stages }: Change) => stages.map((stage) => stage.map(({ operation }) => operation));

/** Does something that was so many milliseconds ago. */
function ago<T>(ms: number, act: () => T): T {
  const { clock } = opened.sandbox;
  clock.advance(-ms);
  const done = act();
  clock.advance(ms);
  return done;
}

/** One of each kind, with these tags, and nothing on them. */
function addAll(tags: Record<string, string>): void {
  const { account } = opened;
  account.createUser('pulumi', { tags });
  account.createRole('deploy', { trust: trust('*'), tags });
  opened.addPolicy('list', { tags });
  account.createOidcProvider({ url: 'https://token.actions.githubusercontent.com', clientIds: [], tags });
  account.createMfaDevice('pulumi').tags = tags;
}

test('what is there and ours goes, users and roles before policies', async () => {
  addAll(OURS);
  const phases = await plan(ALL);
  expect(phasesOf(phases)).toEqual([
    ['delete user pulumi', 'delete role deploy', `delete MFA device ${arn('mfa/pulumi')}`],
    ['delete policy list', 'delete OIDC provider token.actions.githubusercontent.com'],
  ]);
  expect(opened.actions().every((action) => /^(Get|List)/.test(action))).toBe(true);
  await apply(phases, opened.access);
  const { users, roles, oidcProviders, virtualMfaDevices, managedPolicies } = opened.account;
  expect([...users.keys()]).toEqual(['admin']);
  expect([roles.size, oidcProviders.size, virtualMfaDevices.size]).toEqual([0, 0, 0]);
  expect(managedPolicies.has(arn('policy/list'))).toBe(false);
});

test('what is gone already is done', async () => {
  const phases = await plan(ALL);
  expect(phases.flat().map(({ action, details, stages }) => [action, details, stages])).toEqual(
    Array(5).fill(['keep', ['is not there'], []]),
  );
});

test.each([
  ['another repository’s', THEIRS, 'left as it is: it is managed by octo/other'],
  ['nobody’s', NOBODYS, 'left as it is: this action did not make it'],
])('what is %s is named and left', async (_, tags, why) => {
  addAll(tags);
  opened.account.users.get('pulumi')?.createAccessKey();
  const changes = (await plan(ALL)).flat();
  expect(changes.map(({ action }) => action)).toEqual(Array(5).fill('leave'));
  expect(changes.map(({ stages }) => stages)).toEqual(Array(5).fill([]));
  expect(new Set(changes.filter(({ kind }) => kind !== 'MFA device').flatMap(({ details }) => details))).toEqual(
    new Set([why]),
  );
});

test('a user of another case is not the one that is meant', async () => {
  opened.account.createUser('Pulumi', { tags: OURS });
  expect(phasesOf(await plan([USER]))[0]).toEqual(['keep user pulumi']);
});

describe('a user', () => {
  /** Everything for which AWS would refuse to delete it. */
  function burden() {
    const { account } = opened;
    const user = account.createUser('pulumi', { tags: OURS });
    const keys = ago(TAKEOVER_MS, () => [user.createAccessKey(), user.createAccessKey()]);
    user.createLoginProfile();
    const certificate = user.uploadSigningCertificate('certificate');
    const sshKey = user.uploadSshPublicKey('ssh-rsa key');
    const credential = user.createServiceSpecificCredential('codecommit.amazonaws.com');
    const { serialNumber } = user.createMfaDevice('pulumi');
    user.inlinePolicies.set('Read', textOf(allow('s3:*')));
    user.attachedPolicies.add(READ_ONLY);
    user.groups.add(account.createGroup('machines'));
    return { user, keys, certificate, sshKey, credential, serialNumber };
  }

  test('loses first its keys, then all that hangs on it, and is named with it', async () => {
    const { keys, certificate, sshKey, credential, serialNumber } = burden();
    const phases = await plan([USER]);
    const [[change] = []] = phases;
    expect(change && operationsIn(change)).toEqual([
      ['DeleteAccessKey', 'DeleteAccessKey'],
      [
        'DeleteLoginProfile',
        'DeleteSigningCertificate',
        'DeleteSSHPublicKey',
        'DeleteServiceSpecificCredential',
        'DeleteUserPolicy',
        'DetachUserPolicy',
        'RemoveUserFromGroup',
      ],
    ]);
    opened.actions();
    await apply(phases, opened.access);
    expect(opened.actions().slice(-4)).toEqual([
      'ListAccessKeys',
      'DeactivateMFADevice',
      'DeleteVirtualMFADevice',
      'DeleteUser',
    ]);
    expect(change?.details).toEqual([
      ...keys.map(({ accessKeyId }) => `- access key ${accessKeyId}`),
      '- password',
      `- signing certificate ${certificate.id}`,
      `- SSH key ${sshKey.id}`,
      `- credential ${credential.id} for codecommit.amazonaws.com`,
      '- inline policy Read',
      `- policy ${READ_ONLY}`,
      '- member of machines',
      `- MFA device ${serialNumber}`,
    ]);
  });

  test('is gone after that', async () => {
    burden();
    await apply(await plan([USER]), opened.access);
    expect([...opened.account.users.keys()]).toEqual(['admin']);
    expect([...opened.account.virtualMfaDevices.keys()]).toEqual([]);
    expect(opened.sandbox.requests.every(({ errorCode }) => errorCode !== 'DeleteConflict')).toBe(true);
  });

  test('takes its device with it, once', async () => {
    const { serialNumber } = burden();
    const phases = await plan([USER, { ...DEVICE, serial: serialNumber }]);
    expect(phasesOf(phases)[0]).toEqual(['delete user pulumi']);
  });

  test('with a device that is no virtual one only loses it', async () => {
    const user = opened.account.createUser('pulumi', { tags: OURS });
    const device = new MfaDevice('GAHT12345678', new Date(), 'pulumi', {});
    user.mfaDevices.set(device.serialNumber, device);
    const phases = await plan([USER]);
    opened.actions();
    await apply(phases, opened.access);
    expect(opened.actions()).toEqual(['ListAccessKeys', 'DeactivateMFADevice', 'DeleteUser']);
  });

  test('may have more than fits into a page', async () => {
    const user = opened.account.createUser('pulumi', { tags: OURS });
    for (let index = 0; index < 130; index += 1) user.inlinePolicies.set(`P${index}`, textOf(allow('s3:*')));
    const [[change] = []] = await plan([USER]);
    expect(change && operationsIn(change)[0]).toHaveLength(130);
  });
});

describe('secrets of a user', () => {
  const KEYS = ['CI_AWS_ACCESS_KEY_ID', 'CI_AWS_SECRET_ACCESS_KEY'].map(secretNamed);
  const SEED = secretNamed('SEED');
  const DECLARED = declaredUser({
    accessKey: { maxAge: undefined, grace: undefined, deliver: [TO_GITHUB] },
    mfaDevice: { name: 'pulumi', path: '/', deliver: [SEED] },
  });
  const PLACES = `places=${placeDigests([TO_GITHUB]).join(':')}`;
  const RUN = 'octo/app:7.1:0a1b2c3d';
  const MINUTE = 60_000;
  const HOUR = 60 * MINUTE;
  let user: User;
  // Times are recorded to the second, so that none may begin between one and another.
  beforeEach(async () => {
    jest.spyOn(Date, 'now').mockReturnValue(Date.now());
    opened = await reopened();
    user = opened.account.createUser('pulumi', { tags: OURS });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  /** A token for secrets is only needed here. */
  async function reopened(): Promise<TestAccount> {
    await opened.sandbox.close();
    return openTestAccount({ githubToken: true });
  }

  /** Lets all of them be written, so many milliseconds ago. */
  function written(ms: number) {
    const { secrets } = opened.sandbox.github;
    ago(ms, () => {
      for (const { name } of [...KEYS, SEED]) secrets.write(REPOSITORY, name, 'x');
    });
  }

  /** A key that was made so long ago, and what is recorded of it since. */
  function keyMade(ms: number, stage: 'made' | 'delivering' | 'delivered', words?: string): string {
    return ago(ms, () => {
      const { accessKeyId: id } = user.createAccessKey();
      const recorded = `run=${RUN} at=${at(0)} ${words ?? ''}`.trim();
      user.tags = { ...user.tags, [`aws-identity-action:${stage}:${id}`]: recorded };
      return id;
    });
  }

  /** A time so many milliseconds ago, as records have it. */
  const at = (ms: number) => ago(ms, () => opened.sandbox.clock.now().toISOString().replace(/\.\d+/, ''));

  const secretsIn = async () =>
    (await plan([USER], [DECLARED]))
      .flat()
      .flatMap(({ action, kind, name }) => (kind === 'GitHub secret' ? `${action} ${name.split(' ')[0] ?? ''}` : []));
  const ofKeys = (action: string) => KEYS.map(({ name }) => `${action} ${name}`);

  test('that are not there are not named', async () => {
    keyMade(HOUR, 'delivered', `written=${at(HOUR)} ${PLACES}`);
    expect(await secretsIn()).toEqual([]);
  });

  test.each([
    ['go if a key was delivered to them then', 0, 'delete'],
    ['stay if they were written later', -2_000, 'leave'],
    ['stay if they were written before the key was made', 2 * MINUTE, 'leave'],
  ])('%s', async (_, before, action) => {
    keyMade(HOUR, 'delivered', `written=${at(HOUR)} ${PLACES}`);
    written(HOUR + before);
    expect(await secretsIn()).toEqual([...ofKeys(action), 'leave SEED']);
  });

  test('go also if the key is gone, and only its record is there', async () => {
    written(HOUR);
    user.deleteAccessKey(keyMade(HOUR, 'delivered', `written=${at(HOUR)} ${PLACES}`));
    expect(await secretsIn()).toEqual([...ofKeys('delete'), 'leave SEED']);
  });

  test.each([
    ['go if a run that is over had begun with them, and they were written in its time', MINUTE, 'delete'],
    ['stay if they were written when that run could not', 8 * MINUTE, 'leave'],
  ])('%s', async (_, later, action) => {
    keyMade(HOUR, 'delivering', PLACES);
    written(HOUR - later);
    expect(await secretsIn()).toEqual([...ofKeys(action), 'leave SEED']);
  });

  test.each([
    ['the key was for another place', ' places=01234567'],
    ['nobody knows for which places the key was', ''],
  ])('stay if by its record %s', async (_, places) => {
    keyMade(HOUR, 'delivered', `written=${at(HOUR)}${places}`);
    written(HOUR);
    expect(await secretsIn()).toEqual([...ofKeys('leave'), 'leave SEED']);
  });

  test('go also if only some of the places got the key', async () => {
    keyMade(HOUR, 'delivered', `torn=yes ${PLACES}`);
    written(HOUR - MINUTE);
    expect(await secretsIn()).toEqual([...ofKeys('delete'), 'leave SEED']);
  });

  test('stay if no key was delivered', async () => {
    keyMade(HOUR, 'made');
    written(HOUR - MINUTE);
    expect(await secretsIn()).toEqual([...ofKeys('leave'), 'leave SEED']);
  });

  test.each([
    ['go with the device', 'pulumi', [SEED], MINUTE / 2, 'delete'],
    ['stay if someone else wrote them after the device was enabled', 'pulumi', [SEED], -2 * MINUTE, 'leave'],
    ['stay if they were written long before that', 'pulumi', [SEED], 20 * MINUTE, 'leave'],
    ['go with a device that has another name in the document now', 'other', [SEED], MINUTE / 2, 'delete'],
    ['stay if the seed was for others', 'pulumi', [secretNamed('OTHER')], MINUTE / 2, 'leave'],
  ])('that hold seeds %s', async (_, name, seeds, before, action) => {
    const making = makingTag(seeds, opened.access, { written: undefined });
    ago(HOUR, () => user.createMfaDevice(name)).tags = { ...OURS, ...making };
    written(HOUR + before);
    expect((await secretsIn()).at(-1)).toBe(`${action} SEED`);
  });

  test.each([
    ['go if they were written as is recorded', 20_000, 'delete'],
    ['stay if they were written later than that, even before the device was enabled', 10_000, 'leave'],
  ])('that hold seeds %s', async (_, before, action) => {
    const making = makingTag([SEED], opened.access, { written: Date.parse(at(HOUR + 20_000)) });
    ago(HOUR, () => user.createMfaDevice('pulumi')).tags = { ...OURS, ...making };
    written(HOUR + before);
    expect((await secretsIn()).at(-1)).toBe(`${action} SEED`);
  });

  describe('that hold the seed of a device that an earlier removal has deactivated', () => {
    const deactivated = (making: Tags) => {
      ago(HOUR, () => opened.account.createMfaDevice('pulumi')).tags = { ...OURS, ...making };
      written(HOUR + 20_000);
    };
    const enabledAnHourAgo = () =>
      ago(HOUR, () => makingTag([SEED], opened.access, { written: Date.parse(at(20_000)) }));

    test.each([
      ['go', 'pulumi', 'delete'],
      ['stay if it was made for another user', 'other', 'leave'],
    ])('%s', async (_, madeFor, action) => {
      deactivated({ ...enabledAnHourAgo(), ...madeForTag(madeFor) });
      expect((await secretsIn()).at(-1)).toBe(`${action} SEED`);
    });

    test('stay if it never was enabled', async () => {
      deactivated({ ...ago(HOUR, () => makingTag([SEED], opened.access)), ...madeForTag('pulumi') });
      expect((await secretsIn()).at(-1)).toBe('leave SEED');
    });
  });

  test('that hold seeds stay if no run of this repository made the device', async () => {
    const making = makingTag([SEED], opened.access, { written: undefined });
    ago(HOUR, () => user.createMfaDevice('pulumi')).tags = making;
    written(HOUR + MINUTE / 2);
    expect((await secretsIn()).at(-1)).toBe('leave SEED');
  });

  test.each<[string, () => void, string]>([
    ['is not there', () => opened.account.users.delete('pulumi'), 'the user pulumi is not in this account'],
    ['is another repository’s', () => (user.tags = { ...user.tags, ...THEIRS }), 'so is its user'],
  ])('that %s all stay', async (_, change, why) => {
    keyMade(HOUR, 'delivered', `written=${at(HOUR)} ${PLACES}`);
    written(HOUR);
    change();
    const planned = (await plan([USER], [DECLARED])).flat().filter(({ kind }) => kind === 'GitHub secret');
    expect(planned.map(({ action, details }) => [action, details])).toEqual(
      Array(3).fill(['leave', [`left as it is: ${why}`]]),
    );
  });
});

describe('a user of which a run is making a key', () => {
  test('is in the way, after a minute', async () => {
    const user = opened.account.createUser('pulumi', { tags: OURS });
    const { accessKeyId: id } = user.createAccessKey();
    opened.addPolicy('list', { tags: OURS });
    user.mfaDevices.set('x', opened.account.createMfaDevice('pulumi'));
    const { phases, obstacles } = await planRemoval([USER, POLICY, DEVICE], opened.access);
    expect(obstacles).toMatchObject([{ code: 'another-run', text: expect.stringContaining(id) as string }]);
    expect(opened.waits).toEqual(Array(6).fill(10_000));
    expect(phasesOf(phases)).toEqual([[`leave MFA device ${DEVICE.serial}`], ['delete policy list']]);
  });

  test('is not, where it is this very run that does', async () => {
    const user = opened.account.createUser('pulumi', { tags: OURS });
    const { accessKeyId: id } = user.createAccessKey();
    const run = writeRun(opened.access.run);
    user.tags = { ...OURS, [`aws-identity-action:made:${id}`]: `run=${run} at=${new Date().toISOString()}` };
    const phases = await plan([USER]);
    expect([phasesOf(phases)[0], opened.waits]).toEqual([['delete user pulumi'], []]);
  });
});

test('a role loses its policies and its place in instance profiles', async () => {
  const role = opened.account.createRole('deploy', { trust: trust('*'), tags: OURS });
  role.inlinePolicies.set('Read', textOf(allow('s3:*')));
  role.attachedPolicies.add(READ_ONLY);
  opened.account.createInstanceProfile('runner').role = role;
  const phases = await plan([ROLE]);
  const [[change] = []] = phases;
  expect(change && operationsIn(change)).toEqual([
    ['DeleteRolePolicy', 'DetachRolePolicy', 'RemoveRoleFromInstanceProfile'],
    ['DeleteRole'],
  ]);
  expect(change?.details).toEqual(['- inline policy Read', `- policy ${READ_ONLY}`, '- instance profile runner']);
  await apply(phases, opened.access);
  expect(opened.account.roles.size).toBe(0);
});

describe('a policy', () => {
  const PolicyArn = arn('policy/list');

  test('loses its other versions, and is detached from all that stays', async () => {
    opened.addPolicy('list', { tags: OURS });
    const { account } = opened;
    const policy = account.managedPolicies.get(PolicyArn);
    policy?.addVersion(textOf(allow('s3:*')), new Date());
    const identities = [
      account.createUser('stays'),
      account.createRole('stays', { trust: trust('*') }),
      account.createGroup('stays'),
    ];
    for (const { attachedPolicies } of identities) attachedPolicies.add(PolicyArn);
    const phases = await plan([POLICY]);
    const change = phases[1]?.[0];
    expect(change?.details).toEqual(['- from user stays', '- from role stays', '- from group stays']);
    expect(change?.stages).toEqual([
      [
        { detail: '- from user stays', operation: 'DetachUserPolicy', input: { UserName: 'stays', PolicyArn } },
        { detail: '- from role stays', operation: 'DetachRolePolicy', input: { RoleName: 'stays', PolicyArn } },
        { detail: '- from group stays', operation: 'DetachGroupPolicy', input: { GroupName: 'stays', PolicyArn } },
        { operation: 'DeletePolicyVersion', input: { PolicyArn, VersionId: 'v2' } },
      ],
      [{ operation: 'DeletePolicy', input: { PolicyArn } }],
    ]);
    await apply(phases, opened.access);
    expect(account.managedPolicies.has(PolicyArn)).toBe(false);
  });

  describe('that denies', () => {
    const guard = (...attached: { attachedPolicies: Set<string> }[]) => {
      const settings = { path: '/', tags: OURS, policy: textOf(deny('iam:*')) };
      opened.account.createManagedPolicy('list', settings);
      for (const { attachedPolicies } of attached) attachedPolicies.add(PolicyArn);
    };

    test.each<[string, () => { attachedPolicies: Set<string> }]>([
      ['user', () => opened.account.createUser('stays')],
      ['role', () => opened.account.createRole('stays', { trust: trust('*') })],
      ['group', () => opened.account.createGroup('stays')],
    ])('widens what a %s may do that stays', async (_, create) => {
      guard(create());
      const change = (await plan([POLICY]))[1]?.[0];
      expect(change?.widenings).toEqual(['no longer denies all of iam:* on everything']);
      expect(opened.actions().filter((action) => action === 'GetPolicyVersion')).toHaveLength(1);
    });

    test('is read where somebody loses it, and not where it goes with who has it', async () => {
      guard(opened.account.createUser('pulumi', { tags: OURS }));
      const change = (await plan([USER, POLICY]))[1]?.[0];
      expect([change?.action, change?.widenings]).toEqual(['delete', []]);
      expect(opened.actions()).not.toContain('GetPolicyVersion');
    });

    test('is not known where the step may not read it', async () => {
      guard(opened.account.createUser('stays'));
      opened.admin.inlinePolicies.set('Blind', textOf(deny('iam:GetPolicyVersion')));
      const change = (await plan([POLICY]))[1]?.[0];
      expect(change?.widenings).toEqual([]);
      expect(change?.details.at(-1)).toBe(`! what ${PolicyArn} denies is not known: the step may not read it`);
    });
  });

  test('that allows widens nothing where it goes', async () => {
    opened.addPolicy('list', { tags: OURS });
    opened.account.createUser('stays').attachedPolicies.add(PolicyArn);
    expect((await plan([POLICY]))[1]?.[0]?.widenings).toEqual([]);
  });

  test('is not detached again from what goes before it', async () => {
    addAll(OURS);
    const { users, roles } = opened.account;
    users.get('pulumi')?.attachedPolicies.add(PolicyArn);
    roles.get('deploy')?.attachedPolicies.add(PolicyArn);
    const phases = await plan(ALL.filter((one) => one !== DEVICE));
    expect(phases[1]?.[0] && operationsIn(phases[1][0])).toEqual([['DeletePolicy']]);
    await apply(phases, opened.access);
    expect(opened.actions().filter((action) => action.startsWith('Detach'))).toEqual([
      'DetachUserPolicy',
      'DetachRolePolicy',
    ]);
  });
});

describe('a policy that bounds what somebody may do', () => {
  const PolicyArn = arn('policy/list');
  const inUse = async (...things: Created[]) =>
    boundariesInUse((await plan(things)).flat(), [PolicyArn], opened.access);

  beforeEach(() => {
    opened.addPolicy('list', { tags: OURS });
    opened.account.createUser('pulumi', { tags: OURS, permissionsBoundary: PolicyArn });
    opened.account.createRole('deploy', { trust: trust('*'), tags: OURS, permissionsBoundary: PolicyArn });
  });

  test('who stays is in the way', async () => {
    expect(await inUse(POLICY)).toEqual([
      {
        code: 'delete-conflict',
        text:
          `the policy ${PolicyArn} is the permissions boundary of user pulumi, role deploy, which this step leaves. ` +
          'Give them another boundary, or none',
      },
    ]);
  });

  test('who goes as well is not', async () => {
    expect(await inUse(POLICY, USER, ROLE)).toEqual([]);
    const [obstacle] = await inUse(POLICY, USER);
    expect(obstacle?.text).toContain('boundary of role deploy,');
  });

  test('is of no interest where it stays itself', async () => {
    const policy = opened.account.managedPolicies.get(PolicyArn);
    if (policy) policy.tags = THEIRS;
    expect(await inUse(POLICY)).toEqual([]);
  });
});

test('a user that is left keeps its device', async () => {
  addAll(OURS);
  const { users, virtualMfaDevices } = opened.account;
  const user = users.get('pulumi');
  const device = virtualMfaDevices.get(arn('mfa/pulumi'));
  if (user) user.tags = THEIRS;
  if (device) user?.mfaDevices.set(device.serialNumber, device);
  const phases = await plan(ALL);
  expect(phasesOf(phases)[0]).toEqual([
    'leave user pulumi',
    'delete role deploy',
    `leave MFA device ${arn('mfa/pulumi')}`,
  ]);
  expect(leftUsers(phases.flat())).toEqual(new Set(['pulumi']));
});

test('a device is taken from its user and removed, also where it was never enabled', async () => {
  opened.account.createMfaDevice('pulumi').tags = OURS;
  const phases = await plan([DEVICE]);
  expect(phases[0]?.[0] && operationsIn(phases[0][0])).toEqual([['DeactivateMFADevice'], ['DeleteVirtualMFADevice']]);
  await apply(phases, opened.access);
  expect(opened.account.virtualMfaDevices.size).toBe(0);
});

describe('what another run has for itself alone', () => {
  const NOW = () => opened.sandbox.clock.now().getTime();
  const mark = (ms: number) => ephemeralTags({ run: thisRun('octo/app', { GITHUB_RUN_ID: '6' }), until: NOW() + ms });
  const mfaDevice = { name: 'pulumi', path: '/', deliver: [] };
  const all = {
    oidcProviders: [],
    policies: [declaredPolicy()],
    users: [declaredUser({ mfaDevice })],
    roles: [declaredRole()],
  };
  const enable = (device = opened.account.virtualMfaDevices.get(arn('mfa/pulumi'))) => {
    if (device) opened.account.users.get('pulumi')?.mfaDevices.set(device.serialNumber, device);
  };
  const remove = () => planDeprovision(all, opened.access);

  test('is in the way while that is not over, whatever it is', async () => {
    addAll({ ...OURS, ...mark(60_000) });
    const error: unknown = await remove().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ephemeral-of-another-run' });
    for (const what of ['user pulumi', 'role deploy', 'policy list', `MFA device ${arn('mfa/pulumi')}`]) {
      expect(String(error)).toContain(`the ${what} is there for run 6 of octo/app`);
    }
  });

  test('and is a device that would go with a user that lasts, is as well', async () => {
    addAll(OURS);
    const device = opened.account.virtualMfaDevices.get(arn('mfa/pulumi'));
    if (device) device.tags = { ...OURS, ...mark(60_000) };
    enable();
    await expect(remove()).rejects.toMatchObject({ code: 'ephemeral-of-another-run' });
    opened.sandbox.clock.advance(61_000);
    await expect(remove()).resolves.toMatchObject({ keys: [] });
  });

  test('is removed when that is over', async () => {
    addAll({ ...OURS, ...mark(-1_000) });
    await expect(remove()).resolves.toMatchObject({ keys: [] });
  });
});

test.each([
  ['is not enabled', false],
  ['is enabled', true],
])(
  'a device that another run made a minute ago is in the way only while nobody has it: it %s',
  async (_, isEnabled) => {
    addAll(OURS);
    const device = opened.account.virtualMfaDevices.get(arn('mfa/pulumi'));
    const at = new Date(opened.sandbox.clock.now().getTime() - 60_000).toISOString();
    if (device) device.tags = { ...OURS, [MAKING]: `run=octo/app:6.1:ab at=${at}` };
    if (device && isEnabled) opened.account.users.get('pulumi')?.mfaDevices.set(device.serialNumber, device);
    const mfaDevice = { name: 'pulumi', path: '/', deliver: [] };
    const declaration = { oidcProviders: [], policies: [], users: [declaredUser({ mfaDevice })], roles: [] };
    const planned = planDeprovision(declaration, opened.access);
    if (isEnabled) await expect(planned).resolves.toMatchObject({ keys: [] });
    else await expect(planned).rejects.toMatchObject({ code: 'another-run' });
  },
);

describe('whoever signs the calls', () => {
  const declaration = {
    oidcProviders: [],
    policies: [declaredPolicy()],
    users: [declaredUser()],
    roles: [declaredRole()],
  };
  const planAs = (caller: string) => planDeprovision(declaration, { ...opened.access, caller });

  test.each([
    ['user', arn('user/pulumi'), 'the user pulumi is the one as which this step works'],
    ['role', `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/octo`, 'the role deploy is the one as which this step works'],
  ])('as a %s is not removed, before anything else is', async (_, caller, words) => {
    addAll(OURS);
    ago(TAKEOVER_MS, () => opened.account.users.get('pulumi')?.createAccessKey());
    const error: unknown = await planAs(caller).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'removes-itself', message: expect.stringContaining(words) as string });
    expect(opened.actions().every((action) => /^(Get|List)/.test(action))).toBe(true);
  });

  test('does not lose a policy, and may remove those of others', async () => {
    addAll(OURS);
    const { users } = opened.account;
    opened.account.createUser('octo').attachedPolicies.add(arn('policy/list'));
    users.get('pulumi')?.attachedPolicies.add(arn('policy/list'));
    await expect(planAs(arn('user/octo'))).rejects.toThrow(
      'the policy list is attached to the user octo, as which this step works',
    );
    await expect(planAs(opened.admin.arn)).resolves.toMatchObject({ keys: [] });
  });

  test.each([
    ['a user of another repository', THEIRS, arn('user/pulumi')],
    ['a role of that user’s name', OURS, `arn:aws:sts::${ACCOUNT}:assumed-role/pulumi/octo`],
    ['a root user', OURS, `arn:aws:iam::${ACCOUNT}:root`],
  ])('as %s takes nothing from itself', async (_, tags, caller) => {
    addAll(tags);
    await expect(planAs(caller)).resolves.toMatchObject({ keys: [] });
  });
});
