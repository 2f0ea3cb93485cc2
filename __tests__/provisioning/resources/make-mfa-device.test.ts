import type { Failure } from '../../../sandbox/faults';
import type { AccountAccess } from '../../../src/provisioning/changes/account-access';
import { withoutCalls } from '../../../src/provisioning/changes/change';
import { makeMfaDevice } from '../../../src/provisioning/resources/make-mfa-device';
import { MAKING } from '../../../src/provisioning/resources/making-tag';
import { readDevice, type MfaDevicePlan } from '../../../src/provisioning/resources/mfa-device';
import { writeRun } from '../../../src/provisioning/run';
import { useCleanEnvironment } from '../../aws/environment';
import { openTestAccount, type TestAccount } from '../account';
import { arn, declaredUser, OURS, REPOSITORY, secretNamed } from '../declared';

useCleanEnvironment();

let opened: TestAccount;
beforeEach(async () => {
  opened = await openTestAccount({ githubToken: true });
  opened.account.createUser('pulumi', { tags: OURS });
});
afterEach(() => opened.sandbox.close());

const serial = arn('mfa/phone');
const user = declaredUser({ mfaDevice: { name: 'phone', path: '/', deliver: [secretNamed('SEED')] } });
const PLAN: MfaDevicePlan = {
  user,
  serial,
  tags: OURS,
  change: withoutCalls('create', 'MFA device', serial),
  replaces: undefined,
  overwrites: [],
  warnings: [],
};
const make = (plan = PLAN, access: AccountAccess = opened.access) => makeMfaDevice(plan, access, opened.access);
const device = () => opened.account.virtualMfaDevices.get(serial);
const enabled = () => opened.account.users.get('pulumi')?.mfaDevices.get(serial);
const seedAtGithub = (name = 'SEED') => opened.sandbox.github.secrets.value(REPOSITORY, name);
const enabling = () => opened.sandbox.requests.filter(({ action }) => action === 'EnableMFADevice');
const fail = (action: string, failure: Failure, skip = 0) => {
  opened.sandbox.faults.add({ action, times: 1, skip, ...failure });
};
const first = (action: string, happen: () => void | Promise<void>) => {
  opened.sandbox.faults.add({ action, times: 1, first: happen });
};
const refused = (code: string, headers = {}) => ({ error: { status: 400, code, message: 'words', headers } });

function expectWhole(): void {
  expect(enabled()?.seed).toBe(device()?.seed);
  expect(seedAtGithub()).toBe(enabled()?.seed);
}

test('a device names the run that makes it, and when that began', async () => {
  let making = '';
  first('EnableMFADevice', () => {
    making = device()?.tags[MAKING] ?? '';
  });
  const began = opened.sandbox.clock.now().getTime();
  await make();
  expectWhole();
  const [, run, at = ''] = /^run=(\S+) at=(\S+) seeds=[0-9a-f]{8}$/.exec(making) ?? [];
  expect(run).toBe(writeRun(opened.access.run));
  // Tags tell the time to the second.
  expect(Date.parse(at)).toBeGreaterThan(began - 2000);
  expect(Date.parse(at)).toBeLessThanOrEqual(opened.sandbox.clock.now().getTime());
});

test('a device that is enabled is not taken for one that is being made, if somebody deactivates it then', async () => {
  await make();
  expect(device()?.tags[MAKING]).toMatch(
    new RegExp(`^run=${writeRun(opened.access.run)} enabled=\\S+Z written=\\S+Z seeds=[0-9a-f]{8}$`),
  );
  opened.account.users.get('pulumi')?.mfaDevices.clear();
  const { mfaDevice } = user;
  const existing = mfaDevice && (await readDevice(mfaDevice, undefined, opened.access));
  expect(existing).toMatchObject({ tags: device()?.tags, beingMade: undefined });
});

test('that its tag could not be changed is no failure', async () => {
  fail('TagMFADevice', refused('AccessDenied'));
  await make();
  expectWhole();
  expect(opened.log.join('\n')).toContain('is enabled, but its tag does not say so');
});

describe('its codes', () => {
  test('are those of the time of AWS, also where the machine is minutes off', async () => {
    const { clock } = opened.access;
    await make(PLAN, { ...opened.access, clock: { ...clock, time: () => clock.time() + 3_600_000 } });
    expectWhole();
    expect(enabling()).toHaveLength(1);
  });

  test('are computed again for each attempt', async () => {
    fail('EnableMFADevice', refused('Throttling', { 'retry-after': '90' }));
    await make();
    expectWhole();
    const [one, other] = enabling().map(({ params }) => params.AuthenticationCode2);
    expect(one).toMatch(/^\d{6}$/);
    expect(other).not.toBe(one);
    for (const { params } of enabling()) {
      expect(opened.masked).toEqual(expect.arrayContaining([params.AuthenticationCode1, params.AuthenticationCode2]));
    }
  });
});

