import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../../sandbox/runner/job';
import type { Credentials } from '../../src/aws/credentials';
import { ACCOUNT, EXAMPLE_KEYS, KEY_INPUTS, REGION, ROLE, Scenario, expectFailed } from './scenario';

let scenario: Scenario;
beforeEach(async () => (scenario = await Scenario.start()));
afterEach(() => scenario.end());

const IN_ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: EXAMPLE_KEYS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: EXAMPLE_KEYS.secretAccessKey,
};
const OTHER_KEYS = { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY' };
const inputs = { 'aws-region': REGION, 'role-to-assume': ROLE, ...KEY_INPUTS };

test('keys assume a role with one call, which carries the session tags of the job', async () => {
  scenario.createUserAndRole();
  const main = await scenario.job().step({
    with: {
      ...inputs,
      'custom-tags': '{"team":"platform","size":3}',
      'transitive-tag-keys': 'Repository\nBaseRef\nteam',
    },
  });
  expect(main.exitCode).toBe(0);
  expect(scenario.calls()).toEqual(['AssumeRole']);
  expect(main.exported.AWS_ACCESS_KEY_ID).toMatch(/^ASIA/);
  const params = scenario.sandbox.requests[0]?.params ?? {};
  const tags = Array.from({ length: 13 }, (_, index) => [
    params[`Tags.member.${index + 1}.Key`],
    params[`Tags.member.${index + 1}.Value`],
  ]);
  expect(Object.fromEntries(tags)).toEqual({
    GitHub: 'Actions',
    Repository: 'octo/app',
    Workflow: 'deploy',
    Action: '__octo_aws-identity',
    Actor: 'octocat',
    Commit: '0123456789abcdef0123456789abcdef01234567',
    Branch: 'refs/heads/main',
    EventName: 'push',
    RunId: '1000000001',
    Job: 'deploy',
    TriggeringActor: 'octocat',
    team: 'platform',
    size: '3',
  });
  expect(params['Tags.member.14.Key']).toBeUndefined();
  expect([params['TransitiveTagKeys.member.1'], params['TransitiveTagKeys.member.2']]).toEqual(['Repository', 'team']);
  expect(params['TransitiveTagKeys.member.3']).toBeUndefined();
});

test('a tag that is too long is cut between its letters', async () => {
  scenario.createUserAndRole();
  const env = { GITHUB_REF: `refs/heads/${'f'.repeat(244)}𠮷`, GITHUB_WORKFLOW: `${'a'.repeat(255)}𝒜` };
  const main = await scenario.job().step({ with: inputs, env });
  expect([main.exitCode, scenario.calls()]).toEqual([0, ['AssumeRole']]);
  const params = Object.values(scenario.sandbox.requests[0]?.params ?? {});
  expect(params).toContain(`refs/heads/${'f'.repeat(244)}`);
  expect(params).toContain('a'.repeat(255));
});

test('a line break in a session token is refused as what it is', async () => {
  const main = await scenario.job().step({ with: { ...inputs, 'aws-session-token': 'AQoDYXdz\nEXAMPLE' } });
  expectFailed(main, 'invalid-input');
  expect(main.log.join('\n')).toContain('aws-session-token: has white space in it');
  expect(scenario.calls()).toEqual([]);
});

test('a role’s name is looked for in the account and partition of the keys', async () => {
  const account = scenario.sandbox.account('210987654321', { partition: 'aws-us-gov' });
  const user = account.createUser('ci', {});
  user.createAccessKey(EXAMPLE_KEYS);
  account.createRole('deploy', {
    path: '/team/',
    trust: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Principal: { AWS: user.arn } }],
    },
  });
  const main = await scenario
    .job()
    .step({ with: { ...inputs, 'aws-region': 'us-gov-west-1', 'role-to-assume': 'team/deploy' } });
  expect(main.log.join('\n')).toContain('arn:aws-us-gov:sts::210987654321:assumed-role/deploy/GitHubActions');
  expect(main.exitCode).toBe(0);
  expect(main.outputs['role-arns']).toBe('{"deploy":"arn:aws-us-gov:iam::210987654321:role/team/deploy"}');
  expect(scenario.calls()).toEqual(['GetCallerIdentity', 'AssumeRole']);
});

