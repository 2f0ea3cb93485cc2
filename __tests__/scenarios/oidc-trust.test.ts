import { list } from '../../sandbox/policy/document';
import { ADMIN, OWNED, expectCalls, identityJob, identityScenario, snapshot } from './identities';
import { ACCOUNT, ISSUER, PROVIDER, REGION, type Scenario, expectFailed } from './scenario';

let scenario: Scenario;
beforeEach(async () => (scenario = await identityScenario()));
afterEach(() => scenario.end());

const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`;
const TOKEN = 'token.actions.githubusercontent.com';
const WORKFLOW = 'octo/flows/.github/workflows/deploy.yml';
const documentFor = (context: string) => `
oidc-providers: { github: {} }
roles:
  deploy:
    trust: { github: { repository: octo/app, ${context} } }
`;

/** Makes the provider and the role from a document. */
async function provision(identities: string) {
  const main = await identityJob(scenario).step({ with: { mode: 'provision', identities, ...ADMIN } });
  expect(main).toMatchObject({ exitCode: 0, stderr: '' });
  return main;
}

/** What a job whose token has these claims comes to when it assumes the role. */
function assume(settings: Parameters<typeof scenario.sandbox.github.environment>[0]) {
  const env = { ...scenario.sandbox.github.environment(settings) };
  return identityJob(scenario, { env }).step({ with: { 'aws-region': REGION, 'role-to-assume': ROLE } });
}

test('a role for the jobs on a branch, its provider, and a deployment that assumes it', async () => {
  const before = snapshot(scenario.account);
  const main = await provision(documentFor('branch: main'));
  expectCalls(
    scenario,
    [
      ['GetCallerIdentity', 'GetRole NoSuchEntity'],
      'GetOpenIDConnectProvider NoSuchEntity',
      'CreateOpenIDConnectProvider',
      'CreateRole',
    ],
    ['ListAttachedRolePolicies'],
  );
  expect(main.outputs['role-arns']).toBe(JSON.stringify({ deploy: ROLE }));
  expect(scenario.account.oidcProviders.get(ISSUER)).toMatchObject({ clientIds: ['sts.amazonaws.com'], tags: OWNED });
  expect(list(scenario.account.roles.get('deploy')?.trust.Statement)).toEqual([
    {
      Effect: 'Allow',
      Principal: { Federated: PROVIDER },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          [`${TOKEN}:aud`]: 'sts.amazonaws.com',
          [`${TOKEN}:sub`]: ['repo:octo/app:ref:refs/heads/main', 'repo:octo@1/app@2:ref:refs/heads/main'],
        },
      },
    },
  ]);

  for (const subject of ['name', 'immutable']) {
    const assumed = await assume({ subject });
    expect(assumed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(assumed.outputs['role-arns']).toBe(JSON.stringify({ deploy: ROLE }));
    expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity']);
  }

  const deprovision = await identityJob(scenario).step({
    with: { mode: 'deprovision', identities: documentFor('branch: main'), ...ADMIN },
  });
  expect(deprovision.exitCode).toBe(0);
  expectCalls(scenario, [
    'GetCallerIdentity',
    'GetRole',
    ['ListRolePolicies', 'ListAttachedRolePolicies', 'ListInstanceProfilesForRole'],
    'GetOpenIDConnectProvider',
    'DeleteRole',
    'DeleteOpenIDConnectProvider',
  ]);
  expect(snapshot(scenario.account)).toEqual(before);
});

test.each([
  ['branch: main', {}, { ref: 'refs/heads/main-2' }],
  ['branch: main', {}, { repository: 'octo/app-2', repository_id: '3' }],
  ['branch: main', {}, { event_name: 'pull_request', ref: 'refs/pull/1/merge' }],
  ['branch: main', {}, { environment: 'production' }],
  ['tag: v1', { ref: 'refs/tags/v1', ref_type: 'tag' }, { ref: 'refs/tags/v2', ref_type: 'tag' }],
  ['environment: production', { environment: 'production' }, { environment: 'staging' }],
  ['environment: "eu: production"', { environment: 'eu: production' }, { environment: 'eu' }],
  ['pull-request: true', { event_name: 'pull_request', ref: 'refs/pull/1/merge' }, {}],
  ['branch: [next, main]', {}, { ref: 'refs/heads/other' }],
  ['environment: [staging, production]', { environment: 'production' }, { environment: 'test' }],
  ['branch: release/*', { ref: 'refs/heads/release/1' }, { ref: 'refs/heads/releases' }],
  ['any-ref: true', { ref: 'refs/heads/anything' }, { event_name: 'pull_request', ref: 'refs/pull/1/merge' }],
  ['any-ref: true', { ref: 'refs/tags/v9', ref_type: 'tag' }, { environment: 'production' }],
  [
    `branch: main, workflow: ${WORKFLOW}@refs/heads/main`,
    { job_workflow_ref: `${WORKFLOW}@refs/heads/main` },
    { job_workflow_ref: `${WORKFLOW}@refs/heads/next` },
  ],
  [
    `branch: main, workflow: ${WORKFLOW}@*`,
    { job_workflow_ref: `${WORKFLOW}@refs/tags/v1` },
    { job_workflow_ref: 'octo/flows/.github/workflows/other.yml@refs/tags/v1' },
  ],
  [
    `any-ref: true, workflow: ${WORKFLOW}@refs/heads/main`,
    { job_workflow_ref: `${WORKFLOW}@refs/heads/main`, ref: 'refs/heads/next' },
    { job_workflow_ref: `${WORKFLOW}@refs/heads/main`, repository: 'octo/app-2', repository_id: '3' },
  ],
] as const)('%s: jobs with %j are admitted, those with %j are not', async (context, admitted, refused) => {
  await provision(documentFor(context));
  scenario.calls();
  for (const subject of ['name', 'immutable']) {
    expect((await assume({ subject, claims: admitted })).exitCode).toBe(0);
    expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity']);

    expectFailed(await assume({ subject, claims: refused }), 'web-identity-refused');
    expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity AccessDenied']);
  }
});

test('another repository is recognised by its IDs, too', async () => {
  await provision(
    documentFor('branch: main').replace(
      'repository: octo/app',
      'repository: mona/site, repository-id: 20, repository-owner-id: 10',
    ),
  );
  scenario.calls();
  const claims = {
    repository: 'mona/site',
    repository_owner: 'mona',
    repository_id: '20',
    repository_owner_id: '10',
  };
  expect((await assume({ subject: 'immutable', claims })).exitCode).toBe(0);
  // Somebody took the names over after they had become free.
  expectFailed(
    await assume({ subject: 'immutable', claims: { ...claims, repository_id: '21' } }),
    'web-identity-refused',
  );
  expectFailed(await assume({}), 'web-identity-refused');
  scenario.calls();
});

test('what is trusted besides what is named is in the plan, and in a warning, until it is narrowed', async () => {
  const wide = 'trusts jobs on every branch and tag of octo/app: whoever may push one can assume the role';
  const main = await provision(documentFor('any-ref: true'));
  expect(main.log.filter((line) => line.includes(wide))).toEqual([
    `Warning: line 4: roles.deploy.trust.github ${wide}.`,
    `WIDENS ACCESS: ${wide}`,
  ]);
  expect(JSON.parse(main.outputs.plan ?? '')).toContainEqual(
    expect.objectContaining({ kind: 'role', widenings: [wide] }),
  );
  const narrowed = await provision(documentFor('branch: main'));
  expect(narrowed.log.join('\n')).not.toContain(wide);
  const widened = await provision(documentFor('branch: "*"'));
  expect(widened.log.join('\n')).toContain('\n! trusts every job of octo/app whose subject ends like ref:refs/heads/*');
  const again = await provision(documentFor('branch: "*"'));
  expect(again.outputs.changed).toBe('false');
  const every = 'trusts every job of octo/app whose subject ends like ref:refs/heads/*';
  expect(again.log.some((line) => line.startsWith('= keep    role ') && line.endsWith(` ! ${every}`))).toBe(true);
  expect(JSON.parse(again.outputs.plan ?? '')).toContainEqual(
    expect.objectContaining({ kind: 'role', action: 'keep', details: [`! ${every}`] }),
  );
  scenario.calls();
});

test('a role for a certificate is as AWS takes it, and the second run changes nothing', async () => {
  const document = `
