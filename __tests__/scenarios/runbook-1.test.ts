import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listBuckets } from '../sandbox/s3-client';
import {
  GONE_KEY_OF_JOB,
  NEW_KEY_OF_JOB,
  OWNED,
  age,
  expectCalls,
  identityJob,
  keyInWorkspace,
  ownerOf,
  recordsOf,
  snapshot,
  ssoAdmin,
  terraformWorkspace,
  WHAT_A_USER_HAS,
} from './identities';
import { ACCOUNT, REGION, Scenario } from './scenario';

const ADMINISTRATOR_ACCESS = 'arn:aws:iam::aws:policy/AdministratorAccess';
const TFC = `arn:aws:iam::${ACCOUNT}:user/tfc`;
const IDENTITIES = `
users:
  tfc:
    tags: { deployedby: bsj-tjmoon, usedby: BSG Terraform Cloud }
    policies: [${ADMINISTRATOR_ACCESS}]
    access-key: { deliver: [environment] }
`;

const PROVISION = [
  ['GetCallerIdentity', 'GetUser NoSuchEntity'],
  'CreateUser',
  { concurrent: [NEW_KEY_OF_JOB, ['AttachUserPolicy', ['ListUserTags', 'ListAttachedUserPolicies']]] },
];

let scenario: Scenario;
let admin: Record<string, string>;
let before: object;
beforeEach(async () => {
  scenario = await Scenario.start({ asProcesses: true });
  admin = ssoAdmin(scenario);
  before = snapshot(scenario.account);
});
afterEach(() => scenario.end());

const files = { '.github/identities.yml': IDENTITIES };
const identities = { identities: '.github/identities.yml' };

/** What the variables of the portal's "Command line or programmatic access" are to be. */
const adminVariables = () => ({
  AWS_ACCESS_KEY_ID: admin['aws-access-key-id'] ?? '',
  AWS_SECRET_ACCESS_KEY: admin['aws-secret-access-key'] ?? '',
  AWS_SESSION_TOKEN: admin['aws-session-token'] ?? '',
});