describe('a run that fails after it was given long-lived keys', () => {
  test.each<Record<string, string>>([
    {},
    { 'aws-profile': 'deploy', 'output-env-credentials': 'true', 'output-credentials': 'true' },
  ])('leaves them nowhere %#', async (extra) => {
    scenario.account.createUser('ci', {}).createAccessKey(EXAMPLE_KEYS);
    const job = scenario.job();
    const main = await job.step({ with: { ...inputs, ...extra } });
    expectFailed(main, 'role-refused');
    expect(scenario.calls()).toEqual(['AssumeRole AccessDenied']);
    expect(filesWith(/EXAMPLEKEY|FODNN7EXAMPLE/, job.folder)).toEqual([]);
  });
});

test('every secret is masked before anything is printed after it is known', async () => {
  scenario.createUserAndRole();
  const main = await scenario.job().step({ with: { ...inputs, 'no-input-of-this': 'warns at once' } });
  expect(scenario.calls()).toEqual(['AssumeRole']);
  const maskAt = (secret: string | undefined) =>
    main.lines.findIndex(({ command }) => command?.name === 'add-mask' && command.value === secret);
  const firstPrint = main.lines.findIndex(({ command }) => command?.name !== 'add-mask');
  const firstAfterAnswer = main.lines.findIndex(({ raw }) => raw.startsWith('Identity:'));
  expect(main.lines[firstPrint]?.raw).toMatch(/^::warning title=AWS assume-role::.*no-input-of-this/);
  for (const given of Object.values(EXAMPLE_KEYS)) {
    expect(maskAt(given)).toBeGreaterThanOrEqual(0);
    expect(maskAt(given)).toBeLessThan(firstPrint);
  }
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = main.exported;
  for (const issued of [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN]) {
    expect(maskAt(issued)).toBeGreaterThanOrEqual(0);
    expect(maskAt(issued)).toBeLessThan(firstAfterAnswer);
  }
});

test('long-lived keys where OIDC is at hand draw a notice', async () => {
  scenario.createUserAndRole();
  const [withOidc, without] = [scenario.job({ oidc: true }), scenario.job()];
  expect((await withOidc.step({ with: inputs })).log.join('\n')).toMatch(/Notice: .*long-lived access keys/);
  expect((await without.step({ with: inputs })).log.join('\n')).not.toContain('Notice');
  expect(scenario.calls()).toEqual(['AssumeRole', 'AssumeRole']);
});

