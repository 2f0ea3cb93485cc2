import type { Declaration } from '../../src/identities/declaration';
import { readAccount, type ExistingAccount } from '../../src/provisioning/read-account';
import { nameTaken } from '../../src/provisioning/resources/namesakes';
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
  POWER_USER,
  READ_ONLY,
} from './declared';

useCleanEnvironment();

let opened: TestAccount;
beforeEach(async () => {
  opened = await openTestAccount();
});
afterEach(() => opened.sandbox.close());

function read(declared: Partial<Declaration>): Promise<ExistingAccount> {
  const declaration = { oidcProviders: [], policies: [], users: [], roles: [], ...declared };
  return readAccount(declaration, opened.access);
}

const POLICY = allow('s3:GetObject');
const NOTHING: ExistingAccount = {
  oidcProviders: new Map(),
  policies: new Map(),
  users: new Map(),
  roles: new Map(),
  namesakes: [],
  devices: new Map(),
  undeclaredDevices: new Map(),
  keyHolders: [],
  policyTexts: new Map(),
};

test('of a document that declares nothing nothing is asked', async () => {
  expect(await read({})).toEqual(NOTHING);
  expect(opened.actions()).toEqual([]);
});

test('of an empty account', async () => {
  const declared = {
    oidcProviders: [declaredProvider()],
    policies: [declaredPolicy()],
    users: [declaredUser()],
    roles: [declaredRole()],
  };
  expect(await read(declared)).toEqual(NOTHING);
  expect(opened.actions().sort()).toEqual([
    'GetOpenIDConnectProvider NoSuchEntity',
    'GetPolicy NoSuchEntity',
    'GetRole NoSuchEntity',
    'GetUser NoSuchEntity',
    'ListPolicies',
  ]);
});

test('of a user', async () => {
  const { account, sandbox } = opened;
  const settings = { path: '/machine/', tags: { team: 'a', ...OURS }, permissionsBoundary: POWER_USER };
  const user = account.createUser('pulumi', settings);
  user.attachedPolicies.add(READ_ONLY);
  user.inlinePolicies.set('Read', textOf(POLICY));
  user.inlinePolicies.set('Deny', textOf(deny('*')));
  const second = user.createAccessKey();
  sandbox.clock.advance(-86_400_000);
  const first = user.createAccessKey();
  first.status = 'Inactive';
  const { serialNumber } = user.createMfaDevice('pulumi');
  const date = ({ createdAt }: { createdAt: Date }) => new Date(Math.floor(createdAt.getTime() / 1000) * 1000);
  sandbox.clock.advance(86_400_000);
  const declared = declaredUser({
    accessKey: { maxAge: undefined, grace: undefined, deliver: [] },
    mfaDevice: { name: 'pulumi', path: '/', deliver: [] },
  });
  expect((await read({ users: [declared] })).users).toEqual(
    new Map([
      [
        'pulumi',
        {
          arn: arn('user/machine/pulumi'),
          id: user.id,
          path: '/machine/',
          tags: settings.tags,
          permissionsBoundary: POWER_USER,
          attachedPolicies: [READ_ONLY],
          inlinePolicies: { Read: POLICY, Deny: deny('*') },
          accessKeys: [
            { id: first.accessKeyId, active: false, created: date(first) },
            { id: second.accessKeyId, active: true, created: date(second) },
          ],
          mfaDevices: [{ serial: serialNumber, enabledAt: expect.any(Date) as Date }],
        },
      ],
    ]),
  );
  expect(opened.actions().filter((action) => action === 'ListUsers')).toEqual([]);
});

test('of a role', async () => {
  const role = opened.account.createRole('deploy', {
    trust: trust(arn('root')),
    path: '/team/',
    description: 'Deploys',
    maxSessionDuration: 7200,
    tags: OURS,
    permissionsBoundary: POWER_USER,
  });
  role.attachedPolicies.add(READ_ONLY);
  role.inlinePolicies.set('Read', textOf(POLICY));
  expect((await read({ roles: [declaredRole()] })).roles).toEqual(
    new Map([
      [
        'deploy',
        {
          arn: arn('role/team/deploy'),
          id: role.id,
          path: '/team/',
          tags: OURS,
          permissionsBoundary: POWER_USER,
          attachedPolicies: [READ_ONLY],
          inlinePolicies: { Read: POLICY },
          description: 'Deploys',
          trust: trust(arn('root')),
          maxSessionDuration: 7200,
        },
      ],
    ]),
  );
});

test('of a role of which little is said', async () => {
  opened.account.createRole('deploy', { trust: trust('*') });
  const { roles } = await read({ roles: [declaredRole()] });
  expect(roles.get('deploy')).toMatchObject({ description: '', maxSessionDuration: 3600, path: '/' });
  expect(roles.get('deploy')?.permissionsBoundary).toBeUndefined();
});

