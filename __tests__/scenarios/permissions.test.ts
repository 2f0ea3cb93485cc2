import type { AccessKey, Account, User } from '../../sandbox/accounts/account';
import type { PolicyDocument, Statement } from '../../sandbox/policy/document';
import type { Job, Run } from '../../sandbox/runner/job';
import { ephemeralTags } from '../../src/provisioning/ephemeral';
import { page, section } from '../docs/pages';
import { allow, trust } from '../sandbox/sts-client';
import { age, githubRepository, identityJob, OWNED, recordTags, REPOSITORY } from './identities';
import { casesToRun } from './running';
import { ACCOUNT, ISSUER, REGION, Scenario } from './scenario';

/*
 * Proves docs/permissions.md: each mode works with the policy that the page has for it, and not without any of its
 * actions, other than those that the page calls optional.
 */

const permissions = page('docs/permissions.md');
const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const POWER_USER = 'arn:aws:iam::aws:policy/PowerUserAccess';
const AT_ONCE = 4;

/** An account as it is found, and a step that is run there. */
interface Situation {
  readonly prepare?: (account: Account) => void;
  readonly inputs: Readonly<Record<string, string>>;
  /** What else the document says of the user and of the role. */
  readonly more?: string;
  /** Whether nothing but the caller is left in the end. */
  readonly emptied?: boolean;
}

/** A step, with its post, as the page's reader would see it end. */
interface Ended {
  readonly failed: boolean;
  readonly log: string;
  readonly account: Account;
  /** What the caller asked of IAM. */
  readonly actions: ReadonlySet<string>;
}

let scenario: Scenario;
let githubToken: { readonly 'github-token': string };
let accounts = 210_000_000_000;
beforeAll(async () => {
  scenario = await Scenario.start();
  githubToken = githubRepository(scenario);
});
afterAll(async () => {
  // Which calls are made is what other scenarios are about.
  scenario.calls();
  await scenario.end();
});

const [DOCUMENT = ''] = permissions.blocks.flatMap(({ language, content }) => (language === 'yaml' ? content : []));

describe.each<{ heading: string; also?: string; situations: readonly Situation[] }>([
  { heading: 'Dry run', situations: [{ prepare: drifted, inputs: { mode: 'provision', 'dry-run': 'true' } }] },
  {
    heading: 'provision',
    situations: [
      { inputs: { mode: 'provision' } },
      { prepare: drifted, inputs: { mode: 'provision' } },
      {
        prepare: driftedMidRotation,
        inputs: { mode: 'provision' },
        more: `permissions-boundary: ${READ_ONLY}`,
      },
    ],
  },
  {
    heading: 'ephemeral',
    also: 'provision',
    situations: [{ inputs: { mode: 'provision', ephemeral: 'true' }, emptied: true }],
  },
  {
    heading: 'rotate',
    situations: [
      { prepare: rotatedBefore, inputs: { mode: 'rotate' } },
      { prepare: rotatedLongBefore, inputs: { mode: 'rotate', 'rotate-now': 'true' } },
      { prepare: diedWhileMakingAKey, inputs: { mode: 'rotate' } },
    ],
  },
  { heading: 'deprovision', situations: [{ prepare: grown, inputs: { mode: 'deprovision' }, emptied: true }] },
])('$heading', ({ heading, also, situations }) => {
  const policy = policyUnder(heading);
  const others = also === undefined ? [] : [policyUnder(also)];

  const ended = new Map<Situation, Ended>();
  beforeAll(async () => {
    for (const situation of situations) ended.set(situation, await runAs([policy, ...others], situation));
  });

  test('works with the policy on the page', () => {
    const failed = [...ended.values()].flatMap((one) => (one.failed ? one.log : []));
    expect([ended.size, failed]).toEqual([situations.length, []]);
  });

  test('needs each action of the policy that is not optional, and says which one it lacks', async () => {
    const unneeded = await proveAll(casesToRun(neededIn(policy)), async (action) => {
      const users = situations.filter((situation) => ended.get(situation)?.actions.has(action));
      // The right to tag is asked for within calls of other names.
      for (const situation of users.length > 0 ? users : situations) {
        const { failed, log } = await runAs([without(policy, action), ...others], situation);
        if (failed) return log.includes(`"${action}"`) ? '' : `${action}: not in ${log}`;
      }
      return action;
    });
    expect(unneeded.filter(Boolean)).toEqual([]);
  });

  test('works without what is optional', async () => {
    const stripped = { ...policy, Statement: policy.Statement.filter(({ Sid }) => !isOptional(Sid)) };
    const failed = await proveAll(situations, async (situation) => {
      const ended = await runAs([stripped, ...others], situation);
      return ended.failed ? ended.log : '';
    });
    expect(failed.filter(Boolean)).toEqual([]);
  });

  test('names the resources of everything but lists of all there is', () => {
    const everywhere = policy.Statement.filter(({ Resource }) => Resource === '*').flatMap(actionsIn);
    expect(everywhere.filter((action) => !/^iam:List(Policies|Roles|Users)$/.test(action))).toEqual([]);
  });
});