describe('errors of AWS are recognised', () => {
  test('a trust policy that does not allow tags', async () => {
    scenario.createUserAndRole({ actions: ['sts:AssumeRole'] });
    const main = await scenario.job().step({ with: inputs });
    expectFailed(main, 'session-tagging-refused');
    expect(main.log.join('\n')).toContain('role-skip-session-tagging: true');
    const skipped = await scenario.job().step({ with: { ...inputs, 'role-skip-session-tagging': 'true' } });
    expect(skipped.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(['AssumeRole AccessDenied', 'AssumeRole']);
  });

  test('a session longer than the role allows', async () => {
    scenario.createUserAndRole();
    const main = await scenario.job().step({ with: { ...inputs, 'role-duration-seconds': '7200' } });
    expectFailed(main, 'session-too-long');
    expect(scenario.calls()).toEqual(['AssumeRole ValidationError']);
  });

  test('a wrong secret, an unknown key', async () => {
    scenario.createUserAndRole();
    const wrong = await scenario.job().step({ with: { ...inputs, 'aws-secret-access-key': 'wrong/EXAMPLEKEY' } });
    const unknown = await scenario.job().step({ with: { ...inputs, 'aws-access-key-id': 'AKIAI44QH8DHBEXAMPLE' } });
    for (const main of [wrong, unknown]) expectFailed(main, 'invalid-credentials');
    expect(wrong.log.join('\n')).toContain('does not belong to');
    expect(scenario.calls()).toEqual(['AssumeRole SignatureDoesNotMatch', 'AssumeRole InvalidClientTokenId']);
  });

  test('a clock that is off, with how far', async () => {
    scenario.createUserAndRole();
    scenario.sandbox.clock.advance(17 * 60_000);
    const main = await scenario.job().step({ with: inputs });
    expectFailed(main, 'clock-skew');
    expect(main.log.join('\n')).toContain('17 minutes behind');
    expect(scenario.calls()).toEqual(['AssumeRole SignatureDoesNotMatch']);
  });

  test('a region that is not enabled', async () => {
    scenario.createUserAndRole();
    scenario.account.disabledRegions.add(REGION);
    const main = await scenario.job().step({ with: inputs });
    expectFailed(main, 'region-disabled');
    expect(scenario.calls()).toEqual(['AssumeRole RegionDisabledException']);
  });

  test('a session policy that is none to AWS', async () => {
    scenario.createUserAndRole();
    const main = await scenario.job().step({ with: { ...inputs, 'inline-session-policy': '{"Statement":"all"}' } });
    expectFailed(main, 'session-policy-malformed');
    expect(scenario.calls()).toEqual(['AssumeRole MalformedPolicyDocument']);
  });
});

describe('tags that are too large together', () => {
  const tagsIn = ({ params }: { readonly params: object }) =>
    Object.entries(params).flatMap(([name, value]) => (/^Tags.*Key$/.test(name) ? String(value) : []));

  test('go step by step until they fit', async () => {
    scenario.createUserAndRole();
    // What GitHub, Repository and Actor take, and no more.
    scenario.sandbox.settings.packedPolicyLimit = 50;
    const main = await scenario.job().step({ with: inputs });
    expect(main.exitCode).toBe(0);
    const sent = scenario.sandbox.requests.map(tagsIn);
    expect(sent.at(-1)).toEqual(['GitHub', 'Repository', 'Actor']);
    expect(main.log.join('\n')).toContain('trying without Action, Commit.');
    expect(scenario.calls()).toEqual([...Array<string>(3).fill('AssumeRole PackedPolicyTooLarge'), 'AssumeRole']);
  });

  test('stay where the user asked for them, and the error says what may go', async () => {
    scenario.createUserAndRole();
    scenario.sandbox.settings.packedPolicyLimit = 20;
    const main = await scenario.job().step({
      with: { ...inputs, 'custom-tags': '{"team":"platform"}', 'transitive-tag-keys': 'team\nBranch' },
    });
    expectFailed(main, 'packed-policy-too-large');
    expect(tagsIn(scenario.sandbox.requests.at(-1) ?? { params: {} })).toEqual([
      'GitHub',
      'Repository',
      'Actor',
      'Branch',
      'team',
    ]);
    expect(scenario.calls()).toEqual(Array<string>(4).fill('AssumeRole PackedPolicyTooLarge'));
  });

  test('may be inherited: then it is not what this step sends', async () => {
    const { user } = scenario.createUserAndRole();
    const Tags = Object.fromEntries(
      ['eks-cluster-arn', 'kubernetes-namespace', 'kubernetes-pod-name', 'kubernetes-pod-uid'].map((key) => [key, key]),
    );
    const session = scenario.sandbox.world.startSession({
      kind: 'AssumedRole',
      principal: user,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/pod/x`,
      userId: 'AROA:x',
      durationSeconds: 3600,
      sessionPolicies: undefined,
      tags: Tags,
      transitiveTagKeys: Object.keys(Tags),
      sourceIdentity: undefined,
      mfaAt: undefined,
    });
    scenario.sandbox.settings.packedPolicyLimit = 40;
    const env = {
      AWS_ACCESS_KEY_ID: session.accessKeyId,
      AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
      AWS_SESSION_TOKEN: session.sessionToken,
    };
    const chained = { 'aws-region': REGION, 'role-to-assume': ROLE, 'role-chaining': 'true' };
    const untagged = await scenario.job({ env }).step({ with: { ...chained, 'role-skip-session-tagging': 'true' } });
    expectFailed(untagged, 'packed-policy-too-large');
    expect(untagged.log.join('\n')).toMatch(/inherits count, too\.\nFix: Or let .*EKS Pod Identity/);
    expect(scenario.calls()).toEqual(['AssumeRole PackedPolicyTooLarge']);
  });
});

describe('a role refused by a policy that AWS names', () => {
  const denyAll = { Statement: { Effect: 'Deny', Action: 'sts:*', Resource: '*' } } as const;
  test.each<[kind: string, place: string, deny: (scenario: Scenario) => void]>([
    [
      'service control policy',
      "the organization's service control policies",
      ({ account }) => void (account.serviceControlPolicies = [denyAll]),
    ],
    [
      'resource control policy',
      "the organization's resource control policies",
      ({ account }) => void (account.resourceControlPolicies = [denyAll]),
    ],
    [
      'VPC endpoint policy',
      'the policy of the VPC endpoint',
      ({ sandbox: { settings } }) => void (settings.vpcEndpointPolicy = denyAll),
    ],
  ])('%s', async (kind, place, deny) => {
    scenario.createUserAndRole();
    deny(scenario);
    const main = await scenario.job().step({ with: inputs });
    expectFailed(main, 'role-refused');
    const log = main.log.join('\n');
    expect(log).toContain(`Cause: A ${kind} denies "sts:AssumeRole", and so no other policy can allow it.`);
    expect(log).toContain(place);
    expect(log).not.toContain('trust policy');
    expect(scenario.calls()).toEqual(['AssumeRole AccessDenied']);
  });
});

test('special-characters-workaround asks until the secret is plain', async () => {
  scenario.createUserAndRole();
  const { settings } = scenario.sandbox;
  settings.secretAlphabet = '/';
  scenario.sandbox.faults.add({ action: 'AssumeRole', skip: 2, first: () => void (settings.secretAlphabet = 'a') });
  const main = await scenario.job().step({ with: { ...inputs, 'special-characters-workaround': 'true' } });
  expect(main.exported.AWS_SECRET_ACCESS_KEY).toMatch(/^[A-Za-z0-9]+$/);
  expect(scenario.calls()).toEqual(['AssumeRole', 'AssumeRole', 'AssumeRole']);
});

describe('chaining', () => {
  test('a role is assumed with the credentials that an earlier step left', async () => {
    scenario.createOidcRole('first');
    scenario.account.createRole('second', {
      trust: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['sts:AssumeRole', 'sts:TagSession'],
            Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/first` },
          },
        ],
      },
    });
    const job = scenario.job({ oidc: true });
    await job.step({ with: { 'aws-region': REGION, 'role-to-assume': `arn:aws:iam::${ACCOUNT}:role/first` } });
    const first = { ...job.env };
    const chained = {
      'aws-region': 'us-east-1',
      'role-to-assume': `arn:aws:iam::${ACCOUNT}:role/second`,
      'role-chaining': 'true',
    };
    const second = await job.step({ with: chained });
    expect(second.log.join('\n')).toContain('assumed-role/second/');
    expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity', 'AssumeRole']);

    const tooLong = await job.step({
      with: { ...chained, 'sts-endpoint': 'http://sts.us-east-1.amazonaws.com', 'role-duration-seconds': '7200' },
    });
    expectFailed(tooLong, 'session-too-long-for-chain');
    expect(scenario.calls()).toEqual([]);

    const [, post] = await job.finish();
    expect(post?.exported).toMatchObject({
      AWS_ACCESS_KEY_ID: first.AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY: first.AWS_SECRET_ACCESS_KEY,
      AWS_SESSION_TOKEN: first.AWS_SESSION_TOKEN,
      AWS_REGION: REGION,
    });
    expect(job.env).toMatchObject({ AWS_ACCESS_KEY_ID: '', AWS_SESSION_TOKEN: '', AWS_REGION: '' });
    expect(JSON.stringify(second.state)).not.toContain(first.AWS_SECRET_ACCESS_KEY);
    expect(readdirSync(job.temp)).toEqual([]);
  });

  test('without the role-chaining input, a profile of the job serves as the source all the same', async () => {
    scenario.createUserAndRole();
    const job = scenario.job({ env: { AWS_PROFILE: 'ci' } });
    writeProfile(job, 'ci', EXAMPLE_KEYS);
    const main = await job.step({ with: { 'aws-region': REGION, 'role-to-assume': 'deploy' } });
    expect(main.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(['GetCallerIdentity', 'AssumeRole']);
  });

  test('of a profile and keys in the environment, a warning names the one that signs, and whose it is', async () => {
    const other = scenario.sandbox.account('210987654321').createUser('other', {});
    other.createAccessKey(OTHER_KEYS);
    scenario.account.createRole('deploy', {
      trust: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Principal: { AWS: other.arn } }],
      },
    });
    const job = scenario.job({ env: { ...IN_ENVIRONMENT, AWS_PROFILE: 'other' } });
    writeProfile(job, 'other', OTHER_KEYS);
    const main = await job.step({ with: { 'aws-region': REGION, 'role-to-assume': ROLE, 'role-chaining': 'true' } });
    expect(main.log).toContain('Credentials found: those of the profile other (AWS_PROFILE).');
    expect(main.log).toContain(`Assuming ${ROLE} with the credentials of the profile other (AWS_PROFILE).`);
    expect(main.log.join('\n')).toMatch(
      new RegExp(
        `Warning: Two sets of credentials.* the profile other \\(AWS_PROFILE\\): ${other.arn}\\. .*AWS_ACCESS_KEY_ID`,
      ),
    );
    expect(scenario.calls()).toEqual(['GetCallerIdentity', 'AssumeRole AccessDenied']);
  });

  test('keys that are exported next to a profile of an earlier step draw a warning that names both', async () => {
    scenario.createUserAndRole();
    const job = scenario.job();
    const profile = { 'aws-profile': 'ci', 'output-env-credentials': 'true' };
    const first = await job.step({ with: { 'aws-region': REGION, ...KEY_INPUTS, ...profile } });
    const second = await job.step({ with: inputs });
    const warnings = [first, second].map(({ log }) => log.filter((line) => line.startsWith('Warning: ')));
    expect(warnings).toEqual([
      [],
      [
        expect.stringMatching(
          new RegExp(
            `the profile ci in AWS_PROFILE .*AWS_ACCESS_KEY_ID \\(arn:aws:sts::${ACCOUNT}:assumed-role/deploy/GitHubActions\\)`,
          ),
        ),
      ],
    ]);
    expect(scenario.calls()).toEqual(['GetCallerIdentity', 'AssumeRole']);
  });

  test('expired source credentials are reported as such', async () => {
    scenario.createOidcRole('first');
    const job = scenario.job({ oidc: true });
    await job.step({ with: { 'aws-region': REGION, 'role-to-assume': `arn:aws:iam::${ACCOUNT}:role/first` } });
    scenario.sandbox.faults.add({
      action: 'AssumeRole',
      error: { status: 403, code: 'ExpiredToken', message: 'The security token included in the request is expired' },
    });
    const main = await job.step({ with: { 'aws-region': REGION, 'role-to-assume': ROLE, 'role-chaining': 'true' } });
    expectFailed(main, 'source-credentials-expired');
    expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity', 'AssumeRole ExpiredToken']);
  });
});

