import { permits, type Permissions } from '../../sandbox/runner/workflow';
import { LocalAws } from '../../try/local-aws';

const DOCUMENT = `users:
  ci:
    access-key:
      deliver:
        - dependabot-secrets
        - github-secrets: { repository: octo-org/tools, environment: prod }
        - dependabot-secrets: { organization: octo-org, repositories: [app, site] }
        - terraform-cloud: { organization: acme, workspace: prod }
`;

let aws: LocalAws;
beforeEach(async () => (aws = await LocalAws.start('octo-org/app')));
afterEach(() => aws.sandbox.close());

const statusOf = async (url: string, token: string) =>
  (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status;

const furnish = (identities: string) =>
  aws.furnish({ inputs: { identities } }, { claims: {}, oidc: false, workspace: __dirname }, { strict: true });

test('the places of a document are there, and the tokens that were made before may write them', async () => {
  const tokens = { github: aws.githubToken(), terraform: aws.terraformToken() };
  await furnish(DOCUMENT);
  const { apiUrl } = aws.sandbox.github.secrets;
  for (const path of [
    'repos/octo-org/app/dependabot/secrets/public-key',
    'repos/octo-org/tools/environments/prod/secrets/public-key',
    'orgs/octo-org/dependabot/secrets/public-key',
    'repos/octo-org/site',
  ]) {
    expect([path, await statusOf(`${apiUrl}/${path}`, tokens.github)]).toEqual([path, 200]);
  }
  const workspace = `${aws.environment.TFE_ADDRESS ?? ''}/api/v2/organizations/acme/workspaces/prod`;
  expect(await statusOf(workspace, tokens.terraform)).toBe(200);
});

test.each<[Permissions | undefined, number, number]>([
  [{ 'pull-requests': 'write' }, 200, 403],
  [{ issues: 'write', actions: 'read' }, 200, 404],
  ['write-all', 200, 404],
  ['read-all', 403, 404],
  [{ contents: 'write' }, 403, 403],
  [{}, 403, 403],
  [undefined, 403, 403],
])('the token of a job with the permissions %j', async (permissions, comments, runs) => {
  const token = aws.tokenOfJob((...asked) => permits(permissions, ...asked));
  const repository = `${aws.sandbox.github.secrets.apiUrl}/repos/octo-org/app`;
  expect(await statusOf(repository, token)).toBe(200);
  expect(await statusOf(`${repository}/actions/secrets/public-key`, token)).toBe(403);
  expect(await statusOf(`${repository}/issues/1/comments`, token)).toBe(comments);
  // There is no such run.
  expect(await statusOf(`${repository}/actions/runs/7/attempts/1`, token)).toBe(runs);
});

test.each([
  ['', 'It trusts repo:octo-org/app:ref:refs/heads/main and the accounts here'],
  [
    'https://github.com/octo-org',
    'It trusts repo:octo-org/app:ref:refs/heads/main for the audience https://github.com/octo-org and the accounts here',
  ],
])('of the audience "%s", it is said that a role trusts it if a step asks for it', async (audience, note) => {
  const inputs = { 'role-to-assume': 'arn:aws:iam::123456789012:role/deploy', audience };
  const job = { claims: { repository: 'octo-org/app' }, oidc: true, workspace: __dirname };
  expect(await aws.furnish({ inputs }, job)).toEqual([expect.stringContaining(note)]);
});

test('a workspace at another server is refused: the step would go there', async () => {
  await expect(furnish(DOCUMENT.replace('workspace: prod', 'workspace: prod, host: tfe.example.com'))).rejects.toThrow(
    'The workspace prod is at tfe.example.com, which is not played here. Omit host to try it.',
  );
});
