import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job, StepOptions } from '../../sandbox/runner/job';
import { PROJECT } from '../../sandbox/runner/processes';
import { allow } from '../sandbox/sts-client';
import { certificateJob, roleForCertificates, trustCertificate } from './certificates';
import { ADMIN, githubRepository, identityJob, terraformWorkspace, TO_WORKSPACE } from './identities';
import { EXAMPLE_KEYS, KEY_INPUTS, REGION, ROLE, Scenario } from './scenario';

let scenario: Scenario;
beforeEach(async () => (scenario = await Scenario.start({ asProcesses: true })));
afterEach(() => scenario.end());

interface Loaded {
  /** All code of ours, as text. */
  readonly code: string;
  /** Modules of Node's own. */
  readonly builtIn: readonly string[];
}

/** Runs a step and returns what its process had loaded when it made its first request, and when it ended. */
async function loadedBy(job: Job, options: StepOptions): Promise<Record<'atFirstRequest' | 'atEnd', Loaded>> {
  const spy = join(job.folder, 'loaded.cjs');
  const report = join(job.folder, 'loaded.json');
  writeFileSync(
    spy,
    `const loaded = () => ({ files: Object.keys(require.cache), builtIn: [...process.moduleLoadList] });
    let atFirstRequest;
    require('diagnostics_channel').subscribe('http.client.request.start', () => (atFirstRequest ??= loaded()));
    process.on('exit', () => {
      const all = JSON.stringify({ atFirstRequest, atEnd: loaded() });
      require('fs').writeFileSync(${JSON.stringify(report)}, all);
    });`,
  );
  const main = await job.step({ ...options, env: { NODE_OPTIONS: `--require ${spy}` } });
  expect(main.exitCode).toBe(0);
  type Names = Readonly<Record<'files' | 'builtIn', readonly string[]>>;
  const { atFirstRequest, atEnd } = JSON.parse(readFileSync(report, 'utf8')) as Record<
    keyof Awaited<ReturnType<typeof loadedBy>>,
    Names
  >;
  const read = ({ files, builtIn }: Names) => {
    const ours = files.filter((file) => file.includes('dist'));
    return { code: ours.map((file) => readFileSync(file, 'utf8')).join('\n'), builtIn };
  };
  return { atFirstRequest: read(atFirstRequest), atEnd: read(atEnd) };
}

/** Runs a step and returns all code of ours that its process loaded. */
async function codeLoadedBy(job: Job, options: StepOptions): Promise<string> {
  return (await loadedBy(job, options)).atEnd.code;
}

const IAM_CLIENT = /ListMFADevices[^]*iam\.amazonaws\.com|iam\.amazonaws\.com[^]*ListMFADevices/;
const GITHUB_SECRETS = /\/public-key/;
const TERRAFORM = /all-vars/;
const PICTURES = /flowchart LR/;
const COMMENTS = /The plan is commented/;
const IDENTITY_CENTER = /device_authorization|assignment\/accounts/;
const PROFILE_FILES = /onCompromised/;
const STS_CLIENT = /sts\.amazonaws\.com\/doc\/2011-06-15/;
const ROLES_ANYWHERE = /AWS4-X509|Digital Signature/;

const DEVICE_LOOKUP = /look the MFA device up/;
const SIGN_IN_INPUTS = /AWS_SIGN_IN_UNATTENDED|a schedule started this run/;
const RENEWAL = /renew itself with credentials|environment\.json/;
const TRUST_POLICIES = /token\.actions\.githubusercontent\.com/;
const MEANING_OF_REFUSALS = /No OpenIDConnect provider/;

test('assuming a role loads nothing that is for other identities, for IAM, for profiles or to ask a person to sign in', async () => {
  scenario.createOidcRole();
  const { atEnd } = await loadedBy(scenario.job({ oidc: true }), {
    with: { 'aws-region': REGION, 'role-to-assume': ROLE },
  });
  expect(atEnd.code).toMatch(STS_CLIENT);
  for (const other of [
    IAM_CLIENT,
    GITHUB_SECRETS,
    PICTURES,
    COMMENTS,
    PROFILE_FILES,
    ROLES_ANYWHERE,
    IDENTITY_CENTER,
    DEVICE_LOOKUP,
    SIGN_IN_INPUTS,
    RENEWAL,
    /Invalid character found/,
  ]) {
    expect(atEnd.code).not.toMatch(other);
  }
  // Node loads it to compare addresses with networks, as a proxy's exceptions may be.
  expect(atEnd.builtIn).not.toContain('NativeModule internal/blocklist');
  expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity']);
});

