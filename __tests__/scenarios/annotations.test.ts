import type { Run } from '../../sandbox/runner/job';
import { ADMIN, expectCalls, identityJob, identityScenario } from './identities';
import type { Scenario } from './scenario';

let scenario: Scenario;
beforeEach(async () => (scenario = await identityScenario()));
afterEach(() => scenario.end());

const TRUST_OF_MANY = JSON.stringify({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Action: 'sts:AssumeRoleWithWebIdentity',
    Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com' },
    Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:octo/app:*' } },
  },
});

/** The annotations that GitHub makes of what a step printed. */
function annotationsOf({ lines }: Run) {
  return lines.flatMap(({ command }) =>
    command && ['error', 'warning', 'notice'].includes(command.name)
      ? [`${command.name} ${command.properties}: ${command.value}`]
      : [],
  );
}

async function provision(
  identities: string,
  files: Readonly<Record<string, string>> = {},
  dryRun = 'true',
): Promise<Run> {
  const job = identityJob(scenario, { files, env: { GITHUB_ACTION: 'apply' } });
  return job.step({ with: { ...ADMIN, mode: 'provision', identities, 'dry-run': dryRun } });
}

const TITLE = 'title=AWS provision (step apply)%3A invalid-input';

test('each problem of a document, and of a policy that it names, is at its place', async () => {
  const main = await provision(
    'iam/app.yml',
    {
      'iam/app.yml': 'policies:\n  read:\n    document: policies/read.json\nusers:\n  ci:\n    pat: /machine/\n',
      'policies/read.json': '{\n  "Version": "2012-10-17",\n  "Statement": {\n    "Effect": "allow"\n  }\n}\n',
    },
    'maybe',
  );
  const [whole, ...places] = annotationsOf(main);
  expect(whole).toContain('Fix: Correct them in policies/read.json, in iam/app.yml and under "with:" of this step.');
  expect(whole).toMatch(`error ${TITLE}: Could not start, as `);
  expect(places.map((text) => text.replace(/: .*/s, ''))).toEqual([
    `error ${TITLE},file=policies/read.json,line=3,col=3`,
    `error ${TITLE},file=policies/read.json,line=3,col=3`,
    `error ${TITLE},file=policies/read.json,line=4,col=5`,
    `error ${TITLE},file=iam/app.yml,line=6,col=5`,
  ]);
  const texts = places.map((text) => text.slice(text.indexOf(': ') + 2));
  expect(texts[3]).toMatch(/^users\.ci\.pat is not known here; /);
  expect(whole).toContain(`identities: iam/app.yml:6:5: ${texts[3] ?? ''}`);
  // That by which the file is named stays, and the place of the file goes.
  const namedAt = 'iam/app.yml:3:5: policies.read.document: ';
  for (const [index, place] of ['3:3', '3:3', '4:5'].entries()) {
    const [before, said] = (texts[index] ?? '').split(namedAt);
    expect([before, said]).toEqual(['', expect.stringMatching(/^Statement/)]);
    expect(whole).toContain(`${namedAt}policies/read.json:${place}: ${said ?? ''}`);
  }
});

test('a single problem of a file is at its place with all that is said of it', async () => {
  const main = await provision('iam/app.yml', { 'iam/app.yml': 'users:\n  ci:\n    pat: /machine/\n' });
  expect(annotationsOf(main)).toEqual([
    expect.stringMatching(
      `^error ${TITLE.replace(/[()]/g, '.')},file=iam/app.yml,line=3,col=5: Could not start[^]*Fix: `,
    ),
  ]);
});

test('a document that is given itself has no file: its line and the key are said', async () => {
  const main = await provision('users:\n  ci:\n    pat: /machine/\n');
  expect(annotationsOf(main)).toEqual([expect.stringContaining('identities: line 3: users.ci.pat ')]);
  expect(annotationsOf(main)[0]).not.toContain('file=');
});

test('a warning about a file is at its place, too', async () => {
  const main = await provision('iam/app.yml', {
    'iam/app.yml': 'roles:\n  deploy:\n    trust: policies/trust.json\n',
    'policies/trust.json': TRUST_OF_MANY,
  });
  expect(annotationsOf(main)).toEqual([
    expect.stringMatching(
      /^warning title=AWS provision .step apply.,file=policies\/trust.json,line=1,col=200: .* has no /,
    ),
  ]);
  expectCalls(scenario, [['GetCallerIdentity', 'GetRole NoSuchEntity']]);
});