describe('mask-aws-account-id', () => {
  const masked = { 'mask-aws-account-id': 'true' };
  const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/GitHubActions`;

  test.each<[what: string, inputs: Record<string, string>]>([
    ['given keys', KEY_INPUTS],
    ['the credentials of the job', { 'role-chaining': 'true' }],
  ])('hides from later steps whom %s belong to, and whom the role', async (_, from) => {
    const source = scenario.sandbox.account('210987654321').createUser('other', {});
    source.createAccessKey(EXAMPLE_KEYS);
    scenario.account.createRole('deploy', {
      trust: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Principal: { AWS: source.arn } }],
      },
    });
    const job = scenario.job({ env: from === KEY_INPUTS ? {} : IN_ENVIRONMENT });
    const main = await job.step({ with: { 'aws-region': REGION, 'role-to-assume': ROLE, ...masked, ...from } });
    const hidden = main.lines.flatMap(({ command }) => (command?.name === 'add-mask' ? [command.value] : []));
    expect(hidden).toEqual(expect.arrayContaining(['210987654321', source.arn, ACCOUNT]));
    // The user of another account needs a policy of its own, too.
    expect(scenario.calls()).toEqual(['GetCallerIdentity', 'AssumeRole AccessDenied']);
  });

  test('hides the session that was obtained', async () => {
    scenario.createUserAndRole();
    const main = await scenario.job().step({ with: { ...inputs, ...masked } });
    const hidden = main.lines.flatMap(({ command }) => (command?.name === 'add-mask' ? [command.value] : []));
    expect(hidden).toEqual(expect.arrayContaining([ACCOUNT, `arn:aws:iam::${ACCOUNT}:user/ci`, SESSION]));
    expect(main.outputs['authenticated-arn']).toBe(SESSION);
    expect(scenario.calls()).toEqual(['GetCallerIdentity', 'AssumeRole']);
  });
});

test('an external ID reaches the trust policy', async () => {
  const { user } = scenario.createUserAndRole();
  scenario.account.createRole('partner', {
    trust: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['sts:AssumeRole', 'sts:TagSession'],
          Principal: { AWS: user.arn },
          Condition: { StringEquals: { 'sts:ExternalId': 'ours' } },
        },
      ],
    },
  });
  const main = await scenario
    .job()
    .step({ with: { ...inputs, 'role-to-assume': 'partner', 'role-external-id': 'ours' } });
  expect(main.exitCode).toBe(0);
  expect(scenario.calls()).toEqual(['GetCallerIdentity', 'AssumeRole']);
});

function writeProfile({ home }: Job, name: string, { accessKeyId, secretAccessKey }: Credentials): void {
  mkdirSync(join(home, '.aws'));
  const keys = `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
  writeFileSync(join(home, '.aws/credentials'), `[${name}]\n${keys}`);
}

function filesWith(pattern: RegExp, folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => pattern.test(readFileSync(file, 'utf8')));
}
