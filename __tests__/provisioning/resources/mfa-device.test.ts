import { planMfaDevice } from '../../../src/provisioning/resources/mfa-device';
import { arn, declaredUser, NOBODYS, obstacleIn, OURS, plannedChange, RULES, THEIRS } from '../declared';

const USER = declaredUser();
const DEVICE = { name: 'phone', path: '/machine/', deliver: [] };
const serial = arn('mfa/machine/phone');
const kind = 'MFA device';

test.each([
  ['without a device', []],
  ['with another device', [arn('mfa/phone')]],
])('for a user %s it is made', (_, enabled) => {
  expect(planMfaDevice(USER, DEVICE, { enabled, tags: undefined }, RULES)).toEqual({
    user: USER,
    serial,
    tags: OURS,
    change: plannedChange({ action: 'create', kind, name: serial, details: ['for pulumi'] }),
  });
});

test('one that the user has is kept', () => {
  expect(planMfaDevice(USER, DEVICE, { enabled: [serial], tags: undefined }, RULES)).toEqual({
    user: USER,
    serial,
    tags: OURS,
    change: plannedChange({ action: 'keep', kind, name: serial, details: ['of pulumi, enabled'] }),
  });
});

test('one that a run left that died is replaced, as nobody has its seed', () => {
  expect(planMfaDevice(USER, DEVICE, { enabled: [], tags: OURS }, RULES)).toEqual({
    user: USER,
    serial,
    tags: OURS,
    change: plannedChange({
      action: 'create',
      kind,
      name: serial,
      details: ['for pulumi', 'replaces one that was never enabled'],
      stages: [[{ operation: 'DeleteVirtualMFADevice', input: { SerialNumber: serial } }]],
    }),
  });
});

test.each([
  ['another repository’s', THEIRS],
  ['nobody’s', NOBODYS],
])('one that is %s is in the way, also where things are taken over', (_, tags) => {
  for (const adoptExisting of [false, true]) {
    const planned = planMfaDevice(USER, DEVICE, { enabled: [], tags }, { ...RULES, adoptExisting });
    const obstacle = obstacleIn(planned);
    expect(obstacle?.code).toBe('not-ours');
    expect(obstacle?.text).toContain(serial);
    // To take it over would not help.
    expect(obstacle?.text).toMatch(/choose another name, or remove that device$/);
    expect(obstacle?.text).not.toContain('adopt-existing');
  }
});
