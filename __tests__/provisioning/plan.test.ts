import type { AccessKey } from '../../sandbox/accounts/access-key';
import type { User } from '../../sandbox/accounts/account';
import type { DeclaredUser, Declaration } from '../../src/identities/declaration';
import { recordTags } from '../../src/provisioning/access-keys/record';
import { requireNoObstacle, type Change } from '../../src/provisioning/changes/change';
import { changesAnything, changesIn } from '../../src/provisioning/plan';
import { planDeprovision } from '../../src/provisioning/plan-deprovision';
import { planProvision, planResources } from '../../src/provisioning/plan-provision';
import { planRotation } from '../../src/provisioning/plan-rotation';
import { readAccount } from '../../src/provisioning/read-account';
import { makingTag } from '../../src/provisioning/resources/making-tag';
import { useCleanEnvironment } from '../aws/environment';
import { allow, deny, trust } from '../sandbox/sts-client';
import { openTestAccount, textOf, type TestAccount } from './account';
import {
  arn,
  declaredPolicy,
  declaredProvider,
  declaredRole,
  declaredUser,
  OURS,
  secretNamed,
  THEIRS,
  TO_GITHUB,
} from './declared';

useCleanEnvironment();

let opened: TestAccount;
beforeEach(async () => {
  opened = await openTestAccount({ githubToken: true });
});
afterEach(() => opened.sandbox.close());

const SEED = secretNamed('SEED');
const USER = declaredUser({
  policies: [{ declared: 'list' }],
  mfaDevice: { name: 'phone', path: '/', deliver: [SEED] },
  accessKey: { maxAge: undefined, grace: undefined, deliver: [TO_GITHUB] },
});

function declaration(more: Partial<Declaration> = {}): Declaration {
  return {
    oidcProviders: [declaredProvider()],
    policies: [declaredPolicy()],
    users: [USER],
    roles: [declaredRole()],
    ...more,
  };
}

async function provision(declared: Declaration, adoptExisting = false) {
  const existing = await readAccount(declared, opened.access);
  const { account, run, iam } = opened.access;
  const rules = { account, adoptExisting, run, now: iam.time() };
  return planProvision(planResources(declared, existing, rules), existing.keyHolders);
}
const rotate = (users: readonly DeclaredUser[], now = true) =>
  planRotation(users, { now, deleteOld: false }, opened.access);
/** A key that no run can be making still. */
function oldKeyOf(user: User): AccessKey {
  const key = user.createAccessKey();
  key.createdAt = new Date(Date.now() - 20 * 60_000);
  return key;
}

const shown = (changes: readonly Change[]) => changes.map(({ action, kind }) => `${action} ${kind}`);

test('providers and policies are made before users, those before roles; devices and keys come last', async () => {
  const plan = await provision(declaration());
  expect(plan.phases.map(shown)).toEqual([['create OIDC provider', 'create policy'], ['create user'], ['create role']]);
  expect(shown(changesIn(plan)).slice(4)).toEqual(['create MFA device', 'create access key']);
  expect(changesAnything(plan)).toBe(true);
  expect(opened.actions().every((action) => /^(Get|List|GET)/.test(action))).toBe(true);
});

test('everything that is in the way is said at once, and where nothing is changed', async () => {
  const { account } = opened;
  account.createUser('Pulumi');
  account.createRole('deploy', { trust: trust('*'), tags: THEIRS });
  opened.addPolicy('list', { tags: {} });
  const error: unknown = await provision(declaration()).catch((failure: unknown) => failure);
  expect(error).toMatchObject({ code: 'name-taken' });
  expect(String(error)).toContain('Could not apply the identity document. Nothing was changed.');
  expect(String(error).match(/^- .*$/gm)).toEqual([
    expect.stringContaining(`the user pulumi cannot be made, as ${arn('user/Pulumi')} is there`),
    expect.stringContaining(`the policy ${arn('policy/list')} is there and was not made by this action`),
    expect.stringContaining(`the role ${arn('role/deploy')} is there and is managed by the repository octo/other`),
  ]);
});

