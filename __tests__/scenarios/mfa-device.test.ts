import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListMFADevicesCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import type { Failure } from '../../sandbox/faults';
import type { Job } from '../../sandbox/runner/job';
import { iamClient } from '../sandbox/iam-client';
import { listBuckets } from '../sandbox/s3-client';
import { refusal } from '../sandbox/sts-client';
import {
  ADMIN,
  OWNED,
  REPOSITORY,
  expectStages,
  githubRepository,
  identityJob,
  identityScenario,
  keyInSecrets,
  writes,
} from './identities';
import { REGION, expectFailed, type Scenario } from './scenario';

const REFUSED_BY_GITHUB: Failure = {
  error: { status: 403, code: 'Forbidden', message: 'Resource not accessible by integration' },
};
const DEVICE = ['CreateVirtualMFADevice', 'PUT secret', 'EnableMFADevice', 'TagMFADevice'];

let scenario: Scenario;
let token: { readonly 'github-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  token = githubRepository(scenario);
});
afterEach(() => scenario.end());

const documentOf = (user: Record<string, unknown>) => JSON.stringify({ users: { pulumi: user } });
const DEVICE_ALONE = documentOf({ 'mfa-device': { deliver: [{ 'github-secret': 'PULUMI_MFA_SECRET' }] } });
const provision = (identities = DEVICE_ALONE, job = identityJob(scenario)) =>
  job.step({ with: { mode: 'provision', ...ADMIN, ...token, identities } });
/** Lets the time pass after which the device of a run that died counts as left. */
const passTakeover = () => {
  scenario.pass(11 * 60_000);
};
const serial = () => scenario.account.arn('iam', 'mfa/pulumi');
const seedAtGithub = () => scenario.sandbox.github.secrets.value(REPOSITORY, 'PULUMI_MFA_SECRET');
const enabled = () => scenario.account.users.get('pulumi')?.mfaDevices.get(serial());

/** The user has the device whose seed GitHub has, and there is no other. */
function expectDevice(): void {
  expect([...scenario.account.virtualMfaDevices.keys()]).toEqual([serial()]);
  expect(enabled()?.seed).toBe(seedAtGithub());
  expect(enabled()?.tags).toMatchObject(OWNED);
}

describe('a user that may do nothing without MFA', () => {
  const identities = documentOf({
    policies: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    'require-mfa': true,
    'mfa-device': { deliver: [{ 'github-secret': 'PULUMI_MFA_SECRET' }] },
    'access-key': { deliver: [{ 'github-secrets': { prefix: 'PULUMI_' } }] },
  });
  const key = () => {
    const { id = '', secret = '' } = keyInSecrets(scenario, { prefix: 'PULUMI_' });
    return { accessKeyId: id, secretAccessKey: secret };
  };

  test.each([
    { how: 'with mfa-serial', inputs: () => ({ 'mfa-serial': serial() }), lookUp: [] },
    { how: 'without mfa-serial', inputs: () => ({}), lookUp: ['ListMFADevices'] },
  ])('proves it in the next workflow, $how, with what GitHub has', async ({ inputs, lookUp }) => {
    const main = await provision(identities);
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expectDevice();
    expectStages(writes(scenario), [
      'CreateUser',
      {
        concurrent: [
          ['CreateAccessKey', 'TagUser'],
          [['PutUserPolicy', 'AttachUserPolicy'], ...DEVICE],
        ],
      },
      ...['TagUser', 'PUT secret', 'PUT secret', 'TagUser', 'UntagUser'],
    ]);

    const { accessKeyId, secretAccessKey } = key();
    // Of the codes that enabled the device none is good again, and the next comes within half a minute.
    scenario.pass(30_000);
    const workflow = identityJob(scenario);
    const session = await workflow.step({
      with: {
        mode: 'session-token',
        'aws-region': REGION,
        'aws-access-key-id': accessKeyId,
        'aws-secret-access-key': secretAccessKey,
        'mfa-secret': seedAtGithub() ?? '',
        ...inputs(),
      },
    });
    expect([session.exitCode, session.stderr]).toEqual([0, '']);
    expect(scenario.calls().sort()).toEqual(['GetCallerIdentity', 'GetSessionToken', ...lookUp]);
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN = '' } = workflow.env;
    const proved = {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken: AWS_SESSION_TOKEN,
    };
    expect((await listBuckets(scenario.sandbox.url, proved)).status).toBe(200);
    expect(scenario.calls()).toEqual(['ListBuckets']);
  });

  test('is refused everything before, but to find its device', async () => {
    expect((await provision(identities)).exitCode).toBe(0);
    scenario.calls();
    const iam = iamClient(scenario.sandbox.url, key());
    const { MFADevices } = await iam.send(new ListMFADevicesCommand({ UserName: 'pulumi' }));
    expect(MFADevices?.map(({ SerialNumber }) => SerialNumber)).toEqual([serial()]);
    expect(await refusal(iam.send(new ListUsersCommand({})))).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect((await listBuckets(scenario.sandbox.url, key())).status).toBe(403);
    expect(scenario.calls()).toEqual(['ListMFADevices', 'ListUsers AccessDenied', 'ListBuckets AccessDenied']);
  });

  test('is as declared the second time', async () => {
    expect((await provision(identities)).exitCode).toBe(0);
    scenario.calls();
    const again = await provision(identities);
    expect([again.exitCode, again.outputs.changed]).toEqual([0, 'false']);
    expect(writes(scenario)).toEqual([]);
    expectDevice();
  });
});

