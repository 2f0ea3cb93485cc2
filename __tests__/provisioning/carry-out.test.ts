import type { Declaration, DeclaredUser } from '../../src/identities/declaration';
import type { MadeKey } from '../../src/provisioning/access-keys/make-key';
import { carryOut, type CarryingOut } from '../../src/provisioning/carry-out';
import { planDeprovision } from '../../src/provisioning/plan-deprovision';
import { planProvision } from '../../src/provisioning/plan-provision';
import { readAccount } from '../../src/provisioning/read-account';
import { useCleanEnvironment } from '../aws/environment';
import { openTestAccount, type TestAccount } from './account';
import { declaredPolicy, declaredUser, REPOSITORY, secretNamed, TO_GITHUB } from './declared';

useCleanEnvironment();

let opened: TestAccount;
beforeEach(async () => {
  opened = await openTestAccount({ githubToken: true });
});
afterEach(() => opened.sandbox.close());

const TAG = 'aws-identity-action:access-key';
const accessKey: DeclaredUser['accessKey'] = { maxAge: undefined, deliver: [TO_GITHUB] };
const USER = declaredUser({ policies: [{ declared: 'list' }], accessKey });

const declaring = (...users: readonly DeclaredUser[]): Declaration => ({
  oidcProviders: [],
  policies: [declaredPolicy()],
  users,
  roles: [],
});
const secretValue = () => opened.sandbox.github.secrets.value(REPOSITORY, 'CI_AWS_SECRET_ACCESS_KEY');
const keysOf = (user: string) => opened.account.users.get(user)?.accessKeys ?? [];
const refused = { error: { status: 400, code: 'ValidationError', message: 'words' } };

/** Makes what is declared, and notes what is kept for the post step: users whose keys are made, and those made. */
async function provision(declaration: Declaration, options: Partial<CarryingOut> = {}) {
  const kept: [making: string[], made: string[]][] = [];
  const { access } = opened;
  const existing = await readAccount(declaration, access);
  const plan = planProvision(declaration, existing, { account: access.account, adoptExisting: false });
  const names = (keys: readonly { readonly user: string }[]) => keys.map(({ user }) => user);
  const work = carryOut(
    plan,
    {
      unlimited: access,
      keepForPost: (planned, made) => kept.push([names(planned), names(made)]),
      exportKeys: (_, deliver) => deliver(),
      readsBack: false,
      ...options,
    },
    access,
  );
  const error = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  return { kept, error };
}

test('without a key nothing is kept for post', async () => {
  const { kept, error } = await provision(declaring(declaredUser({ policies: [{ declared: 'list' }] })));
  expect([kept, error]).toEqual([[], undefined]);
});

test('keys are exported in the order of the document, once users have what they may do, and then delivered', async () => {
  const seen: unknown[] = [];
  const exportKeys = async (keys: readonly MadeKey[], deliver: () => Promise<void>) => {
    const users = keys.map(({ user }) => user);
    seen.push(
      users,
      users.map((user) => opened.account.users.get(user)?.attachedPolicies.size),
      secretValue(),
    );
    await deliver();
    seen.push(secretValue());
  };
  // The first one is known last.
  opened.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, error: { status: 503, code: 'x', message: 'y' } });
  const second = declaredUser({
    ...USER,
    name: 'second',
    accessKey: { maxAge: undefined, deliver: [{ to: 'outputs' }] },
  });
  const { kept, error } = await provision(declaring(USER, second), { exportKeys });
  expect(error).toBeUndefined();
  expect(seen).toEqual([['pulumi', 'second'], [1, 1], undefined, keysOf('pulumi')[0]?.secretAccessKey]);
  const both = ['pulumi', 'second'];
  expect(kept).toEqual([
    [both, []],
    [both, both],
    [[], []],
  ]);
});

test('a key that ends with the job is not kept: post could not deliver it', async () => {
  const user = declaredUser({ accessKey: { maxAge: undefined, deliver: [{ to: 'environment' }] } });
  const { kept } = await provision(declaring(user));
  expect(kept).toEqual([
    [['pulumi'], []],
    [[], []],
  ]);
});

test('what fails while keys are made takes them back, and nothing is exported', async () => {
  opened.sandbox.faults.add({ action: 'AttachUserPolicy', ...refused });
  const exportKeys = jest.fn<Promise<void>, []>();
  const { kept, error } = await provision(declaring(USER), { exportKeys });
  expect(String(error)).toContain('words');
  expect(exportKeys).not.toHaveBeenCalled();
  expect(keysOf('pulumi')).toEqual([]);
  expect(opened.account.users.get('pulumi')?.tags[TAG]).toBeUndefined();
  expect(kept).toEqual([
    [['pulumi'], []],
    [[], []],
  ]);
});

test('what fails at the export takes keys back, though they were delivered', async () => {
  const failure = new Error('no room');
  const { kept, error } = await provision(
    declaring(declaredUser({ accessKey: { maxAge: undefined, deliver: [{ to: 'environment' }] } })),
    {
      async exportKeys(_, deliver) {
        await deliver();
        throw failure;
      },
    },
  );
  expect(error).toBe(failure);
  expect(keysOf('pulumi')).toEqual([]);
  expect(kept.at(-1)).toEqual([[], []]);
});

test('where keys cannot be taken back, a warning says so, and post is to look again', async () => {
  const { kept, error } = await provision(declaring(USER), {
    exportKeys() {
      opened.sandbox.faults.add({ action: 'ListAccessKeys', ...refused });
      return Promise.reject(new Error('no room'));
    },
  });
  expect(String(error)).toContain('no room');
  expect(opened.warnings).toEqual([
    expect.stringContaining('The user pulumi may have an access key that nobody has. The post step looks again'),
  ]);
  expect(kept.at(-1)).toEqual([['pulumi'], []]);
});

test('secrets are removed after all the rest', async () => {
  await provision(declaring(USER));
  const plan = await planDeprovision(declaring(USER), opened.access);
  opened.requests();
  const options = { unlimited: opened.access, keepForPost: jest.fn(), readsBack: false };
  await carryOut(plan, { ...options, exportKeys: () => Promise.resolve() }, opened.access);
  const actions = opened.actions();
  expect(actions.indexOf('DELETE secret')).toBeGreaterThan(actions.indexOf('DeletePolicy'));
  expect(opened.log.at(-1)).toMatch(/^Removed the GitHub secret CI_AWS_/);
  expect(await opened.access.secrets?.updatedAt(secretNamed('CI_AWS_ACCESS_KEY_ID'))).toBeUndefined();
  expect(options.keepForPost).not.toHaveBeenCalled();
});
