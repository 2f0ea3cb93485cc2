import { list } from '../../sandbox/policy/document';
import { ADMIN, OWNED, expectCalls, identityJob, identityScenario, snapshot } from './identities';
import { ACCOUNT, ISSUER, PROVIDER, REGION, type Scenario, expectFailed } from './scenario';

let scenario: Scenario;
beforeEach(async () => (scenario = await identityScenario()));
afterEach(() => scenario.end());

const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`;
const TOKEN = 'token.actions.githubusercontent.com';
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
      'GetCallerIdentity',
      ['GetOpenIDConnectProvider NoSuchEntity', 'GetRole NoSuchEntity'],
      'ListRoles',
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

test('on another GitHub than github.com, the short form is refused before anything is asked', async () => {
  const workflow = identityJob(scenario, { env: { GITHUB_SERVER_URL: 'https://ghes.example/' } });
  const main = await workflow.step({ with: { mode: 'provision', ...ADMIN, identities: documentFor('branch: main') } });
  expectFailed(main, 'invalid-input');
  expect(main.log.join('\n')).toContain(
    'trusts jobs on github.com, and this job is on https://ghes.example; it should be',
  );
});