test('of a policy, with its versions from the oldest to the newest', async () => {
  opened.addPolicy('list', { description: 'Lists', tags: OURS });
  const policy = opened.account.managedPolicies.get(arn('policy/list'));
  const versions = Array.from({ length: 10 }, () => policy?.addVersion(textOf(deny('*')), new Date()));
  for (const version of versions.slice(0, 6)) policy?.versions.delete(version?.id ?? '');
  if (policy && versions[9]) policy.defaultVersion = versions[9];
  expect((await read({ policies: [declaredPolicy()] })).policies).toEqual(
    new Map([
      [
        'list',
        {
          arn: arn('policy/list'),
          id: policy?.id,
          description: 'Lists',
          document: deny('*'),
          tags: OURS,
          uses: 0,
          versions: [
            { id: 'v1', isDefault: false },
            { id: 'v8', isDefault: false },
            { id: 'v9', isDefault: false },
            { id: 'v10', isDefault: false },
            { id: 'v11', isDefault: true },
          ],
        },
      ],
    ]),
  );
});

test('of an OIDC provider', async () => {
  const { url } = declaredProvider();
  opened.account.createOidcProvider({ url, clientIds: ['sts.amazonaws.com', 'mine'], tags: OURS });
  expect((await read({ oidcProviders: [declaredProvider()] })).oidcProviders).toEqual(
    new Map([
      [
        url,
        {
          arn: arn('oidc-provider/token.actions.githubusercontent.com'),
          audiences: ['sts.amazonaws.com', 'mine'],
          tags: OURS,
        },
      ],
    ]),
  );
});

test('every page is read', async () => {
  const names = Array.from({ length: 130 }, (_, index) => `P${index}`);
  const user = opened.account.createUser('pulumi');
  const role = opened.account.createRole('deploy', { trust: trust('*') });
  for (const name of names) {
    const policyArn = opened.addPolicy(name);
    for (const identity of [user, role]) {
      identity.attachedPolicies.add(policyArn);
      identity.inlinePolicies.set(name, textOf(POLICY));
    }
  }
  const { users, roles } = await read({ users: [declaredUser()], roles: [declaredRole()] });
  for (const found of [users.get('pulumi'), roles.get('deploy')]) {
    expect(found?.attachedPolicies).toEqual(names.map((name) => arn(`policy/${name}`)));
    expect(Object.keys(found?.inlinePolicies ?? {})).toEqual(names);
  }
});

describe('namesakes', () => {
  test('differ in case, or in the path of a policy', async () => {
    opened.account.createUser('Pulumi', { path: '/machine/' });
    opened.account.createRole('DEPLOY', { trust: trust('*') });
    opened.addPolicy('List', { path: '/team/' });
    const declared = { users: [declaredUser()], roles: [declaredRole()], policies: [declaredPolicy()] };
    const { namesakes, users, roles, policies } = await read(declared);
    expect(namesakes).toEqual([
      { kind: 'policy', name: 'list', arn: arn('policy/team/List'), isItself: false },
      { kind: 'user', name: 'pulumi', arn: arn('user/machine/Pulumi'), isItself: false },
      { kind: 'role', name: 'deploy', arn: arn('role/DEPLOY'), isItself: false },
    ]);
    expect([users.size, roles.size, policies.size]).toEqual([0, 0, 0]);
  });

  test('may be what is declared itself, where a read before did not show it', async () => {
    const list = opened.addPolicy('list');
    opened.sandbox.faults.add({
      action: 'GetPolicy',
      times: 1,
      error: { status: 404, code: 'NoSuchEntity', message: 'words' },
    });
    const { namesakes } = await read({ policies: [declaredPolicy()] });
    expect(namesakes).toEqual([{ kind: 'policy', name: 'list', arn: list, isItself: true }]);
    const [text] = namesakes.map((one) => nameTaken(one).text);
    expect(text).toContain(`the policy ${list} was made just now`);
  });

  test('of a policy may be on a later page', async () => {
    for (let index = 0; index < 120; index += 1) opened.addPolicy(`policy-${index}`);
    const list = opened.addPolicy('LIST');
    expect((await read({ policies: [declaredPolicy()] })).namesakes).toEqual([
      { kind: 'policy', name: 'list', arn: list, isItself: false },
    ]);
  });

  test('are not looked for where all is there, and not among users and roles, which IAM finds whatever the case', async () => {
    opened.addPolicy('list');
    await read({ policies: [declaredPolicy()], users: [declaredUser()], roles: [declaredRole()] });
    expect(opened.actions().filter((action) => /^List(Policies|Users|Roles)$/.test(action))).toEqual([]);
  });

  test('of a user are not read as if they were it', async () => {
    opened.account.createUser('PULUMI');
    opened.admin.policies = [allow('iam:GetUser')];
    const { namesakes, keyHolders } = await read({
      users: [declaredUser({ accessKey: { deliver: [{ to: 'environment' }], maxAge: undefined, grace: undefined } })],
    });
    expect(namesakes).toEqual([{ kind: 'user', name: 'pulumi', arn: arn('user/PULUMI'), isItself: false }]);
    expect(keyHolders).toEqual([]);
  });

  test('of a policy are not known to those who may not list', async () => {
    opened.admin.policies = [allow('*'), deny('iam:ListPolicies')];
    opened.addPolicy('LIST');
    expect(await read({ policies: [declaredPolicy()] })).toEqual(NOTHING);
  });

  test('stay an error where listing fails otherwise', async () => {
    const error = { status: 400, code: 'ValidationError', message: 'words' };
    opened.sandbox.faults.add({ action: 'ListPolicies', error });
    await expect(read({ policies: [declaredPolicy()] })).rejects.toThrow('words');
  });
});