test('the seed and the codes are masked, and in no file', async () => {
  const workflow = identityJob(scenario);
  const main = await provision(DEVICE_ALONE, workflow);
  const seed = seedAtGithub() ?? '';
  const { params } = scenario.sandbox.requests.find(({ action }) => action === 'EnableMFADevice') ?? { params: {} };
  const { AuthenticationCode1: first = '', AuthenticationCode2: second = '' } = params as Record<string, string>;
  expect(main.lines.flatMap(({ command }) => (command?.name === 'add-mask' ? command.value : []))).toEqual(
    expect.arrayContaining([seed, first, second]),
  );
  const printed = main.lines.filter(({ command }) => command?.name !== 'add-mask').map(({ raw }) => raw);
  expect(printed.join('\n')).not.toContain(seed);
  const files = readdirSync(workflow.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
  expect(files.join('\n')).not.toContain(seed);
  expect(main.summary).toContain('MFA device | `pulumi`');
  scenario.calls();
});

test('the device has the name that is declared and the path of its user; its seed goes where it is declared', async () => {
  scenario.sandbox.github.secrets.createEnvironment(REPOSITORY, 'production');
  const main = await provision(
    documentOf({
      path: '/machine/',
      'mfa-device': {
        name: 'token',
        deliver: [{ 'github-secret': 'A' }, { 'github-secret': { name: 'b', environment: 'production' } }],
      },
    }),
  );
  expect(main.exitCode).toBe(0);
  const device = scenario.account.users.get('pulumi')?.mfaDevices.get(scenario.account.arn('iam', 'mfa/machine/token'));
  const { secrets } = scenario.sandbox.github;
  expect(device?.seed).toHaveLength(64);
  expect(secrets.value(REPOSITORY, 'A')).toBe(device?.seed);
  expect(secrets.value(REPOSITORY, 'B', { environment: 'production' })).toBe(device?.seed);
  scenario.calls();
});

describe('a device of that name is there already', () => {
  test.each(['never enabled', 'deactivated by hand'])('%s, and ours: replaced', async (how) => {
    if (how === 'never enabled') scenario.account.createMfaDevice('pulumi').tags = OWNED;
    else expect((await provision()).exitCode).toBe(0);
    scenario.account.users.get('pulumi')?.mfaDevices.clear();
    const before = scenario.account.virtualMfaDevices.get(serial())?.seed;
    scenario.calls();
    const main = await provision();
    expect(main.exitCode).toBe(0);
    expect(main.log.join('\n')).toContain('replaces one that is not enabled');
    expectDevice();
    expect(seedAtGithub()).not.toBe(before);
    expect(writes(scenario).filter((call) => call !== 'CreateUser')).toEqual(['DeleteVirtualMFADevice', ...DEVICE]);
  });

  test('and none of ours: said, and nothing is changed', async () => {
    scenario.account.createMfaDevice('pulumi');
    const main = await provision();
    expectFailed(main, 'not-ours');
    expect(main.log.join('\n')).toContain(`the MFA device ${serial()} is there and was not made by this action`);
    expect(scenario.account.virtualMfaDevices.size).toBe(1);
    expect(writes(scenario)).toEqual([]);
  });
});

describe('an answer that is lost', () => {
  test.each(['CreateVirtualMFADevice', 'PUT secret', 'EnableMFADevice'])('to %s', async (action) => {
    scenario.sandbox.faults.add({ action, times: 1, resetAfter: true });
    const main = await provision();
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expectDevice();
    scenario.calls();
  });
});

describe('a device that cannot be finished', () => {
  test.each([
    { at: 'CreateVirtualMFADevice', code: 'iam-refused' as const },
    { at: 'PUT secret', code: 'github-secret-refused' as const },
    { at: 'EnableMFADevice', code: 'iam-refused' as const },
  ])('$at is refused: no key is made, and the next run makes the device', async ({ at, code }) => {
    const identities = documentOf({
      'mfa-device': { deliver: [{ 'github-secret': 'PULUMI_MFA_SECRET' }] },
      'access-key': { deliver: ['environment'] },
    });
    const failure: Failure =
      at === 'PUT secret'
        ? REFUSED_BY_GITHUB
        : { error: { status: 403, code: 'AccessDenied', message: 'denied by a service control policy' } };
    scenario.sandbox.faults.add({ action: at, times: 1, ...failure });
    expectFailed(await provision(identities), code);
    expect(scenario.account.users.get('pulumi')?.accessKeys).toEqual([]);
    expect(enabled()).toBeUndefined();
    scenario.calls();

    const again = await provision(identities);
    expect(again.exitCode).toBe(0);
    expectDevice();
    expect(scenario.account.users.get('pulumi')?.accessKeys).toHaveLength(1);
    scenario.calls();
  });

  test('as AWS tells no seed: nothing is delivered in its stead', async () => {
    const body =
      '<CreateVirtualMFADeviceResponse><CreateVirtualMFADeviceResult></CreateVirtualMFADeviceResult></CreateVirtualMFADeviceResponse>';
    const raw = { status: 200, headers: { 'content-type': 'text/xml' }, body };
    scenario.sandbox.faults.add({ action: 'CreateVirtualMFADevice', raw });
    expectFailed(await provision(), 'unexpected');
    expect(seedAtGithub()).toBeUndefined();
    expect(writes(scenario)).toEqual(['CreateUser', 'CreateVirtualMFADevice']);
  });

  test.each(['CreateVirtualMFADevice', 'PUT secret', 'EnableMFADevice'])(
    'the run is killed after %s: others wait until it counts as failed, and then one ends it',
    async (action) => {
      const after = new Promise<void>((holdAfter) => {
        scenario.sandbox.faults.add({ action, times: 1, holdAfter });
      });
      const killed = await identityJob(scenario, { env: { GITHUB_RUN_ID: '6' } }).step({
        with: { mode: 'provision', ...ADMIN, ...token, identities: DEVICE_ALONE },
        kill: { after, signal: 'SIGKILL' },
      });
      expect(killed.exitCode).toBeNull();
      scenario.calls();
      const isEnabled = action === 'EnableMFADevice';
      if (!isEnabled) {
        for (const mode of ['provision', 'deprovision']) {
          const stopped = await identityJob(scenario).step({
            with: { mode, ...ADMIN, ...token, identities: DEVICE_ALONE },
          });
          expectFailed(stopped, 'another-run');
          const making = `${serial()} is being made by run 6 of octo/app, the job deploy, since `;
          expect(stopped.log.join('\n')).toContain(making);
          const dry = await identityJob(scenario).step({
            with: { mode, ...ADMIN, ...token, identities: DEVICE_ALONE, 'dry-run': 'true' },
          });
          expect([dry.exitCode, dry.stderr]).toEqual([0, '']);
          expect(dry.outputs.plan).toContain(`a run would fail: the MFA device ${making}`);
          expect(writes(scenario)).toEqual([]);
        }
      }
      passTakeover();
      expect((await provision()).exitCode).toBe(0);
      expectDevice();
      expect(writes(scenario)).toEqual(isEnabled ? [] : ['DeleteVirtualMFADevice', ...DEVICE]);
    },
  );
});

test('a device that another run has made again, and enabled, is not taken for the own one', async () => {
  let device = scenario.account.virtualMfaDevices.get(serial());
  const first = () => {
    const making = `run=octo/app:42.1:0a1b2c3d at=${scenario.sandbox.clock.now().toISOString()} seeds=a`;
    device = scenario.account.createMfaDevice('pulumi');
    device.tags = { ...OWNED, 'aws-identity-action:making': making };
    scenario.account.users.get('pulumi')?.mfaDevices.set(serial(), device);
  };
  scenario.sandbox.faults.add({ action: 'EnableMFADevice', first });
  const main = await provision();
  expectFailed(main, 'delivery-overtaken');
  expect(main.log.join('\n')).toContain('Meanwhile, another run made it again, and enabled it.');
  expect(enabled()).toBe(device);
  expect(writes(scenario)).not.toContain('DeleteVirtualMFADevice');
});

test('a device that another run is making: its user is left as it is, the rest is done, and the step fails', async () => {
  expect((await provision(documentOf({}))).exitCode).toBe(0);
  const making = `run=octo/app:6.1:0a1b2c3d at=${scenario.sandbox.clock.now().toISOString()} seeds=a`;
  const tags = { ...OWNED, 'aws-identity-action:making': making };
  const device = scenario.account.createMfaDevice('pulumi');
  device.tags = tags;
  scenario.calls();
  const deliver = [{ 'github-secret': 'PULUMI_MFA_SECRET' }];
  const keys = { 'access-key': { deliver: [{ 'github-secrets': { prefix: 'PULUMI_' } }] } };
  const identities = JSON.stringify({
    users: {
      pulumi: { ...keys, path: '/', tags: { team: 'a' }, 'mfa-device': { deliver } },
      other: { 'mfa-device': { deliver: [{ 'github-secret': 'OTHER_MFA_SECRET' }] } },
    },
    roles: { deploy: { trust: { user: 'pulumi' } } },
  });
  const main = await provision(identities);
  expectFailed(main, 'another-run');
  const said = main.log.join('\n');
  expect(said).toContain('Nothing of the user pulumi was changed. All else that the plan shows is done.');
  expect(said).toMatch(/^! leave +MFA device +pulumi  /m);
  expect(main.outputs.changed).toBe('true');
  const { users, roles } = scenario.account;
  expect(users.get('pulumi')).toMatchObject({
    tags: expect.not.objectContaining({ team: 'a' }) as object,
    accessKeys: [],
  });
  expect([users.get('other')?.mfaDevices.size, roles.has('deploy')]).toEqual([1, true]);
  expect(scenario.account.virtualMfaDevices.get(serial())).toMatchObject({ seed: device.seed, tags });
  expect(writes(scenario).sort()).toEqual([...DEVICE, 'CreateRole', 'CreateUser'].sort());
});

describe('a device that is enabled', () => {
  const overwrite = () => {
    scenario.pass(3_600_000);
    scenario.sandbox.github.secrets.write(REPOSITORY, 'PULUMI_MFA_SECRET', 'theirs');
  };

  test.each([0, 30])(
    'is kept where someone else has written its seed, %d days later, and that is said',
    async (days) => {
      expect((await provision()).exitCode).toBe(0);
      overwrite();
      scenario.pass(days * 86_400_000);
      scenario.calls();
      const again = await provision();
      expect([again.exitCode, again.outputs.changed]).toEqual([0, 'false']);
      const said = again.log.join('\n');
      expect(said).toContain('its seed may be overwritten: PULUMI_MFA_SECRET of octo/app');
      expect(said).toMatch(/^Warning: .* is enabled, but somebody else has written a secret that is to hold its seed/m);
      expect(said).toContain(`aws iam delete-virtual-mfa-device --serial-number ${serial()}`);
      expect(writes(scenario)).toEqual([]);
    },
  );

  test('and that somebody made by hand may have its seed written at any time', async () => {
    expect((await provision()).exitCode).toBe(0);
    const device = enabled();
    if (device) device.tags = {};
    overwrite();
    const again = await provision();
    expect([again.exitCode, again.log.join('\n').includes('seed')]).toEqual([0, false]);
    scenario.calls();
  });

  test('is kept where GitHub does not say whether its seed is there, and the plan says so', async () => {
    expect((await provision()).exitCode).toBe(0);
    const blind = { 'github-token': scenario.sandbox.github.secrets.token({ see: [REPOSITORY] }) };
    scenario.calls();
    const dry = await identityJob(scenario).step({
      with: { mode: 'provision', ...ADMIN, ...blind, identities: DEVICE_ALONE, 'dry-run': 'true' },
    });
    expect(dry.exitCode).toBe(0);
    expect(dry.outputs.plan).toContain('whether its seed is there, GitHub does not say: PULUMI_MFA_SECRET of octo/app');
    expect(writes(scenario)).toEqual([]);
  });

  test('is kept where its seed is gone from GitHub, and the plan and a warning say what to do', async () => {
    expect((await provision()).exitCode).toBe(0);
    const before = enabled()?.seed;
    const { secrets } = scenario.sandbox.github;
    secrets.createRepository(REPOSITORY);
    scenario.calls();
    const again = await provision();
    expect([again.exitCode, again.outputs.changed]).toEqual([0, 'false']);
    const said = again.log.join('\n');
    expect(said).toContain('its seed is not there any more: PULUMI_MFA_SECRET of octo/app');
    expect(said).toMatch(/^Warning: The MFA device .* is enabled, but a secret that is to hold its seed is not there/m);
    expect(enabled()?.seed).toBe(before);
    expect(writes(scenario)).toEqual([]);

    const [, deactivate, remove] =
      /(aws iam deactivate-mfa-device .*) && (aws iam delete-virtual-mfa-device .*)$/m.exec(said) ?? [];
    expect([deactivate, remove]).toEqual([
      `aws iam deactivate-mfa-device --user-name pulumi --serial-number ${serial()}`,
      `aws iam delete-virtual-mfa-device --serial-number ${serial()}`,
    ]);
    scenario.account.users.get('pulumi')?.mfaDevices.clear();
    scenario.account.virtualMfaDevices.clear();
    expect((await provision()).exitCode).toBe(0);
    expectDevice();
    scenario.calls();
  });

  test.each([
    ['lately', 0],
    ['long ago', 6 * 86_400_000],
  ])('%s costs no more than a look at its secret, and at whose it is and what for', async (_, ms) => {
    expect((await provision()).exitCode).toBe(0);
    scenario.calls();
    scenario.pass(ms);
    expect((await provision()).exitCode).toBe(0);
    const asked = scenario.calls().filter((call) => /Device|secret/i.test(call));
    expect(asked.sort()).toEqual(['GET secret', 'ListMFADeviceTags', 'ListMFADevices']);
  });
});

describe('a secret that is to hold the seed of a device, and was written when that was', () => {
  const seeds = (...names: readonly string[]) => ({
    'mfa-device': { deliver: names.map((name) => ({ 'github-secret': name })) },
  });
  const both = (one: object, other: object) => JSON.stringify({ users: { pulumi: one, other } });

  test.each([0, 6])('but with that of another user, as the document has it now, %d days later', async (days) => {
    expect((await provision(both(seeds('ONE'), seeds('OTHER')))).exitCode).toBe(0);
    scenario.pass(days * 86_400_000);
    scenario.calls();
    const main = await provision(both(seeds('OTHER'), seeds('ONE')));
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'false']);
    const said = main.log.join('\n');
    expect(said).toContain('its seed was never delivered to OTHER of octo/app');
    expect(said).toContain('its seed was never delivered to ONE of octo/app');
    expect(said).toMatch(
      /^Warning: The MFA device \S+mfa\/pulumi of pulumi is enabled, but its seed was never delivered to a secret/m,
    );
    expect(writes(scenario)).toEqual([]);
  });

  test('but with that of a user who left the document', async () => {
    expect((await provision(both(seeds('ONE'), seeds('OTHER')))).exitCode).toBe(0);
    const main = await provision(documentOf(seeds('ONE', 'OTHER')));
    expect(main.log.join('\n')).toContain('its seed was never delivered to OTHER of octo/app');
    scenario.calls();
  });
});

