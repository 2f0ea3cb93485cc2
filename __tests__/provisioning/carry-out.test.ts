import { isDeepStrictEqual } from 'node:util';
import type { Declaration, DeclaredUser } from '../../src/identities/declaration';
import type { MadeKey } from '../../src/provisioning/access-keys/make-key';
import { carryOut, type CarryingOut } from '../../src/provisioning/carry-out';
import { planProvision, planResources } from '../../src/provisioning/plan-provision';
import { readAccount } from '../../src/provisioning/read-account';
import { useCleanEnvironment } from '../aws/environment';
import { openTestAccount, type TestAccount } from './account';
import { declaredPolicy, declaredUser, REPOSITORY, TO_GITHUB } from './declared';

useCleanEnvironment();

let opened: TestAccount;
beforeEach(async () => {
  opened = await openTestAccount({ githubToken: true });
});
afterEach(() => opened.sandbox.close());

const accessKey: DeclaredUser['accessKey'] = { maxAge: undefined, grace: undefined, deliver: [TO_GITHUB] };
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

/** What is kept for the post step: users whose keys are unfinished, those whose delivery was begun, and keys of the job. */
type Kept = [unfinished: string[], begun: string[]] | [ofJob: string];

/** Makes what is declared, and notes what is kept for the post step each time that it changes. */
async function provision(declaration: Declaration, options: Partial<CarryingOut> = {}) {
  const kept: Kept[] = [];
  const note = (one: Kept) => {
    if (!isDeepStrictEqual(one, kept.at(-1))) kept.push(one);
  };
  const { access } = opened;
  const existing = await readAccount(declaration, access);
  const rules = { account: access.account, adoptExisting: false, run: access.run, now: access.iam.time() };
  const work = carryOut(
    planProvision(planResources(declaration, existing, rules), existing.keyHolders),
    {
      unlimited: access,
      ledger: {
        unfinished(keys, begun) {
          note([keys.map(({ user }) => user), Object.keys(begun)]);
        },
        ofJob({ user }) {
          note([user]);
        },
      },
      exportKeys: (_, confirm) => confirm(),
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

const OF_JOB: DeclaredUser['accessKey'] = { maxAge: undefined, grace: undefined, deliver: [{ to: 'outputs' }] };

test('keys are exported in the order of the document, once users have what they may do; others are delivered last', async () => {
  const seen: unknown[] = [];
  const exportKeys = async (keys: readonly MadeKey[], confirm: () => Promise<void>) => {
    const users = keys.map(({ plan }) => plan.user);
    seen.push(
      users,
      users.map((user) => opened.account.users.get(user)?.attachedPolicies.size),
      secretValue(),
    );
    await confirm();
    seen.push(secretValue());
  };
  const [second, third] = ['second', 'third'].map((name) => declaredUser({ ...USER, name, accessKey: OF_JOB }));
  if (!second || !third) throw new Error('there are two');
  // The first one is known last.
  const error = { status: 400, code: 'Throttling', message: 'y' };
  opened.sandbox.faults.add({ action: 'CreateAccessKey', times: 2, error });
  const { kept, error: failure } = await provision(declaring(USER, second, third), { exportKeys });
  expect(failure).toBeUndefined();
  expect(seen).toEqual([['second', 'third'], [1, 1], undefined, keysOf('pulumi')[0]?.secretAccessKey]);
  expect(kept.slice(-4)).toEqual([[['second', 'third', 'pulumi'], ['pulumi']], ['second'], ['third'], [[], []]]);
});

test('what fails while keys are made takes them back, and nothing is exported', async () => {
  opened.sandbox.faults.add({ action: 'AttachUserPolicy', ...refused });
  const exportKeys = jest.fn<Promise<void>, []>();
  const { kept, error } = await provision(declaring(USER), { exportKeys });
  expect(String(error)).toContain('words');
  expect(exportKeys).not.toHaveBeenCalled();
  expect(keysOf('pulumi')).toEqual([]);
  expect(Object.keys(opened.account.users.get('pulumi')?.tags ?? {})).toEqual(['managed-by', 'managed-by-repository']);
  expect(kept).toEqual([
    [['pulumi'], []],
    [[], []],
  ]);
});

test('what fails at the export takes keys of the job back', async () => {
  const failure = new Error('no room');
  const { kept, error } = await provision(declaring(declaredUser({ accessKey: OF_JOB })), {
    async exportKeys(_, confirm) {
      await confirm();
      throw failure;
    },
  });
  expect(error).toBe(failure);
  expect(keysOf('pulumi')).toEqual([]);
  expect(kept.at(-1)).toEqual([[], []]);
});

test('what fails at a delivery leaves the keys that are delivered, and takes the others back', async () => {
  const second = declaredUser({ name: 'second', accessKey: OF_JOB });
  const third = declaredUser({ name: 'third', accessKey });
  opened.sandbox.faults.add({ action: 'PUT secret', skip: 3, error: { status: 422, code: 'x', message: 'words' } });
  const places = { ...TO_GITHUB, prefix: 'THIRD_' };
  const { error } = await provision(
    declaring(USER, second, {
      ...third,
      accessKey: { ...accessKey, maxAge: undefined, grace: undefined, deliver: [places] },
    }),
  );
  expect(String(error)).toContain('words');
  expect([keysOf('pulumi').length + keysOf('third').length, keysOf('second')]).toEqual([1, []]);
});

test('where keys cannot be taken back, a warning says so, and post is to look again', async () => {
  const { kept, error } = await provision(declaring(USER), {
    exportKeys() {
      opened.sandbox.faults.add({ action: 'DeleteAccessKey', ...refused });
      return Promise.reject(new Error('no room'));
    },
  });
  expect(String(error)).toContain('no room');
  expect(opened.warnings).toEqual([
    expect.stringMatching(/of pulumi, which nobody has, could not be deleted\. The post/),
  ]);
  expect(kept.at(-1)).toEqual([['pulumi'], []]);
});
