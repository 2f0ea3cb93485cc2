import type { Account } from '../../sandbox/accounts/account';
import type { Run } from '../../sandbox/runner/job';
import type { ErrorCode } from '../../src/errors/action-error';
import { allow } from '../sandbox/sts-client';
import {
  DEPLOY,
  DEPLOY_POLICY,
  DeclaredAccount,
  FIRST,
  LIMITS,
  READS,
  READ_ONLY,
  SECRET_KEY,
  arn,
  found,
} from './declared-account';
import {
  ADMIN,
  DELIVERY,
  NEW_LASTING_KEY,
  OWNED,
  REPOSITORY,
  expectCalls,
  identityJob,
  recordsOf,
  snapshot,
  type IdentityJobSettings,
} from './identities';
import { ACCOUNT, expectFailed, ISSUER, PROVIDER, type Scenario, textOf } from './scenario';

let declared: DeclaredAccount;
afterEach(() => declared.scenario.end());

describe('an account that has nothing of it', () => {
  beforeEach(async () => (declared = await DeclaredAccount.start()));

  test('all is made in the order in which one thing needs the other, with its tags', async () => {
    const main = await declared.provision();
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expectCalls(declared.scenario, [
      ['GetCallerIdentity', 'GetUser NoSuchEntity', 'GetRole NoSuchEntity'],
      SECRET_KEY,
      ['GetOpenIDConnectProvider NoSuchEntity', 'GetPolicy NoSuchEntity', 'GetPolicy NoSuchEntity'],
      'ListPolicies',
      ['CreateOpenIDConnectProvider', 'CreatePolicy', 'CreatePolicy'],
      'CreateUser',
      'CreateRole',
      {
        concurrent: [
          NEW_LASTING_KEY,
          [
            ['PutUserPolicy', 'AttachUserPolicy', 'AttachUserPolicy', 'PutRolePolicy', 'AttachRolePolicy'],
            ['ListUserTags', 'ListAttachedUserPolicies', 'ListAttachedRolePolicies'],
          ],
        ],
      },
      ...DELIVERY,
    ]);
    const { users, roles, managedPolicies, oidcProviders } = declared.account;
    const ci = users.get('ci');
    const [key] = ci?.accessKeys ?? [];
    const { secrets } = declared.scenario.sandbox.github;
    expect([
      secrets.value(REPOSITORY, 'CI_AWS_ACCESS_KEY_ID'),
      secrets.value(REPOSITORY, 'CI_AWS_SECRET_ACCESS_KEY'),
    ]).toEqual([key?.accessKeyId, key?.secretAccessKey]);
    expect(ci).toMatchObject({ arn: arn('user/machine/ci'), permissionsBoundary: LIMITS });
    expect(ci?.tags).toMatchObject({ ...OWNED, team: 'platform' });
    expect(recordsOf(declared.scenario, 'ci')).toEqual([`delivered:${key?.accessKeyId ?? ''}`]);
    expect(roles.get('deployer')?.tags).toEqual({ ...OWNED, team: 'platform' });
    expect(roles.get('deployer')).toMatchObject({ description: 'Deploys', maxSessionDuration: 14_400 });
    expect(managedPolicies.get(DEPLOY)?.tags).toEqual({ ...OWNED, team: 'platform' });
    expect(managedPolicies.get(DEPLOY)?.description).toBe('What deployments may do');
    expect(oidcProviders.get(ISSUER)).toMatchObject({ clientIds: ['sts.amazonaws.com'], tags: OWNED });
    expect(main.outputs.changed).toBe('true');
    expect(textOf(main)).toContain('Plan: 6 to create, 0 to change, 0 to delete, 0 to keep');
    expect(textOf(main)).toContain('[5/5] Created role deployer.');
    expect(main.summary).toContain('| create | OIDC provider | `token.actions.githubusercontent.com` |');
    expect(main.summary).toMatch(/^### AWS provision\n\nThe account is as declared\.\n\nPlan: 6 to create/);
  });

  test('a second run changes nothing', async () => {
    const account = await declared.applied();
    const before = snapshot(account);
    const main = await declared.provision();
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(main.exported).toEqual({});
    expect(main.outputs.changed).toBe('false');
    expect(textOf(main)).toContain('Nothing had to be changed.');
    expectCalls(declared.scenario, [FIRST, SECRET_KEY, READS]);
    expect(snapshot(account)).toEqual(before);
  });

  test('deprovision leaves the account as it was before, and no secret at GitHub', async () => {
    const before = snapshot(declared.account);
    await declared.applied();
    const main = await declared.provision({ mode: 'deprovision' });
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(snapshot(declared.account)).toEqual(before);
    expect(declared.scenario.sandbox.github.secrets.value(REPOSITORY, 'CI_AWS_ACCESS_KEY_ID')).toBeUndefined();
    declared.scenario.calls();
  });

  test.each([
    ['YAML', { identities: 'users:\n  ci:\n    tags: { team: platform }\n' }],
    ['JSON', { identities: '{"users":{"ci":{"tags":{"team":"platform"}}}}' }],
  ])('the document may stand in the workflow, as %s', async (_, inputs) => {
    const main = await declared.provision(inputs);
    expect(main.exitCode).toBe(0);
    expect(declared.account.users.get('ci')?.tags).toEqual({ ...OWNED, team: 'platform' });
    expect(declared.writes()).toEqual(['CreateUser']);
  });

  test('a document with mistakes makes no call, and tells them all', async () => {
    const main = await declared.provision({
      identities: [
        'users:',
        '  ci:',
        '    polices: []',
        '    inline-policies: { logs: ../secret.json }',
        'roles:',
        '  deployer: { trust: { account: "a b" } }',
      ].join('\n'),
    });
    expectFailed(main, 'invalid-input');
    const text = textOf(main);
    for (const reported of ['polices', 'secret.json', 'trust.account']) expect(text).toContain(reported);
    expect(text).toMatch(/line 3\b/);
    expect(text).toMatch(/line 4\b/);
    expect(text).toMatch(/line 6\b/);
    expect(declared.scenario.calls()).toEqual([]);
  });

  test('an account that is not allowed is not even read', async () => {
    const main = await declared.provision({ 'allowed-account-ids': '111122223333' });
    expectFailed(main, 'account-not-allowed');
    expect(declared.scenario.calls()).toEqual(['GetCallerIdentity']);
  });

  test('keys that AWS does not know are one failure, whatever was asked beside', async () => {
    const main = await declared.provision({ 'aws-access-key-id': 'AKIAI44QH8DHBEXAMPLE' });
    expectFailed(main, 'invalid-credentials');
    expectCalls(declared.scenario, [
      ['GetCallerIdentity InvalidClientTokenId', 'GetUser InvalidClientTokenId', 'GetRole InvalidClientTokenId'],
    ]);
  });

  test.each(['', 'dry-run'])(
    'mask-aws-account-id: the account is in no line and not in the summary %s',
    async (dry) => {
      const main = await declared.provision({ 'mask-aws-account-id': 'true', ...(dry && { [dry]: 'true' }) });
      expect(main.exitCode).toBe(0);
      expect(textOf(main)).not.toContain(ACCOUNT);
      expect(main.summary).not.toContain(ACCOUNT);
      expect(main.summary).toContain('| create | user | `ci` |');
      declared.scenario.calls();
    },
  );

  test.each(['true', 'false'])('mask-aws-account-id hides the accounts of others, too: dry-run %s', async (dry) => {
    const [before, after] = ['111122223333', '444455556666'];
    const trusting = (account: string) => `roles: { guest: { trust: { account: "${account}" } } }`;
    await declared.provision({ identities: trusting(before) });
    const inputs = { identities: trusting(after), 'mask-aws-account-id': 'true', 'dry-run': dry };
    const main = await declared.provision(inputs);
    expect(main.exitCode).toBe(0);
    for (const shown of [textOf(main), main.summary]) {
      expect(shown).not.toMatch(/\d{12}/);
      expect(shown).toContain('arn:aws:iam::***:root');
    }
    declared.scenario.calls();
  });

  test('mask-aws-account-id hides the accounts in warnings, too', async () => {
    const statement = {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: '*',
      Condition: { StringNotEquals: { 'aws:PrincipalAccount': '444455556666' } },
    };
    const trust = { Version: '2012-10-17', Statement: statement };
    const identities = JSON.stringify({ roles: { guest: { trust } } });
    const main = await declared.provision({ identities, 'mask-aws-account-id': 'true' });
    expect(textOf(main)).toMatch(/^Warning: .* trusts everyone under the condition .* aws:PrincipalAccount \*\*\*/m);
    declared.scenario.calls();
  });

  test('mask-aws-account-id holds for what goes wrong, too', async () => {
    declared.account.createUser('ci', { path: '/machine/' });
    const main = await declared.provision({ 'mask-aws-account-id': 'true' });
    expectFailed(main, 'not-ours');
    expect(textOf(main)).not.toContain(ACCOUNT);
    expect(main.summary).not.toContain(ACCOUNT);
    declared.scenario.calls();
  });
});

test('where a call fails, the summary shows the plan, too: how far it came, and what is left', async () => {
  const deny = {
    Version: '2012-10-17',
    Statement: { Effect: 'Deny', Action: 'iam:CreateRole', Resource: '*' },
  } as const;
  declared = await DeclaredAccount.start([allow('*'), deny]);
  const main = await declared.provision();
  expectFailed(main, 'iam-refused');
  expect(declared.scenario.calls()).toContain('CreateRole AccessDenied');
  expect(main.summary).toMatch(
    /^### AWS provision\n\nPlan: 6 to create, [^]*\n\| create \| role \| `deployer` \|[^]*\n### ❌ AWS provision failed/,
  );
});

describe('dry-run', () => {
  interface Planned {
    readonly action: string;
    readonly kind: string;
    readonly name: string;
    readonly details: readonly string[];
  }
  const planOf = ({ outputs: { plan = '[]' } }: Run) => JSON.parse(plan) as Planned[];

  test('tells the plan with read permissions alone, and changes nothing', async () => {
    declared = await DeclaredAccount.start([allow(['iam:Get*', 'iam:List*'])]);
    const before = snapshot(declared.account);
    const main = await declared.provision({ 'dry-run': 'true', 'github-token': '' });
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect([main.exported, main.state]).toEqual([{}, {}]);
    expect(planOf(main).map(({ action, kind, name }) => [action, kind, name])).toEqual([
      ['create', 'OIDC provider', 'token.actions.githubusercontent.com'],
      ['create', 'policy', 'deploy'],
      ['create', 'policy', 'limits'],
      ['create', 'user', 'ci'],
      ['create', 'role', 'deployer'],
      ['create', 'access key', 'ci'],
    ]);
    expect(main.outputs.changed).toBe('true');
    expect(main.summary).toContain('Plan (nothing is changed): 6 to create');
    expect(main.summary).toContain('| create | role | `deployer` |');
    expect(main.summary).toContain(`+ policy ${READ_ONLY}`);
    expectCalls(declared.scenario, [
      ['GetCallerIdentity', 'GetUser NoSuchEntity', 'GetRole NoSuchEntity'],
      ['GetOpenIDConnectProvider NoSuchEntity', 'GetPolicy NoSuchEntity', 'GetPolicy NoSuchEntity'],
      'ListPolicies',
    ]);
    expect(snapshot(declared.account)).toEqual(before);
  });

  test('shows what differs, line by line', async () => {
    declared = await DeclaredAccount.start();
    const account = await declared.applied();
    const deploy = found(account.managedPolicies.get(DEPLOY));
    const [stacks, files] = DEPLOY_POLICY.Statement;
    const document = { ...DEPLOY_POLICY, Statement: [stacks, { ...files, Action: '*', Resource: '*' }] };
    deploy.defaultVersion = deploy.addVersion({ text: JSON.stringify(document), document }, new Date());
    const before = snapshot(account);
    const main = await declared.provision({ 'dry-run': 'true' });
    expect(main.exitCode).toBe(0);
    const planned = planOf(main).find(({ name }) => name === 'deploy');
    expect(planned?.action).toBe('change');
    expect(
      planned?.details.map((line) => line.replace(/^ *([+-]) +/, '$1 ')).filter((line) => /^[+-]/.test(line)),
    ).toEqual([
      ...['- "Action": "*",', '- "Resource": "*"'],
      ...['+ "Action": "s3:GetObject",', '+ "Resource": "arn:aws:s3:::builds/*"'],
    ]);
    expect(main.summary).toMatch(
      /```diff\n! document\n(?:.*\n)*?- +"Action": "\*",\n- +"Resource": "\*"\n\+ +"Action": "s3:GetObject"/,
    );
    expectCalls(declared.scenario, [FIRST, READS]);
    expect(snapshot(account)).toEqual(before);
  });
});

test('what widens access is counted, marked, and open in the summary', async () => {
  declared = await DeclaredAccount.start();
  const account = await declared.applied();
  const deploy = found(account.managedPolicies.get(DEPLOY));
  const document = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
  } as const;
  deploy.defaultVersion = deploy.addVersion({ text: JSON.stringify(document), document }, new Date());
  const main = await declared.provision({ 'dry-run': 'true' });
  expect(main.exitCode).toBe(0);
  expect(textOf(main)).toContain('0 to delete, 5 to keep; 1 widens access');
  expect(textOf(main)).toMatch(/^ *~ change +policy +deploy +WIDENS ACCESS, ~ document$/m);
  const plan = JSON.parse(main.outputs.plan ?? '') as { readonly widenings?: readonly string[] }[];
  expect(plan.flatMap(({ widenings = [] }) => widenings)).toEqual([
    'allows cloudformation:CreateStack, cloudformation:UpdateStack on everything',
  ]);
  expect(main.summary).toContain('| ⚠️ change | policy | `deploy` | `~ document` |');
  expect(main.summary).toContain('<details open><summary>⚠️ change policy <code>deploy</code></summary>');
  expect(main.summary).toMatch(/```mermaid\nflowchart LR\n(?:.*\n)*n\d\[\/"⚠️ policy deploy"\/\]:::change\n/);
  expectCalls(declared.scenario, [FIRST, READS]);
});

describe('what is there already', () => {
  beforeEach(async () => (declared = await DeclaredAccount.start()));

  const other = { 'managed-by': 'aws-identity-action', 'managed-by-repository': 'octo/other' };
  const trust = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' },
  } as const;
  const policy = { text: JSON.stringify(allow('*')), document: allow('*') };

  test.each<[what: string, make: (account: Account) => unknown, code: ErrorCode, reported: string]>([
    [
      'a user whose name differs in case',
      (account) => account.createUser('CI', { path: '/machine/', tags: OWNED }),
      'name-taken',
      `the user ci cannot be made, as ${arn('user/machine/CI')} is there`,
    ],
    [
      'a role whose name differs in case',
      (account) => account.createRole('Deployer', { trust, tags: OWNED }),
      'name-taken',
      `the role deployer cannot be made, as ${arn('role/Deployer')} is there`,
    ],
    [
      'a policy whose name differs in case',
      (account) => account.createManagedPolicy('Deploy', { path: '/', policy, tags: OWNED }),
      'name-taken',
      `the policy deploy cannot be made, as ${arn('policy/Deploy')} is there`,
    ],
    [
      'a policy of another path',
      (account) => account.createManagedPolicy('deploy', { path: '/team/', policy, tags: OWNED }),
      'name-taken',
      `the policy deploy cannot be made, as ${arn('policy/team/deploy')} is there`,
    ],
    [
      'a user of another path',
      (account) => account.createUser('ci', { tags: OWNED }),
      'path-differs',
      `the user ${arn('user/ci')} has the path /, and the document says /machine/`,
    ],
    [
      'a role of another path',
      (account) => account.createRole('deployer', { path: '/team/', trust, tags: OWNED }),
      'path-differs',
      `the role ${arn('role/team/deployer')} has the path /team/, and the document says /`,
    ],
    [
      'a user of another repository',
      (account) => account.createUser('ci', { path: '/machine/', tags: other }),
      'not-ours',
      `the user ${arn('user/machine/ci')} is there and is managed by the repository octo/other`,
    ],
    [
      'a role of another repository',
      (account) => account.createRole('deployer', { trust, tags: other }),
      'not-ours',
      `the role ${arn('role/deployer')} is there and is managed by the repository octo/other`,
    ],
    [
      'a policy that this action did not make',
      (account) => account.createManagedPolicy('deploy', { path: '/', policy }),
      'not-ours',
      `the policy ${DEPLOY} is there and was not made by this action`,
    ],
    [
      'an OIDC provider that this action did not make, without the audience',
      (account) => account.createOidcProvider({ url: ISSUER, clientIds: ['other'] }),
      'not-ours',
      `the OIDC provider ${PROVIDER} is there and was not made by this action`,
    ],
  ])('%s stops the step before anything is changed', async (_, make, code, reported) => {
    make(declared.account);
    const before = snapshot(declared.account);
    const main = await declared.provision();
    expectFailed(main, code);
    expect(textOf(main)).toContain(reported);
    expect(textOf(main)).toContain('Nothing was changed');
    expect(declared.writes()).toEqual([]);
    expect(snapshot(declared.account)).toEqual(before);
  });

  test('everything that is in the way is reported at once', async () => {
    const { account } = declared;
    account.createUser('CI');
    account.createRole('deployer', { trust, tags: other });
    account.createManagedPolicy('deploy', { path: '/', policy });
    const before = snapshot(account);
    const main = await declared.provision();
    expectFailed(main, 'name-taken');
    for (const reported of ['the user ci cannot be made', `the policy ${DEPLOY}`, `the role ${arn('role/deployer')}`]) {
      expect(textOf(main)).toContain(`- ${reported}`);
    }
    expect(declared.writes()).toEqual([]);
    expect(snapshot(account)).toEqual(before);
  });

  test.each([
    ['of nobody', {}],
    ['of another repository', other],
  ])('adopt-existing: true takes over what is %s', async (_, tags) => {
    const { account } = declared;
    const user = account.createUser('ci', { path: '/machine/', tags });
    const role = account.createRole('deployer', { trust, tags });
    const deploy = account.createManagedPolicy('deploy', { path: '/', policy, tags });
    const main = await declared.provision({ 'adopt-existing': 'true' });
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    const writes = declared.writes();
    for (const call of ['TagPolicy', 'TagUser', 'TagRole', 'CreatePolicyVersion', 'UpdateAssumeRolePolicy']) {
      expect(writes).toContain(call);
    }
    expect(writes).not.toContain('CreateUser');
    for (const { tags: now } of [user, role, deploy]) expect(now).toMatchObject({ ...OWNED, team: 'platform' });
    const again = await declared.provision();
    expect(again.outputs.changed).toBe('false');
    expect(declared.writes()).toEqual([]);
  });

  test('an OIDC provider of others that has the audience is shared, and left', async () => {
    declared.account.createOidcProvider({ url: ISSUER, clientIds: ['sts.amazonaws.com', 'other'] });
    const main = await declared.provision();
    expect(main.exitCode).toBe(0);
    expect(textOf(main)).toContain('! leave   OIDC provider  token.actions.githubusercontent.com');
    expect(declared.writes().filter((call) => call.includes('OpenIDConnect'))).toEqual([]);
    expect(declared.account.oidcProviders.get(ISSUER)).toMatchObject({
      clientIds: ['sts.amazonaws.com', 'other'],
      tags: {},
    });
  });
});

describe('a document by itself', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    declared = await DeclaredAccount.start();
    scenario = declared.scenario;
  });

  const provision = (identities: string, settings?: IdentityJobSettings) =>
    identityJob(scenario, settings).step({ with: { mode: 'provision', identities, ...ADMIN } });

  test('roles whose names begin alike are made in the order in which they trust each other', async () => {
    const trusting = (principal: string) =>
      `{ Version: "2012-10-17", Statement: { Effect: Allow, Principal: ${principal}, Action: "sts:AssumeRole" } }`;
    const main = await provision(`
roles:
  deploy: { trust: ${trusting(`{ AWS: "${arn('role/ci')}" }`)} }
  ci: { trust: ${trusting(`{ AWS: "${arn('role/team/deploy-admin')}" }`)} }
  deploy-admin: { path: /team/, trust: { service: lambda.amazonaws.com } }
  deploy-admins: { trust: ${trusting(`{ AWS: ["${arn('role/deploy')}", "${arn('user/ci')}"] }`)} }
users:
  ci: {}
  ci-admin: {}
`);
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    const made = scenario.sandbox.requests.flatMap(({ action, params }) =>
      action === 'CreateRole' ? [params.RoleName] : [],
    );
    expect(made).toEqual(['deploy-admin', 'ci', 'deploy', 'deploy-admins']);
    scenario.calls();
  });

  test('roles that trust each other, or themselves, trust nobody until they are there', async () => {
    const trusting = (...names: string[]) =>
      `{ Version: "2012-10-17", Statement: { Effect: Allow, Principal: { AWS: ${JSON.stringify(names.map((name) => arn(`role/${name}`)))} }, Action: "sts:AssumeRole" } }`;
    const document = `
roles:
  one: { trust: ${trusting('two')} }
  two: { trust: ${trusting('one', 'two')} }
  alone: { path: /x/, trust: ${trusting('x/alone')} }
  last: { trust: ${trusting('one')}, policies: [arn:aws:iam::aws:policy/ReadOnlyAccess] }
`;
    expect(await provision(document)).toMatchObject({ exitCode: 0, stderr: '' });
    const { roles } = scenario.account;
    for (const [name, trusted] of [
      ['one', 'two'],
      ['two', 'one'],
      ['two', 'two'],
      ['alone', 'x/alone'],
      ['last', 'one'],
    ] as const) {
      expect(JSON.stringify(roles.get(name)?.trust)).toContain(`"${arn(`role/${trusted}`)}"`);
    }
    expect(scenario.calls().filter((call) => call === 'UpdateAssumeRolePolicy')).toHaveLength(3);
    const again = await provision(document);
    expect(again.outputs.changed).toBe('false');
    scenario.calls();
  });

  test.each([
    ['role/two', 'role/x/two'],
    ['role/X/two', 'role/x/two'],
    ['role/x/TWO', 'role/x/two'],
    ['user/ci', 'user/machine/ci'],
  ])('a trust policy that names %s where the document declares %s stops all', async (written, right) => {
    const main = await provision(`
roles:
  one: { trust: { Version: "2012-10-17", Statement: { Effect: Allow, Principal: { AWS: "${arn(written)}" }, Action: "sts:AssumeRole" } } }
  two: { path: /x/, trust: { service: lambda.amazonaws.com } }
users:
  ci: { path: /machine/ }
`);
    expectFailed(main, 'policy-malformed');
    expect(textOf(main)).toContain(
      `the role one is to trust ${arn(written)}, and the document declares ${arn(right)}, which AWS takes for another. Write`,
    );
    expect(scenario.calls().filter((call) => /^(Create|Put|Update)/.test(call))).toEqual([]);
  });

  test.each([
    ['by the short form', (anchor: string) => `{ roles-anywhere: { trust-anchor: "${anchor}", common-name: ci } }`],
    [
      'by a policy',
      (anchor: string) =>
        JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Principal: { Service: 'rolesanywhere.amazonaws.com' },
            Action: 'sts:*',
            Condition: {
              StringEquals: { 'aws:PrincipalTag/x509Subject/CN': 'ci' },
              ArnLike: { 'aws:SourceArn': [anchor, `${anchor}*`] },
            },
          },
        }),
    ],
  ])('a trust anchor of another account, %s, stops all', async (_, trust) => {
    const anchorIn = (account: string) => `arn:aws:rolesanywhere:eu-central-1:${account}:trust-anchor/0a1b2c3d`;
    const main = await provision(`{ roles: { ci: { trust: ${trust(anchorIn('999988887777'))} } } }`);
    expectFailed(main, 'policy-malformed');
    expect(textOf(main)).toContain(
      `the role ci is to trust ${anchorIn('999988887777')}, and the role is made in the account ${scenario.account.id}.`,
    );
    expect(scenario.calls().filter((call) => /^(Create|Put|Update)/.test(call))).toEqual([]);
    const own = await provision(`{ roles: { ci: { trust: ${trust(anchorIn(scenario.account.id))} } } }`);
    expect(own).toMatchObject({ exitCode: 0 });
    scenario.calls();
  });

  test.each([
    ['another account', 'arn:aws:iam::999988887777:policy/x'],
    ['another partition', 'arn:aws-cn:iam::aws:policy/ReadOnlyAccess'],
  ])('a policy of %s stops all, attached or as a boundary', async (_, policy) => {
    for (const document of [
      `users: { ci: { policies: ["${policy}"], permissions-boundary: "${policy}" } }`,
      `roles: { ci: { trust: { service: lambda.amazonaws.com }, permissions-boundary: "${policy}" } }`,
    ]) {
      const main = await provision(document);
      expectFailed(main, 'not-found');
      const kind = document.slice(0, 4);
      const said = `the ${kind} ci is to have ${policy}, and is in the account ${scenario.account.id} of the partition aws.`;
      expect(main.log.filter((line) => line.startsWith(`Cause: ${said}`))).toHaveLength(1);
    }
    expect(scenario.calls().filter((call) => /^(Create|Put|Update|Attach)/.test(call))).toEqual([]);
  });

  test('from a checkout that may be of a stranger’s pull request, it is shown and not applied', async () => {
    const document = '{ users: { mallory: { policies: ["arn:aws:iam::aws:policy/AdministratorAccess"] } } }';
    const settings = { env: { GITHUB_EVENT_NAME: 'pull_request_target' }, files: { 'identities.yml': document } };
    const refused = await provision('identities.yml', settings);
    expectFailed(refused, 'invalid-input');
    expect(textOf(refused)).toContain('its files may be those of whoever opened the pull request');
    expect(scenario.calls()).toEqual([]);

    const job = identityJob(scenario, settings);
    const shown = await job.step({
      with: { mode: 'provision', identities: 'identities.yml', 'dry-run': 'true', ...ADMIN },
    });
    expect(shown).toMatchObject({ exitCode: 0, outputs: { changed: 'true' } });
    expect(declared.writes()).toEqual([]);
  });
});