describe('a device that has another name in the document now', () => {
  const named = (name: string) =>
    documentOf({ 'mfa-device': { name, deliver: [{ 'github-secret': 'PULUMI_MFA_SECRET' }] } });
  const serialOf = (name: string) => scenario.account.arn('iam', `mfa/${name}`);
  const removing = (name: string) =>
    `aws iam deactivate-mfa-device --user-name pulumi --serial-number ${serialOf(name)}`;

  beforeEach(async () => {
    expect((await provision(named('one'))).exitCode).toBe(0);
    scenario.pass(86_400_000);
  });

  test('is enabled all the same: each run says so, and that its seed is overwritten', async () => {
    const dry = await identityJob(scenario).step({
      with: { mode: 'provision', ...ADMIN, ...token, identities: named('two'), 'dry-run': 'true' },
    });
    for (const main of [dry, await provision(named('two')), await provision(named('two'))]) {
      const said = main.log.join('\n');
      expect([main.exitCode, said]).toEqual([0, expect.stringContaining(`${serialOf('one')} is enabled as well`)]);
      expect(said).toMatch(/^Warning: The user pulumi has also the MFA device \S+mfa\/one, which a run has made/m);
      expect(said).toContain(
        `Its seed was for PULUMI_MFA_SECRET of octo/app, too, where that of ${serialOf('two')} takes its place.`,
      );
      expect(said).toContain(removing('one'));
    }
    expect([...(scenario.account.users.get('pulumi')?.mfaDevices.keys() ?? [])]).toEqual([
      serialOf('one'),
      serialOf('two'),
    ]);
    scenario.calls();
  });

  test('and the first again: its seed is overwritten by our own run, and by nobody else', async () => {
    expect((await provision(named('two'))).exitCode).toBe(0);
    scenario.pass(86_400_000);
    const said = (await provision(named('one'))).log.join('\n');
    expect(said).toContain(`its seed is overwritten with that of ${serialOf('two')}: PULUMI_MFA_SECRET of octo/app`);
    expect(said).not.toContain('somebody else has written');
    expect(said).toContain(removing('one'));
    scenario.calls();
  });

  test('is none that the step may see: nothing is said of it, and all is done', async () => {
    const error = { status: 403, code: 'AccessDenied', message: 'no' };
    // The first is that of the declared device.
    scenario.sandbox.faults.add({ action: 'ListMFADeviceTags', skip: 1, times: 1, error });
    const main = await provision(named('two'));
    expect([main.exitCode, main.log.join('\n')]).toEqual([0, expect.not.stringContaining('has also the MFA device')]);
    scenario.calls();
  });

  test.each(['one', 'two'])(
    'deprovision with the name %s removes the secret that holds a seed of the user',
    async (name) => {
      expect((await provision(named('two'))).exitCode).toBe(0);
      scenario.pass(86_400_000);
      const main = await identityJob(scenario).step({
        with: { mode: 'deprovision', ...ADMIN, ...token, identities: named(name) },
      });
      expect([main.exitCode, main.log.join('\n')]).toEqual([0, expect.not.stringContaining('stays')]);
      expect([seedAtGithub(), scenario.account.virtualMfaDevices.size]).toEqual([undefined, 0]);
      scenario.calls();
    },
  );
});