describe.each([
  ['inputs', () => ({ inputs: admin, env: {} })],
  ['the environment', () => ({ inputs: { 'aws-region': REGION, 'role-chaining': 'true' }, env: adminVariables() })],
])('with the temporary credentials of an administrator from %s', (_, source) => {
  test('a user for Terraform Cloud is made, used, and taken down', async () => {
    const { inputs, env } = source();
    const job = identityJob(scenario, { files, env });

    const provision = await job.step({ with: { mode: 'provision', ...identities, ...inputs } });

    expect(provision).toMatchObject({ exitCode: 0, stderr: '' });
    expectCalls(scenario, PROVISION);
    const tfc = scenario.account.users.get('tfc');
    const [key] = tfc?.accessKeys ?? [];
    expect(tfc?.tags).toMatchObject({ ...OWNED, deployedby: 'bsj-tjmoon', usedby: 'BSG Terraform Cloud' });
    expect(recordsOf(scenario, 'tfc')).toEqual([`job:${key?.accessKeyId ?? ''}`]);
    expect([...(tfc?.attachedPolicies ?? [])]).toEqual([ADMINISTRATOR_ACCESS]);
    // What the runbook reads back with list-user-tags.
    expect(provision.log.join('\n')).toMatch(
      /The user tfc has the tags .*deployedby=bsj-tjmoon, usedby=BSG Terraform Cloud.* and the managed policies .*AdministratorAccess attached/,
    );
    expect(provision.summary).toContain('| ⚠️ create | user | `tfc` | `+ policy AdministratorAccess`');
    expect(provision.summary).toContain('| create | access key | `tfc` |');
    expect(provision.outputs).toMatchObject({
      mode: 'provision',
      changed: 'true',
      'user-arns': JSON.stringify({ tfc: TFC }),
      'aws-account-id': ACCOUNT,
    });
    expect(provision.outputs).not.toHaveProperty('aws-access-key-id');
    // The two lines that the runbook prints to be pasted.
    expect(provision.exported).toMatchObject({
      AWS_ACCESS_KEY_ID: key?.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key?.secretAccessKey,
    });
    expect(job.env.AWS_SESSION_TOKEN ?? '').toBe('');

    const whoAmI = await job.step({ with: { mode: 'verify', 'expect-arn': TFC, 'aws-region': REGION } });
    expect(whoAmI.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(['GetCallerIdentity']);
    const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = job.env;
    expect((await listBuckets(scenario.sandbox.url, { accessKeyId, secretAccessKey })).status).toBe(200);
    expect(scenario.calls()).toEqual(['ListBuckets']);

    const deprovision = await job.step({ with: { mode: 'deprovision', ...identities, ...admin } });
    expect(deprovision).toMatchObject({ exitCode: 0, stderr: '' });
    expectCalls(scenario, [
      'GetCallerIdentity',
      'GetUser',
      WHAT_A_USER_HAS,
      'DeleteAccessKey',
      'DetachUserPolicy',
      'ListAccessKeys',
      'DeleteUser',
    ]);
    expect(snapshot(scenario.account)).toEqual(before);

    const posts = await job.finish();
    expect(posts.flatMap(({ log }) => log).join('\n')).not.toContain('Warning');
    expect(job.env).toMatchObject({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', ...env });
    expect(scenario.calls()).toEqual(GONE_KEY_OF_JOB);
  });
});

test('an ephemeral user lives as long as the job', async () => {
  const job = identityJob(scenario, { files });
  const provision = await job.step({ with: { mode: 'provision', ephemeral: 'true', ...identities, ...admin } });
  expect(provision.exitCode).toBe(0);
  expectCalls(scenario, PROVISION);
  expect(Object.values(provision.state).join('\n')).not.toContain(job.env.AWS_SECRET_ACCESS_KEY);

  const [post] = await job.finish();

  expect(post).toMatchObject({ exitCode: 0, stderr: '' });
  expect(post?.log.join('\n')).not.toContain('Warning');
  expect(scenario.calls().filter((call) => /^(Delete|Detach)/.test(call))).toEqual([
    'DeleteAccessKey',
    'DetachUserPolicy',
    'DeleteUser',
  ]);
  expect(snapshot(scenario.account)).toEqual(before);
});

test('where the key is for a workspace, it goes there from nothing, is replaced in time, and goes with the user', async () => {
  const example = readFileSync(join(__dirname, '../../examples/identities/terraform-cloud.yml'), 'utf8');
  const inputs = { identities: 'terraform-cloud.yml', ...admin, ...terraformWorkspace(scenario) };
  const run = async (mode: string) => {
    const main = await identityJob(scenario, { files: { 'terraform-cloud.yml': example } }).step({
      with: { mode, ...inputs },
    });
    expect(main).toMatchObject({ exitCode: 0, stderr: '', exported: {} });
    return main;
  };

  await run('provision');
  const first = keyInWorkspace(scenario);
  expect(ownerOf(scenario, first)).toBe('tfc');
  expect([...(scenario.account.users.get('tfc')?.attachedPolicies ?? [])]).toEqual([ADMINISTRATOR_ACCESS]);
  const keys = { accessKeyId: first.id ?? '', secretAccessKey: first.secret ?? '' };
  expect((await listBuckets(scenario.sandbox.url, keys)).status).toBe(200);
  expect((await run('provision')).outputs.changed).toBe('false');

  age(scenario.account.users.get('tfc'), 91);
  await run('rotate');
  const second = keyInWorkspace(scenario);
  expect(ownerOf(scenario, second)).toBe('tfc');
  expect(second).not.toEqual(first);
  // Runs of Terraform that are under way keep working.
  expect(ownerOf(scenario, first)).toBe('tfc');

  await run('deprovision');
  expect(keyInWorkspace(scenario)).toEqual({ id: undefined, secret: undefined });
  expect(snapshot(scenario.account)).toEqual(before);
  scenario.calls();
});