test('one obstacle alone stands in the sentence, under its own code', async () => {
  const user = opened.account.createUser('pulumi', { tags: OURS });
  oldKeyOf(user);
  oldKeyOf(user);
  const declared = declaration({
    users: [declaredUser({ accessKey: { maxAge: undefined, grace: undefined, deliver: [TO_GITHUB] } })],
  });
  const { obstacles, hindered } = await provision(declared);
  expect(obstacles).toEqual([]);
  expect(hindered).toMatchObject([{ code: 'access-keys-full', found: { user: 'pulumi', records: {} } }]);
  expect(() => {
    requireNoObstacle(hindered);
  }).toThrow(/^Cause: the user pulumi has two access keys already.*\.$/m);

  // Of a user that is not this repository's, nothing is recorded.
  user.tags = { ...THEIRS };
  await expect(provision(declared)).rejects.toMatchObject({
    code: 'not-ours',
    message: expect.stringContaining('has two access keys already') as unknown,
  });
});

test('a deny that moves from one policy to another is lost only by those who have not both', async () => {
  const { account } = opened;
  const [guard, read] = [deny('s3:*'), allow('s3:GetObject')].map((policy, index) =>
    account.createManagedPolicy(`p${index}`, { path: '/', policy: textOf(policy), tags: OURS }),
  );
  const user = account.createUser('pulumi', { tags: OURS });
  for (const policy of [guard, read]) if (policy) user.attachedPolicies.add(policy.arn);
  const declared = declaration({
    policies: [
      declaredPolicy({ name: 'p0', document: { ...allow('s3:GetObject') } }),
      declaredPolicy({ name: 'p1', document: { ...deny('*') } }),
    ],
    users: [declaredUser({ policies: [{ declared: 'p0' }, { declared: 'p1' }] })],
    roles: [],
  });
  const widenings = async () => changesIn(await provision(declared)).flatMap((change) => change.widenings);
  expect(await widenings()).toEqual([]);
  account.createUser('other', guard && { permissionsBoundary: guard.arn });
  expect(await widenings()).toEqual([
    'allows s3:GetObject on everything',
    'no longer denies all of s3:* on everything',
  ]);
});

test('a rotation is for users of this repository, and says how another becomes one', async () => {
  const user = opened.account.createUser('pulumi', { tags: THEIRS });
  user.createAccessKey();
  const { obstacles } = await rotate([USER]);
  expect(obstacles).toMatchObject([{ code: 'not-ours' }]);
  expect(obstacles[0]?.text).toContain('run mode: provision with adopt-existing: true first');
});

test('a rotation plans the keys alone', async () => {
  const { accessKeyId } = oldKeyOf(opened.account.createUser('pulumi', { tags: OURS }));
  const plan = await rotate([USER, declaredUser({ name: 'without' }), { ...USER, name: 'gone' }]);
  expect(changesIn(plan).map(({ action, name }) => `${action} ${name}`)).toEqual(['change pulumi', 'leave gone']);
  expect(plan.keys.map(({ make }) => make?.replaces)).toEqual([accessKeyId, undefined]);
});

test('whether secrets arrived is asked only for a key whose delivery was begun', async () => {
  const user = opened.account.createUser('pulumi', { tags: OURS });
  const { accessKeyId } = oldKeyOf(user);
  const asked = () => opened.actions().filter((action) => action.startsWith('GET '));
  await rotate([USER]);
  expect(asked()).toEqual([]);
  const at = Date.now() - 20 * 60_000;
  user.tags = { ...OURS, ...recordTags(accessKeyId, { delivering: { run: opened.access.run, at, places: [] } }) };
  await rotate([USER]);
  expect(asked().length).toBeGreaterThan(0);
});

test('to take everything down names the secrets that are there', async () => {
  await opened.access.stores.put(SEED, 'x');
  const device = opened.account.createUser('pulumi', { tags: OURS }).createMfaDevice('phone');
  device.tags = { ...OURS, ...makingTag([SEED], opened.access, { written: undefined }) };
  const plan = await planDeprovision(declaration(), opened.access);
  const named = { action: 'delete', kind: 'GitHub secret', name: 'SEED of octo/app' };
  expect(changesIn(plan)).toContainEqual(expect.objectContaining(named));
  expect(changesAnything(plan)).toBe(true);
});

test('where all is gone there is nothing to take down', async () => {
  const plan = await planDeprovision(declaration(), opened.access);
  expect(changesAnything(plan)).toBe(false);
});