describe('a device of a user that is to have none any more', () => {
  const REMOVAL = /(aws iam deactivate-mfa-device .*) && (aws iam delete-virtual-mfa-device .*)$/m;
  const WITHOUT = documentOf({});

  test.each(['of a user that was made with it', 'of a user that was there before'])(
    'stays, %s, and each run says so, until it is gone',
    async (which) => {
      if (which.includes('before')) scenario.account.createUser('pulumi', { tags: OWNED });
      expect((await provision()).exitCode).toBe(0);
      const seed = seedAtGithub();
      for (let day = 0; day < 2; day += 1) {
        scenario.pass(86_400_000);
        const main = await provision(WITHOUT);
        expect([main.exitCode, main.outputs.changed]).toEqual([0, 'false']);
        const said = main.log.join('\n');
        expect(said).toMatch(/^ *! leave +MFA device +pulumi +enabled for pulumi, and not declared: it stays$/m);
        expect(said).toMatch(/^Warning: The user pulumi has also the MFA device \S+mfa\/pulumi, which a run has made/m);
        expect(REMOVAL.exec(said)?.[1]).toBe(
          `aws iam deactivate-mfa-device --user-name pulumi --serial-number ${serial()}`,
        );
      }
      expect([enabled()?.seed, seedAtGithub()]).toEqual([seed, seed]);
      scenario.account.users.get('pulumi')?.mfaDevices.clear();
      expect((await provision(WITHOUT)).log.join('\n')).not.toContain('MFA device');
      scenario.calls();
    },
  );

  test('and whose secret holds the seed of another user’s by now: that is said, too', async () => {
    expect((await provision()).exitCode).toBe(0);
    scenario.pass(86_400_000);
    const deliver = [{ 'github-secret': 'PULUMI_MFA_SECRET' }];
    const main = await provision(JSON.stringify({ users: { pulumi: {}, other: { 'mfa-device': { deliver } } } }));
    expect([main.exitCode, main.log.join('\n')]).toEqual([
      0,
      expect.stringContaining('Its seed was for PULUMI_MFA_SECRET of octo/app, which is for that of another user now.'),
    ]);
    scenario.calls();
  });

  test('is none that the step may see: nothing is said of it, and all is done', async () => {
    expect((await provision()).exitCode).toBe(0);
    const error = { status: 403, code: 'AccessDenied', message: 'no' };
    scenario.sandbox.faults.add({ action: 'ListMFADevices', error });
    const main = await provision(WITHOUT);
    expect([main.exitCode, main.log.join('\n')]).toEqual([0, expect.not.stringContaining('MFA device')]);
    scenario.calls();
  });

  test('is not looked for where none was ever declared', async () => {
    expect((await provision(WITHOUT)).exitCode).toBe(0);
    scenario.calls();
    expect((await provision(WITHOUT)).exitCode).toBe(0);
    expect(scenario.calls()).not.toContain('ListMFADevices');
  });
});