describe('an answer to EnableMFADevice that is lost', () => {
  const NONE = {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: '<ListMFADevicesResponse><ListMFADevicesResult><MFADevices/></ListMFADevicesResult></ListMFADevicesResponse>',
  };

  test('after AWS acted: it is enabled, also where lists do not show it yet', async () => {
    fail('EnableMFADevice', { resetAfter: true });
    for (let look = 0; look < 3; look += 1) fail('ListMFADevices', { raw: NONE });
    await make();
    expectWhole();
    expect(opened.waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThanOrEqual(6_000);
  });

  test('and which lists never show is none', async () => {
    fail('EnableMFADevice', { resetAfter: true });
    opened.sandbox.faults.add({ action: 'ListMFADevices', raw: NONE });
    await expect(make()).rejects.toMatchObject({ code: 'name-taken' });
  });
});

describe('a device that cannot be finished', () => {
  test.each<[what: string, action: string, failure: Failure]>([
    ['its secret is refused', 'PUT secret', { error: { status: 403, code: 'Forbidden', message: 'no' } }],
    ['it is not enabled', 'EnableMFADevice', refused('AccessDenied')],
  ])('is deleted again, as %s: the next run need not wait', async (_, action, failure) => {
    fail(action, failure);
    await expect(make()).rejects.toThrow();
    expect(device()).toBeUndefined();
    await make();
    expectWhole();
  });

  test('stays where a request to GitHub may come late, which would overwrite the next one’s seed', async () => {
    fail('PUT secret', { reset: true });
    fail('PUT secret', { error: { status: 403, code: 'Forbidden', message: 'no' } });
    await expect(make()).rejects.toThrow();
    expect(device()?.tags[MAKING]).toBeDefined();
  });

  test('stays where it is another run’s by now', async () => {
    const theirs = `run=${REPOSITORY}:9.1:ab at=2026-08-01T12:00:00Z`;
    first('EnableMFADevice', () => {
      const made = device();
      if (made) made.tags = { ...OURS, [MAKING]: theirs };
    });
    fail('EnableMFADevice', refused('InvalidAuthenticationCode'));
    await expect(make()).rejects.toMatchObject({ code: 'mfa-code-refused' });
    expect(device()?.tags[MAKING]).toBe(theirs);
  });

  test('stays where it is enabled after all', async () => {
    fail('EnableMFADevice', { resetAfter: true });
    fail('EnableMFADevice', refused('AccessDenied'));
    fail('ListMFADevices', refused('AccessDenied'));
    await expect(make()).rejects.toThrow();
    expectWhole();
  });
});

test.each(['now', 'time'] as const)(
  'what takes so long that another run may have taken it for left is delivered no more, by the clock’s %s',
  async (way) => {
    const { clock } = opened.access;
    let passed = 0;
    first('CreateVirtualMFADevice', () => {
      passed = 301_000;
    });
    const late = { ...clock, [way]: () => clock[way]() + passed };
    await expect(make(PLAN, { ...opened.access, clock: late })).rejects.toMatchObject({ code: 'delivery-overtaken' });
    expect(seedAtGithub()).toBeUndefined();
    expect(device()).toBeUndefined();
  },
);

test('a secret that someone else wrote after this run is no success', async () => {
  first('EnableMFADevice', async () => {
    await opened.access.clock.sleep(2_000);
    await opened.access.stores.put(secretNamed('SEED'), 'ANOTHERSEED');
  });
  await expect(make()).rejects.toThrow('the GitHub secret SEED of octo/app was written or removed by someone else');
  expect(enabled()).toBeDefined();
});

test('that a request to GitHub comes again late is no other’s writing', async () => {
  fail('PUT secret', { reset: true });
  first('EnableMFADevice', async () => {
    await opened.access.clock.sleep(2_000);
    await opened.access.stores.put(secretNamed('SEED'), device()?.seed ?? '');
  });
  await make();
  expectWhole();
});

describe('one that was never enabled', () => {
  const left = (making: string | undefined) => {
    const made = opened.account.createMfaDevice('phone');
    made.tags = { ...OURS, ...(making !== undefined && { [MAKING]: making }) };
    return { ...PLAN, replaces: { making } };
  };

  test.each([undefined, `run=${REPOSITORY}:6.1:ab at=2026-08-01T12:00:00Z`])(
    'is replaced after a second look, made by %s',
    async (making) => {
      const plan = left(making);
      const before = device()?.seed;
      await make(plan);
      expectWhole();
      expect(device()?.seed).not.toBe(before);
      expect(opened.waits).toContain(30_000);
    },
  );

  test('but is another run’s by then stays', async () => {
    const plan = left(`run=${REPOSITORY}:6.1:ab at=2026-08-01T12:00:00Z`);
    const theirs = `run=${REPOSITORY}:7.1:ab at=2026-08-01T13:00:00Z`;
    first('ListMFADeviceTags', () => {
      const made = device();
      if (made) made.tags = { ...OURS, [MAKING]: theirs };
    });
    await expect(make(plan)).rejects.toMatchObject({ code: 'delivery-overtaken' });
    expect(device()?.tags[MAKING]).toBe(theirs);
    expect(opened.actions()).not.toContain('DeleteVirtualMFADevice');
  });

  test('but is gone by then is made', async () => {
    await make({ ...PLAN, replaces: { making: 'x' } });
    expectWhole();
  });
});