test.each([
  ['with its statement for that', true],
  ['not without', false],
])('the plan compares boundaries %s', async (_, isAllowed) => {
  const policy = policyUnder('Dry run');
  const statements = policy.Statement.filter(({ Sid }) => isAllowed || Sid !== 'OptionalComparison');
  const prepare = (account: Account) => {
    declaredAndSpoiled(account).user.permissionsBoundary = READ_ONLY;
  };
  const inputs = { mode: 'provision', 'dry-run': 'true' };
  const more = `permissions-boundary: ${POWER_USER}`;
  const { failed, log } = await runAs([{ ...policy, Statement: statements }], { prepare, inputs, more });
  expect([failed, log.includes('the step may not read both')]).toEqual([false, !isAllowed]);
  expect(log).toContain(`has ${POWER_USER} as its permissions boundary in place of ${READ_ONLY}`);
});

describe('a boundary that provision cannot do without', () => {
  const guard = JSON.parse(jsonUnder('provision', 1)) as PolicyDocument;
  const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/machine-boundary`;
  const prepare = (account: Account) => {
    account.createManagedPolicy('machine-boundary', { path: '/', policy: policyText(allow('s3:*')) });
  };
  const inputs = { mode: 'provision' };

  test('lets through what declares it', async () => {
    const { failed, log } = await runAs([policyUnder('provision'), guard], {
      prepare,
      inputs,
      more: `permissions-boundary: ${BOUNDARY}`,
    });
    expect(failed ? log : '').toBe('');
  });

  test.each(['', `permissions-boundary: ${POWER_USER}`])('refuses what does not: "%s"', async (more) => {
    const { failed, log, account } = await runAs([policyUnder('provision'), guard], { prepare, inputs, more });
    expect(failed).toBe(true);
    expect(log).toContain('iam:CreateUser');
    expect([...account.users.keys()]).toEqual(['provisioner']);
  });
});

describe('as a role in the same step', () => {
  const assume = policyUnder('assume-role');
  const modes = [
    ['provision', ['provision']],
    ['rotate', ['rotate']],
    ['deprovision', ['deprovision']],
    ['verify', ['verify']],
  ] as const;

  /** A step that works as the role `deploy`, which has the policies of the page, from a user with these. */
  async function runFrom(mode: string, headings: readonly string[], ofUser: readonly PolicyDocument[]) {
    const account = newAccount();
    const user = account.createUser('entry', { policies: inAccount(ofUser, account) });
    const about = JSON.stringify(headings.map(policyUnder)).replaceAll('role/team/deploy', 'role/admin');
    account.createRole('admin', {
      trust: trust(account.arn('iam', 'root'), {}, ['sts:AssumeRole', 'sts:TagSession']),
      policies: inAccount(JSON.parse(about) as PolicyDocument[], account),
    });
    const as = { 'role-to-assume': account.arn('iam', 'role/admin'), 'role-chaining': 'true' };
    const identities = { identities: DOCUMENT.replaceAll(ACCOUNT, account.id), ...githubToken };
    const rest = mode === 'verify' ? { 'expect-denied': 's3:ListAllMyBuckets' } : identities;
    const run = await step(jobAs(user), { mode, ...as, ...rest });
    const asked = scenario.sandbox.requests.filter(({ caller }) => caller === user.arn).map(({ action }) => action);
    return { run, asked };
  }

  test.each(modes)('%s needs its policy for the role, and for the user that of assume-role', async (mode, headings) => {
    const forRole = JSON.parse(JSON.stringify(assume).replaceAll('role/deploy', 'role/admin')) as PagePolicy;
    const { run, asked } = await runFrom(mode, headings, [forRole]);
    expect([run.exitCode, run.exported, asked]).toEqual([0, {}, ['AssumeRole']]);
    for (const action of neededIn(forRole)) {
      const { run: refused } = await runFrom(mode, headings, [without(forRole, action)]);
      expect([action, refused.exitCode]).toEqual([action, 1]);
      expect(refused.log.join('\n')).toContain(action);
    }
  });
});

describe('verify', () => {
  const policy = policyUnder('verify');
  const inputs = { mode: 'verify', 'expect-denied': 's3:ListAllMyBuckets' };

  test('the session of a role with a path needs both actions', async () => {
    const verifyWith = async (policies: PolicyDocument[]) => {
      const account = newAccount();
      const entry = account.createUser('entry');
      account.createRole('deploy', { path: '/team/', trust: trust(entry.arn), policies: inAccount(policies, account) });
      const role = account.arn('iam', 'role/team/deploy');
      const job = jobAs(entry);
      const assume = { 'role-to-assume': role, 'role-skip-session-tagging': 'true' };
      expect((await step(job, { ...assume, 'role-chaining': 'true' })).exitCode).toBe(0);
      return (await step(job, inputs)).exitCode;
    };
    expect(await verifyWith([policy])).toBe(0);
    for (const action of neededIn(policy)) {
      expect([action, await verifyWith([without(policy, action)])]).toEqual([action, 1]);
    }
  });

  test('a user needs to be allowed to ask about itself', async () => {
    const verifyWith = async (policies: PolicyDocument[]) => {
      const account = newAccount();
      const user = account.createUser('deploy', { path: '/team/', policies: ofUser(inAccount(policies, account)) });
      return (await step(jobAs(user), inputs)).exitCode;
    };
    const alone = without(policy, 'iam:GetRole');
    expect(await verifyWith([alone])).toBe(0);
    expect(await verifyWith([without(alone, 'iam:SimulatePrincipalPolicy')])).toBe(1);
  });

  test('whose credentials they are takes no permission', async () => {
    const run = await step(jobAs(newAccount().createUser('deploy')), { mode: 'verify', 'expect-arn': '*:user/deploy' });
    expect(run.exitCode).toBe(0);
  });
});

describe('the modes that obtain credentials', () => {
  test('assume-role needs what the page says, where the trust policy names the account', async () => {
    const assumeWith = async (policies: PolicyDocument[], more = {}) => {
      const account = newAccount();
      const user = account.createUser('deployer', { policies: inAccount(policies, account) });
      const root = account.arn('iam', 'root');
      const { arn } = account.createRole('deploy', { trust: trust(root, {}, ['sts:AssumeRole', 'sts:TagSession']) });
      return (await step(jobAs(user), { 'role-to-assume': arn, 'role-chaining': 'true', ...more })).exitCode;
    };
    const policy = policyUnder('assume-role');
    expect(await assumeWith([policy])).toBe(0);
    for (const action of neededIn(policy)) {
      expect([action, await assumeWith([without(policy, action)])]).toEqual([action, 1]);
    }
    const untagged = { 'role-skip-session-tagging': 'true' };
    expect(await assumeWith([without(policy, 'sts:TagSession')], untagged)).toBe(0);
  });

  test('assume-role needs nothing where the trust policy names the user', async () => {
    const account = newAccount();
    const user = account.createUser('deployer');
    const { arn } = account.createRole('deploy', { trust: trust(user.arn, {}, ['sts:AssumeRole', 'sts:TagSession']) });
    expect((await step(jobAs(user), { 'role-to-assume': arn, 'role-chaining': 'true' })).exitCode).toBe(0);
  });

  test('session-token needs to find the device, unless it is named', async () => {
    const sessionWith = async (policies: PolicyDocument[], name: boolean) => {
      const account = newAccount();
      const user = account.createUser('pipeline', { policies: inAccount(policies, account) });
      const { uri, serialNumber } = user.createMfaDevice('pipeline');
      const inputs = { mode: 'session-token', 'mfa-secret': uri, ...(name && { 'mfa-serial': serialNumber }) };
      return (await step(jobAs(user), { ...inputs, ...keysOf(user) })).exitCode;
    };
    expect(await sessionWith([policyUnder('session-token')], false)).toBe(0);
    expect(await sessionWith([], false)).toBe(1);
    expect(await sessionWith([], true)).toBe(0);
  });

  test('federation-token needs what the page says', async () => {
    const federateWith = async (policies: PolicyDocument[], more = {}) => {
      const account = newAccount();
      const user = account.createUser('reader', { policies: inAccount(policies, account) });
      return (await step(jobAs(user), { 'federated-user-name': 'long-read', ...more, ...keysOf(user) })).exitCode;
    };
    const policy = policyUnder('federation-token');
    const tagged = { 'custom-tags': '{"team":"platform"}' };
    expect(await federateWith([policy], tagged)).toBe(0);
    for (const action of neededIn(policy)) {
      expect([action, await federateWith([without(policy, action)], tagged)]).toEqual([action, 1]);
    }
    expect(await federateWith([without(policy, 'sts:TagSession')])).toBe(0);
  });

  test('access-keys needs nothing', async () => {
    const user = newAccount().createUser('reader');
    expect((await step(jobAs(user), { mode: 'access-keys', ...keysOf(user) })).exitCode).toBe(0);
  });
});

/** Everything that the document declares, ours, and changed by hand since; a run died when it had made a key. */
function drifted(account: Account): void {
  const { user, role } = declaredAndSpoiled(account);
  diedWithAKey(user);
  user.createAccessKey();
  age(user, 1);
  for (const entity of [user, role]) entity.permissionsBoundary = POWER_USER;
}

/** The same, but the grace of a key that was replaced is over, and an ephemeral run left the device. */
function driftedMidRotation(account: Account): void {
  const { user } = declaredAndSpoiled(account);
  replacedKey(user);
  account.virtualMfaDevices.clear();
  user.createMfaDevice('machine/pipeline').tags = { ...OWNED, ...ephemeralTags({ run: undefined, until: 0 }) };
  for (const half of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
    scenario.sandbox.github.secrets.write(REPOSITORY, `PIPELINE_${half}`, 'of the key in use');
  }
}

function declaredAndSpoiled(account: Account) {
  const tags = { ...OWNED, extra: 'by hand' };
  account.createOidcProvider({ url: ISSUER, clientIds: ['somebody-else'], tags });
  const policy = account.createManagedPolicy('deployment', { path: '/', tags, policy: policyText(allow('s3:*')) });
  while (policy.versions.size < 5) policy.addVersion(policyText(allow('s3:*')), policy.createdAt);
  const user = account.createUser('pipeline', { path: '/machine/', tags });
  const role = account.createRole('deploy', { tags, description: 'by hand', trust: trust(account.arn('iam', 'root')) });
  for (const entity of [user, role]) {
    entity.attachedPolicies.add(READ_ONLY);
    entity.inlinePolicies.set('ByHand', policyText(allow('s3:*')));
  }
  account.createMfaDevice('machine/pipeline').tags = OWNED;
  return { user, role };
}

/** What the document declares, and whatever else can stand in the way of deleting it. */
function grown(account: Account): void {
  account.createOidcProvider({ url: ISSUER, clientIds: ['sts.amazonaws.com'], tags: OWNED });
  const policy = account.createManagedPolicy('deployment', {
    path: '/',
    tags: OWNED,
    policy: policyText(allow('s3:*')),
  });
  policy.addVersion(policyText(allow('s3:*')), policy.createdAt);
  const user = account.createUser('pipeline', { path: '/machine/', tags: OWNED });
  const role = account.createRole('deploy', { tags: OWNED, trust: trust(account.arn('iam', 'root')) });
  const group = account.createGroup('developers');
  for (const one of [user, role, group]) one.attachedPolicies.add(policy.arn);
  for (const one of [user, role]) one.inlinePolicies.set('Inline', policyText(allow('s3:*')));
  user.groups.add(group);
  account.createInstanceProfile('runner').role = role;
  user.createMfaDevice('machine/pipeline').tags = OWNED;
  user.createAccessKey();
  age(user, 1);
  user.createLoginProfile();
  user.uploadSigningCertificate('a certificate');
  user.uploadSshPublicKey('a key');
  user.createServiceSpecificCredential('codecommit.amazonaws.com');
}

/** A user whose grace of a replaced key is over: it works still. */
function rotatedBefore(account: Account): void {
  replacedKey(account.createUser('pipeline', { path: '/machine/', tags: OWNED }));
}

/** The same, and that key has been inactive for long. */
function rotatedLongBefore(account: Account): void {
  const user = account.createUser('pipeline', { path: '/machine/', tags: OWNED });
  const old = replacedKey(user);
  old.status = 'Inactive';
  user.tags = { ...user.tags, ...recordTags({ [`deactivated:${old.accessKeyId}`]: `at=${daysAgo(3)}` }) };
}

function diedWhileMakingAKey(account: Account): void {
  diedWithAKey(account.createUser('pipeline', { path: '/machine/', tags: OWNED }));
}

/** A key that a run has made, which died then. */
function diedWithAKey(user: User): void {
  const { accessKeyId } = user.createAccessKey();
  const record = `run=${REPOSITORY}:42.1:0a1b2c3d at=${daysAgo(1)}`;
  user.tags = { ...user.tags, ...recordTags({ [`made:${accessKeyId}`]: record }) };
  age(user, 1);
}

/** A key that was replaced days ago, by another that is delivered. */
function replacedKey(user: User): AccessKey {
  const [old, current] = [user.createAccessKey(), user.createAccessKey()];
  const record = `at=${daysAgo(4)} replaces=${old.accessKeyId}`;
  user.tags = { ...user.tags, ...recordTags({ [`delivered:${current.accessKeyId}`]: record }) };
  age(user, 4);
  return old;
}

function daysAgo(days: number): string {
  return new Date(scenario.sandbox.clock.now().getTime() - days * 86_400_000).toISOString();
}

/** Runs the step, and the post of one that is to leave nothing, as a user with these policies and no others. */
async function runAs(policies: readonly PolicyDocument[], situation: Situation): Promise<Ended> {
  const { prepare, inputs, more, emptied = false } = situation;
  const account = newAccount();
  prepare?.(account);
  const caller = account.createUser('provisioner', { policies: inAccount(policies, account) });
  const job = jobAs(caller);
  const document = more === undefined ? DOCUMENT : DOCUMENT.replace(/^( +)(path|trust): /gm, `$1${more}\n$1$2: `);
  const identities = document.replaceAll(ACCOUNT, account.id);
  const main = await step(job, { ...inputs, identities, ...githubToken });
  const posts = emptied ? await job.finish() : [];
  const log = [main, ...posts].flatMap((run) => run.log).join('\n');
  const empty = !emptied || isEmpty(account);
  const calls = scenario.sandbox.requests.filter((request) => request.caller === caller.arn);
  const actions = new Set(calls.map(({ action }) => `iam:${action}`));
  // Each request looks for its caller in all accounts.
  scenario.sandbox.world.accounts.delete(account.id);
  return { failed: main.exitCode !== 0 || log.includes('something may be left') || !empty, log, account, actions };
}

function isEmpty({ users, roles, oidcProviders, virtualMfaDevices, managedPolicies, id }: Account): boolean {
  const policies = [...managedPolicies.keys()].filter((arn) => arn.includes(id));
  const left = [roles.size, oidcProviders.size, virtualMfaDevices.size, policies.length];
  return users.size === 1 && left.every((size) => size === 0);
}

function newAccount(): Account {
  accounts += 1;
  return scenario.sandbox.account(String(accounts));
}

/** A job that has the credentials of this user. */
function jobAs(user: User): Job {
  const { accessKeyId, secretAccessKey } = user.accessKeys[0] ?? user.createAccessKey();
  return identityJob(scenario, { env: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } });
}

function keysOf(user: User): Record<string, string> {
  const { accessKeyId = '', secretAccessKey = '' } = user.accessKeys[0] ?? {};
  return { 'aws-access-key-id': accessKeyId, 'aws-secret-access-key': secretAccessKey };
}

function step(job: Job, inputs: Readonly<Record<string, string>>): Promise<Run> {
  return job.step({ with: { 'aws-region': REGION, ...inputs } });
}

/** A policy of the page with a list of statements, as all of them have. */
type PagePolicy = PolicyDocument & { readonly Statement: readonly Statement[] };

function policyUnder(heading: string): PagePolicy {
  return JSON.parse(jsonUnder(heading, 0)) as PagePolicy;
}

function jsonUnder(heading: string, index: number): string {
  const blocks = section(permissions, heading).blocks.filter(({ language }) => language === 'json');
  return blocks[index]?.content ?? '';
}

function neededIn({ Statement: statements }: PagePolicy): string[] {
  return statements.filter(({ Sid }) => !isOptional(Sid)).flatMap(actionsIn);
}

function isOptional(sid: string | undefined): boolean {
  return sid?.startsWith('Optional') ?? false;
}

function actionsIn({ Action = [] }: Statement): string[] {
  return [Action].flat();
}

function without(policy: PagePolicy, action: string): PagePolicy {
  const statements = policy.Statement.map((statement) => ({
    ...statement,
    Action: actionsIn(statement).filter((name) => name !== action),
  }));
  return { ...policy, Statement: statements };
}

/** The policies of the page, for this account instead of the page's. */
function inAccount(policies: readonly PolicyDocument[], { id }: Account): PolicyDocument[] {
  return JSON.parse(JSON.stringify(policies).replaceAll(ACCOUNT, id)) as PolicyDocument[];
}

/** Policies about a role, for a user of its name. */
function ofUser(policies: readonly PolicyDocument[]): PolicyDocument[] {
  return JSON.parse(JSON.stringify(policies).replaceAll(':role/', ':user/')) as PolicyDocument[];
}

function policyText(document: PolicyDocument) {
  return { text: JSON.stringify(document), document };
}

/** Several at once, as each starts processes that mostly wait. */
async function proveAll<T>(cases: readonly T[], prove: (one: T) => Promise<string>): Promise<string[]> {
  const left = [...cases];
  const found: string[] = [];
  const worker = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) found.push(await prove(one));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return found;
}