describe('a user that has another name in the document now, and the same secret', () => {
  const deliver = [{ 'github-secret': 'PULUMI_MFA_SECRET' }];
  const documentFor = (user: string, device = user) =>
    JSON.stringify({ users: { [user]: { 'mfa-device': { name: device, deliver } } } });
  /** The document of before is removed, and with it neither the device of the new name nor its seed. */
  async function expectOthersToStay(identities: string, device: string) {
    const job = identityJob(scenario);
    const main = await job.step({ with: { mode: 'deprovision', ...ADMIN, ...token, identities } });
    expect([main.exitCode, main.log.join('\n')]).toEqual([0, expect.stringContaining('PULUMI_MFA_SECRET')]);
    expect(scenario.account.users.has('pulumi')).toBe(false);
    const { seed } = scenario.account.users.get('renamed')?.mfaDevices.get(device) ?? {};
    expect(seed).toBeDefined();
    expect(seedAtGithub()).toBe(seed);
    scenario.calls();
    return main.log.join('\n');
  }

  test('a removal with the name of before, as the new device was made within a minute', async () => {
    expect((await provision(documentFor('pulumi'))).exitCode).toBe(0);
    scenario.pass(30_000);
    expect((await provision(documentFor('renamed'))).exitCode).toBe(0);
    scenario.pass(86_400_000);
    await expectOthersToStay(documentFor('pulumi'), scenario.account.arn('iam', 'mfa/renamed'));
  });

  test('a removal with the name of before, whose run had died when it wrote the seed, minutes earlier', async () => {
    const after = new Promise<void>((holdAfter) => {
      scenario.sandbox.faults.add({ action: 'PUT secret', times: 1, holdAfter });
    });
    await identityJob(scenario).step({
      with: { mode: 'provision', ...ADMIN, ...token, identities: documentFor('pulumi') },
      kill: { after, signal: 'SIGKILL' },
    });
    scenario.pass(4 * 60_000);
    expect((await provision(documentFor('renamed'))).exitCode).toBe(0);
    passTakeover();
    await expectOthersToStay(documentFor('pulumi'), scenario.account.arn('iam', 'mfa/renamed'));
  });

  test('a removal with the name of before, where both name the same device', async () => {
    const phone = scenario.account.arn('iam', 'mfa/phone');
    expect((await provision(documentFor('pulumi', 'phone'))).exitCode).toBe(0);
    scenario.pass(86_400_000);
    // AWS gives a device to one user at a time.
    scenario.account.users.get('pulumi')?.mfaDevices.clear();
    expect((await provision(documentFor('renamed', 'phone'))).exitCode).toBe(0);
    const said = await expectOthersToStay(documentFor('pulumi', 'phone'), phone);
    expect(said).toContain('left as it is: it was made for the user renamed');
  });
});