roles:
  deploy:
    trust:
      roles-anywhere:
        trust-anchor: arn:aws:rolesanywhere:${REGION}:${ACCOUNT}:trust-anchor/0a1b2c3d-0000-1111-2222-333344445555
        common-name: build-01
`;
  const main = await provision(document);
  expect(main.log.join('\n')).not.toContain('Warning');
  expect(list(scenario.account.roles.get('deploy')?.trust.Statement)).toEqual([
    {
      Effect: 'Allow',
      Principal: { Service: 'rolesanywhere.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
      Condition: {
        ArnEquals: {
          'aws:SourceArn': `arn:aws:rolesanywhere:${REGION}:${ACCOUNT}:trust-anchor/0a1b2c3d-0000-1111-2222-333344445555`,
        },
        StringEquals: { 'aws:PrincipalTag/x509Subject/CN': 'build-01' },
      },
    },
  ]);
  expect((await provision(document)).outputs.changed).toBe('false');
  scenario.calls();
});

test('on another server, jobs are trusted by the provider that is named', async () => {
  const env = { GITHUB_SERVER_URL: 'https://ghes.example/' };
  const issuer = 'ghes.example/_services/token';
  const identities = documentFor('branch: main, provider: ours').replace(
    '{ github: {} }',
    `{ ours: { issuer: "https://${issuer}" } }`,
  );
  const main = await identityJob(scenario, { env }).step({ with: { mode: 'provision', ...ADMIN, identities } });
  expect(main).toMatchObject({ exitCode: 0, stderr: '' });
  expect([...scenario.account.oidcProviders.keys()]).toEqual([`https://${issuer}`]);
  expect(list(scenario.account.roles.get('deploy')?.trust.Statement)).toMatchObject([
    {
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}` },
      Condition: {
        StringEquals: {
          [`${issuer}:sub`]: ['repo:octo/app:ref:refs/heads/main', 'repo:octo@1/app@2:ref:refs/heads/main'],
        },
      },
    },
  ]);
  scenario.calls();
});

test('on another GitHub than github.com, the short form is refused before anything is asked', async () => {
  const workflow = identityJob(scenario, { env: { GITHUB_SERVER_URL: 'https://ghes.example/' } });
  const main = await workflow.step({ with: { mode: 'provision', ...ADMIN, identities: documentFor('branch: main') } });
  expectFailed(main, 'invalid-input');
  expect(main.log.join('\n')).toContain(
    'trusts jobs on github.com, and this job is on https://ghes.example; it should name the provider',
  );
});