test('what is needed only after the first request loads while that is on its way', async () => {
  scenario.createOidcRole();
  const { atFirstRequest, atEnd } = await loadedBy(scenario.job({ oidc: true }), {
    with: { 'aws-region': REGION, 'role-to-assume': ROLE },
  });
  for (const later of [STS_CLIENT, MEANING_OF_REFUSALS, TRUST_POLICIES]) {
    expect(atFirstRequest.code).not.toMatch(later);
    expect(atEnd.code).toMatch(later);
  }
  // The SDK reads profiles with it.
  expect(atFirstRequest.builtIn).not.toContain('NativeModule fs/promises');
  scenario.calls();
});

test('Node compiles what a file of dist holds while it loads the file', () => {
  const names = readdirSync(join(PROJECT, 'dist'), { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.js'));
  // It puts off a function that is not in parentheses, and reads it twice.
  const isPutOff = /[{,]\d+:(?:function\b|\([\w$,]*\)=>|[\w$]+=>)/;
  expect(files.filter((name) => isPutOff.test(readFileSync(join(PROJECT, 'dist', name), 'utf8')))).toEqual([]);
  expect(files.length).toBeGreaterThan(10);
});

test('a session with MFA loads the IAM client only to look the device up', async () => {
  const allow = { Version: '2012-10-17', Statement: [{ Effect: 'Allow' as const, Action: 'iam:*', Resource: '*' }] };
  const user = scenario.account.createUser('ci', { policies: [allow] });
  user.createAccessKey(EXAMPLE_KEYS);
  const [first, second] = [user.createMfaDevice('first', {}), user.createMfaDevice('second', {})];
  const inputs = { 'aws-region': REGION, ...KEY_INPUTS };
  const job = scenario.job({ env: { AWS_ENDPOINT_URL_IAM: scenario.sandbox.url } });

  const named = { ...inputs, 'mfa-serial': first.serialNumber, 'mfa-secret': first.uri };
  expect(await codeLoadedBy(job, { with: named })).not.toMatch(IAM_CLIENT);
  expect(scenario.calls().sort()).toEqual(['GetCallerIdentity', 'GetSessionToken']);

  user.mfaDevices.delete(first.serialNumber);
  expect(await codeLoadedBy(job, { with: { ...inputs, 'mfa-secret': second.uri } })).toMatch(IAM_CLIENT);
  expect(scenario.calls().sort()).toEqual(['GetCallerIdentity', 'GetSessionToken', 'ListMFADevices']);
});

test('a certificate loads the code of IAM Roles Anywhere, and not the client of STS', async () => {
  roleForCertificates(scenario.account);
  const { inputs } = await trustCertificate(scenario, [ROLE]);
  const code = await codeLoadedBy(certificateJob(scenario), { with: { ...inputs, 'role-to-assume': ROLE } });
  expect(code).toMatch(ROLES_ANYWHERE);
  for (const other of [IAM_CLIENT, GITHUB_SECRETS, PROFILE_FILES, STS_CLIENT]) {
    expect(code).not.toMatch(other);
  }
  expect(scenario.calls()).toEqual(['CreateSession']);
});

test('a sign-in loads the code of IAM Identity Center, and the clients of the SDK for it are not in it', async () => {
  const { url, identityCenter } = scenario.sandbox;
  identityCenter.assign(scenario.account, 'Admin');
  const job = scenario.job({ env: { AWS_ENDPOINT_URL_SSO: url, AWS_ENDPOINT_URL_SSO_OIDC: url } });
  const portal = { 'sso-start-url': identityCenter.startUrl, 'sso-region': 'eu-west-1' };
  const code = await codeLoadedBy(job, { with: { 'aws-region': REGION, ...portal, 'sso-role-name': 'Admin' } });
  expect(code).toMatch(IDENTITY_CENTER);
  for (const other of [IAM_CLIENT, GITHUB_SECRETS, PROFILE_FILES, ROLES_ANYWHERE, /SSOServiceException/]) {
    expect(code).not.toMatch(other);
  }
  scenario.calls();
  await job.finish();
  expect(scenario.calls()).toEqual(['Logout']);
});

test('a document without a workspace of HCP Terraform does not load the code for it, and one with a workspace does', async () => {
  scenario.account.createUser('admin', { policies: [allow('*')] }).createAccessKey(EXAMPLE_KEYS);
  const inputs = { mode: 'provision', ...ADMIN, ...githubRepository(scenario), ...terraformWorkspace(scenario) };
  const to = (place: unknown) => JSON.stringify({ users: { ci: { 'access-key': { deliver: [place] } } } });
  const withGithub = await codeLoadedBy(identityJob(scenario), {
    with: { ...inputs, identities: to('github-secrets') },
  });
  expect(withGithub).toMatch(GITHUB_SECRETS);
  expect(withGithub).toMatch(PICTURES);
  for (const other of [TERRAFORM, COMMENTS]) expect(withGithub).not.toMatch(other);
  const both = await codeLoadedBy(identityJob(scenario), { with: { ...inputs, identities: to(TO_WORKSPACE) } });
  expect(both).toMatch(TERRAFORM);
  scenario.calls();
});