describe('a secret that is there when a device is created whose seed it is to hold', () => {
  test('is overwritten: the plan, also of a dry run, and the log say so', async () => {
    scenario.sandbox.github.secrets.write(REPOSITORY, 'PULUMI_MFA_SECRET', 'the seed of a phone');
    const at = new Date(scenario.sandbox.clock.now()).toISOString().slice(0, 16).replace('T', ' ');
    scenario.pass(86_400_000);
    const dry = await identityJob(scenario).step({
      with: { mode: 'provision', ...ADMIN, ...token, identities: DEVICE_ALONE, 'dry-run': 'true' },
    });
    const main = await provision();
    for (const { exitCode, log } of [dry, main]) {
      expect([exitCode, log.join('\n')]).toEqual([
        0,
        expect.stringContaining(`overwrites what is in PULUMI_MFA_SECRET of octo/app, written at ${at} UTC`),
      ]);
    }
    expect(main.log.join('\n')).toMatch(
      /^Enabled the MFA device .*; its seed is in PULUMI_MFA_SECRET of octo\/app, which held something else before\.$/m,
    );
    expectDevice();
    scenario.calls();
  });

  test('is not spoken of where there is none', async () => {
    expect((await provision()).log.join('\n')).not.toMatch(/overwrites|held something else/);
    scenario.calls();
  });
});

