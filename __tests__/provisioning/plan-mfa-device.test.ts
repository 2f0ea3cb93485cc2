import { planMfaDevice } from '../../src/provisioning/plan-mfa-device';
import { arn, declaredUser, existingUser, NOBODYS, obstacleIn, OURS, RULES, THEIRS } from './declared';

const USER = declaredUser();
const DEVICE = { name: 'phone', path: '/machine/' };
const serial = arn('mfa/machine/phone');
const kind = 'MFA device';

test.each([
  ['that is not there', undefined],
  ['without a device', existingUser()],
  ['with another device', existingUser({ mfaDevices: [arn('mfa/phone')] })],
])('for a user %s it is made', (_, existing) => {
  expect(planMfaDevice(USER, DEVICE, existing, undefined, RULES)).toEqual({
    plan: {
      user: USER,
      serial,
      change: { action: 'create', kind, name: serial, details: ['for pulumi'], stages: [] },
    },
  });
});

test('one that the user has is kept', () => {
  const existing = existingUser({ mfaDevices: [serial] });
  expect(planMfaDevice(USER, DEVICE, existing, undefined, RULES)).toEqual({
    plan: {
      user: USER,
      serial,
      change: { action: 'keep', kind, name: serial, details: ['of pulumi, enabled'], stages: [] },
    },
  });
});

test('one that a run left that died is replaced, as nobody has its seed', () => {
  expect(planMfaDevice(USER, DEVICE, existingUser(), OURS, RULES)).toEqual({
    plan: {
      user: USER,
      serial,
      change: {
        action: 'create',
        kind,
        name: serial,
        details: ['for pulumi', 'replaces one that was never enabled'],
        stages: [[{ operation: 'DeleteVirtualMFADevice', input: { SerialNumber: serial } }]],
      },
    },
  });
});

test.each([
  ['another repository’s', THEIRS],
  ['nobody’s', NOBODYS],
])('one that is %s is in the way, also where things are taken over', (_, tags) => {
  for (const adoptExisting of [false, true]) {
    const planned = planMfaDevice(USER, DEVICE, existingUser(), tags, { ...RULES, adoptExisting });
    const obstacle = obstacleIn(planned);
    expect(obstacle?.code).toBe('not-ours');
    expect(obstacle?.text).toContain(serial);
    // To take it over would not help.
    expect(obstacle?.text).toMatch(/choose another name, or remove that device$/);
    expect(obstacle?.text).not.toContain('adopt-existing');
  }
});