test('reading writes nothing, and what may not be read is an error', async () => {
  opened.account.createUser('pulumi');
  opened.admin.policies = [allow(['iam:Get*', 'iam:List*']), deny('iam:ListUserPolicies')];
  await expect(read({ users: [declaredUser()] })).rejects.toMatchObject({ code: 'iam-refused' });
  expect(opened.actions().every((action) => /^(Get|List)/.test(action))).toBe(true);
});

describe('of what policies say', () => {
  const GUARD = arn('policy/guard');
  const textsFor = async (declared: Partial<Declaration>) => {
    const { policyTexts } = await read(declared);
    return Object.fromEntries(policyTexts);
  };
  const reads = () => opened.actions().filter((action) => /^Get(Policy|PolicyVersion)\b/.test(action));
  beforeEach(() => {
    opened.account.createManagedPolicy('guard', { path: '/', policy: textOf(deny('*')) });
  });

  test('those that are declared are known anyhow', async () => {
    opened.addPolicy('list');
    opened.account.createUser('pulumi').attachedPolicies.add(arn('policy/list'));
    expect(await textsFor({ policies: [declaredPolicy()], users: [declaredUser()] })).toEqual({
      [arn('policy/list')]: POLICY,
    });
    expect(reads()).toHaveLength(2);
  });

  test('nothing is read of those that stay, or come', async () => {
    const user = opened.account.createUser('pulumi', { permissionsBoundary: READ_ONLY });
    user.attachedPolicies.add(READ_ONLY);
    const declared = { policies: [{ arn: READ_ONLY }, { arn: GUARD }], permissionsBoundary: { arn: READ_ONLY } };
    expect(await textsFor({ users: [declaredUser(declared)] })).toEqual({});
    expect(reads()).toEqual([]);
  });

  test('those that go are read, each once, but for those of AWS', async () => {
    const [user, role] = [
      opened.account.createUser('pulumi'),
      opened.account.createRole('deploy', { trust: trust('*') }),
    ];
    for (const { attachedPolicies } of [user, role]) attachedPolicies.add(GUARD).add(READ_ONLY);
    expect(await textsFor({ users: [declaredUser()], roles: [declaredRole()] })).toEqual({ [GUARD]: deny('*') });
    expect(reads()).toEqual(['GetPolicy', 'GetPolicyVersion']);
  });

  test('a boundary is read where it replaces another, as is that', async () => {
    opened.account.createUser('pulumi', { permissionsBoundary: POWER_USER });
    const texts = await textsFor({ users: [declaredUser({ permissionsBoundary: { arn: GUARD } })] });
    expect(Object.keys(texts).sort()).toEqual([GUARD, POWER_USER].sort());
    expect(await textsFor({ users: [declaredUser()] })).toEqual({});
  });

  test('a boundary that is to be created is not asked for', async () => {
    opened.account.createUser('pulumi', { permissionsBoundary: GUARD });
    const users = [declaredUser({ permissionsBoundary: { declared: 'list' } })];
    expect(await textsFor({ policies: [declaredPolicy()], users })).toEqual({ [GUARD]: deny('*') });
  });

  test('what may not be read is not known', async () => {
    opened.account.createUser('pulumi').attachedPolicies.add(GUARD);
    opened.admin.inlinePolicies.set('Blind', textOf(deny('iam:GetPolicy')));
    expect(await textsFor({ users: [declaredUser()] })).toEqual({});
  });
});