test('deprovision says of a device that left the document that its seed stays where it is', async () => {
  expect((await provision()).exitCode).toBe(0);
  scenario.pass(86_400_000);
  const main = await identityJob(scenario).step({
    with: { mode: 'deprovision', ...ADMIN, ...token, identities: documentOf({}) },
  });
  expect([main.exitCode, main.log.join('\n')]).toEqual([
    0,
    expect.stringContaining(
      `- MFA device ${serial()}; its seed was delivered to a secret that the document does not name: it stays`,
    ),
  ]);
  expect(seedAtGithub()).toBeDefined();
  scenario.calls();
});

test('a second secret is refused: the step says that the first was written', async () => {
  scenario.sandbox.faults.add({ action: 'PUT secret', skip: 1, ...REFUSED_BY_GITHUB });
  const main = await provision(
    documentOf({ 'mfa-device': { deliver: [{ 'github-secret': 'ONE' }, { 'github-secret': 'TWO' }] } }),
  );
  expectFailed(main, 'github-secret-refused');
  expect(main.log.join('\n')).toContain('Before, the seed of this device was written to ONE of octo/app.');
  expect(scenario.account.virtualMfaDevices.size).toBe(0);
  scenario.calls();
});

describe('a device that a lost ephemeral run left', () => {
  const ephemeral = (job: Job) =>
    job.step({ with: { mode: 'provision', ...ADMIN, ...token, identities: DEVICE_ALONE, ephemeral: 'true' } });
  const jobOf = (runId: string) => identityJob(scenario, { env: { GITHUB_RUN_ID: runId } });
  beforeEach(async () => {
    scenario.account.createUser('pulumi', { tags: OWNED });
    expect((await ephemeral(jobOf('6'))).exitCode).toBe(0);
    scenario.pass(6 * 86_400_000);
  });

  test('lasts once it is provisioned: no later ephemeral run removes it', async () => {
    const lasting = await provision();
    expect([lasting.exitCode, lasting.log.join('\n')]).toEqual([0, expect.stringContaining('now to last')]);
    const later = jobOf('8');
    expect((await ephemeral(later)).exitCode).toBe(0);
    await later.finish();
    expectDevice();
    // It is recorded as any other device.
    expect((await provision(documentOf({}))).log.join('\n')).toContain(
      'Warning: The user pulumi has also the MFA device',
    );
    scenario.calls();
  });

  test('and that another run has made again is none that this one has taken over, though the mark came to it', async () => {
    const first = async () => {
      scenario.sandbox.faults.clear();
      const { account } = scenario;
      account.users.get('pulumi')?.mfaDevices.clear();
      account.virtualMfaDevices.clear();
      expect((await provision()).exitCode).toBe(0);
    };
    scenario.sandbox.faults.add({ action: 'TagMFADevice', times: 1, first });
    const next = jobOf('7');
    expect((await ephemeral(next)).exitCode).toBe(0);
    expect(enabled()?.tags['aws-identity-action:ephemeral']).toContain(':7.1:');
    await next.finish();
    expectDevice();
    scenario.calls();
  });
});
