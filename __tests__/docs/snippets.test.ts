import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from '../../sandbox/accounts/account';
import { loadExpressions } from '../../sandbox/runner/expressions';
import type { Job, Run } from '../../sandbox/runner/job';
import { Steps, type ActionUse } from '../../sandbox/runner/steps';
import type { WorkflowStep } from '../../sandbox/runner/workflow';
import { age, snapshot } from '../scenarios/identities';
import { ACCOUNT, PageWorld, type WorldSettings } from './page-world';
import { exampleJobs, snippets, type Snippet } from './snippets';

const DEPLOY = session('deploy');
const ENTRY = session('entry');
const STAGING = session('deploy', '111122223333');
const PRODUCTION = session('deploy', '444455556666');
const PROVISIONER = session('identity-provisioner');
const DEPROVISIONER = session('identity-deprovisioner');
const ROTATOR = session('key-rotator');
const CERTIFIED: unknown = expect.stringMatching(new RegExp(`^arn:aws:sts::${ACCOUNT}:assumed-role/deploy/[0-9a-f]+$`));
const READER = session('read-buckets', ACCOUNT, 's3-sts-fun');
/** A permission set ends with an ID of its own. */
const PERSON = expect.stringMatching(
  /:assumed-role\/AWSReservedSSO_AdministratorAccess_\w{16}\/mona@example.com$/,
) as string;
const INVENTORIED = [ACCOUNT, '111122223333', '222233334444', '333344445555', '444455556666'];
const MACHINE_USERS = 'identities/machine-users.yml';

/** What the steps of a snippet find, and what comes of them. */
interface Expectation extends WorldSettings {
  /** The role that an earlier step of the job has assumed. */
  readonly earlier?: string | undefined;
  /** Whether the job may ask for OIDC tokens, where the snippet does not say so. */
  readonly oidc?: boolean;
  /** A document that an earlier job has provisioned. */
  readonly provisioned?: string;
  /** What else was done to the account. */
  readonly given?: (account: Account) => void;
  /** Whom each step of the action names as the identity that it obtained or acted as; of many, their roles. */
  readonly identities?: readonly unknown[];
  /** Who each command of AWS in the other steps is. */
  readonly callers?: readonly unknown[];
  /** What has become of the account; without it, the account is as it was. */
  readonly then?: (account: Account) => unknown;
  readonly result?: unknown;
  /** The hosts that were reached through the proxy. */
  readonly passed?: readonly string[];
  /** Requests that fail, as "Action ErrorCode". No others do, but for those that look whether something is there. */
  readonly failures?: readonly string[];
}

/** Each snippet by page and heading, and each job of an example. Where nothing is said, it is a session of the role `deploy`. */
const EXPECTATIONS: Readonly<Record<string, Expectation>> = {
  'README.md › Quick start': { callers: [DEPLOY] },
  'README.md › Many accounts in one step': {
    identities: ['arn:aws:iam::111122223333:role/deploy arn:aws:iam::444455556666:role/deploy'],
    callers: [STAGING, PRODUCTION],
  },
  'README.md › A chain of roles': { identities: [PRODUCTION] },
  'README.md › A session with MFA': { identities: [user('deployer')], callers: [user('deployer')] },
  'README.md › Who am I, and what may I do': {},
  'README.md › A machine user from a document': { identities: [PROVISIONER], then: statuses, result: ['Active'] },
  'README.md › Rotating keys': { ...aged(), identities: [ROTATOR], then: statuses, result: ['Active', 'Active'] },
  'docs/identities.md › A document': {
    identities: [PROVISIONER],
    then: statuses,
    result: ['Active'],
  },
  'docs/identities.md › The plan': { identities: [PROVISIONER] },
  // The token of the job may write the comment, and no secrets.
  'docs/identities.md › The plan as a comment': { identities: [PROVISIONER], failures: ['GET secret Forbidden'] },
  'docs/identities.md › Rotation': { ...aged(), identities: [ROTATOR], then: statuses, result: ['Active', 'Active'] },
  'docs/identities.md › Taking it down': {
    provisioned: MACHINE_USERS,
    identities: [DEPROVISIONER],
    then: ({ users }) => users.has('reporter'),
    result: false,
  },
  'docs/identities.md › For one job': { identities: [PROVISIONER] },
  'docs/mfa.md › In a workflow': { user: 'reporter', identities: [user('reporter')] },
  'docs/mfa.md › In a workflow (2)': { identities: [user('deployer')] },
  'docs/mfa.md › Many roles': {
    trust: 'demands MFA',
    identities: ['arn:aws:iam::111122223333:role/deploy arn:aws:iam::444455556666:role/deploy'],
  },
  'docs/migrating.md › Moving from configure-aws-credentials': {},
  'docs/migrating.md › From version 2': {},
  'docs/profiles.md › In the home, or in the job': { callers: [DEPLOY] },
  'docs/profiles.md › Profiles that renew themselves': { callers: [DEPLOY] },
  'docs/roles-anywhere.md › IAM Roles Anywhere': { oidc: false, identities: [CERTIFIED] },
  'docs/scenarios.md › A role with OIDC': { identities: [session('deploy', ACCOUNT, 'deploy-1000000001')] },
  'docs/scenarios.md › Several roles in one job: profiles': {
    identities: [STAGING, PRODUCTION],
    callers: [STAGING, PRODUCTION],
  },
  'docs/scenarios.md › Many accounts in one step': {
    identities: ['arn:aws:iam::111122223333:role/deploy arn:aws:iam::444455556666:role/deploy'],
    callers: [STAGING, PRODUCTION],
  },
  'docs/scenarios.md › Role chaining': { identities: [PRODUCTION] },
  'docs/scenarios.md › Role chaining (2)': { identities: [ENTRY, PRODUCTION], callers: [ENTRY] },
  'docs/scenarios.md › Jobs longer than a session': { callers: [DEPLOY] },
  'docs/scenarios.md › A web identity token from a file': { oidc: false },
  'docs/scenarios.md › A certificate: IAM Roles Anywhere': { oidc: false, identities: [CERTIFIED] },
  'docs/scenarios.md › A sign-in by a person': { identities: [PERSON] },
  'docs/scenarios.md › Who am I, and what may I do: verify': { earlier: 'deploy' },
  'docs/scenarios.md › Long-lived access keys': {},
  'docs/scenarios.md › A session with MFA, for an IAM user': {
    identities: [user('deployer')],
    callers: [user('deployer')],
  },
  'docs/scenarios.md › MFA straight into a role': { trust: 'demands MFA' },
  'docs/scenarios.md › A federated session': { identities: [`arn:aws:sts::${ACCOUNT}:federated-user/nightly-report`] },
  'docs/scenarios.md › A machine user from a document': {
    identities: [PROVISIONER],
    then: ({ users }) => {
      const { attachedPolicies, accessKeys } = users.get('tfc') ?? {};
      return { policies: [...(attachedPolicies ?? [])], keys: accessKeys?.length };
    },
    result: { policies: ['arn:aws:iam::aws:policy/AdministratorAccess'], keys: 1 },
  },
  'docs/scenarios.md › A user that may do nothing but assume a role': {
    identities: [PROVISIONER, session('read-buckets')],
    then: ({ users }) => [...(users.get('sts-machine-user')?.inlinePolicies.keys() ?? [])],
    result: ['StsAssumePolicy'],
  },
  'docs/scenarios.md › Roles for OIDC': {
    without: [`${ACCOUNT}/deploy`],
    identities: [user('admin')],
    then: ({ roles }) => JSON.stringify(roles.get('deploy')?.trust),
    result: expect.stringContaining('repo:octo-org@1/app@2:environment:production'),
  },
  'docs/scenarios.md › Rotating keys': {
    ...aged(),
    identities: [ROTATOR],
    then: statuses,
    result: ['Active', 'Active'],
  },
  'docs/scenarios.md › A user for one job, and the end of one': {
    provisioned: MACHINE_USERS,
    identities: [DEPROVISIONER],
    then: ({ users }) => users.has('reporter'),
    result: false,
  },
  'docs/scenarios.md › GovCloud, China, FIPS': {
    byName: true,
    identities: [DEPLOY.replace('aws', 'aws-us-gov'), DEPLOY.replace('aws', 'aws-cn'), DEPLOY],
    passed: [
      'sts.us-gov-west-1.amazonaws.com:443',
      'sts.cn-north-1.amazonaws.com.cn:443',
      'sts-fips.us-east-1.amazonaws.com:443',
    ],
  },
  'docs/scenarios.md › Proxies': { byName: true, passed: ['sts.eu-central-1.amazonaws.com:443'] },
  'docs/scenarios.md › Self-hosted runners': { earlier: 'entry' },
  'docs/scenarios.md › Self-hosted runners (2)': {},
  'docs/security.md › From keys to OIDC': {},
  'docs/security.md › Permissions of the workflow': {},
  'docs/security.md › Source identity': { identities: [PRODUCTION] },
  'docs/sign-in.md › What happens': { identities: [PERSON] },
  'docs/troubleshooting.md › invalid-input': { identities: [session('deploy', '012345678901')] },
  'docs/troubleshooting.md › id-token-permission-missing': {},
  'docs/troubleshooting.md › invalid-credentials': { identities: [], callers: [user('deployer')] },
  'docs/troubleshooting.md › roles-failed': {
    without: ['444455556666/deploy'],
    identities: ['arn:aws:iam::111122223333:role/deploy'],
    failures: ['AssumeRoleWithWebIdentity AccessDenied'],
  },
  'docs/troubleshooting.md › session-tagging-refused': { earlier: 'entry', trust: 'allows no tags' },
  'docs/troubleshooting.md › session-policy-malformed': {},
  'docs/troubleshooting.md › unexpected-identity': { earlier: 'deploy' },
  'docs/troubleshooting.md › unexpected-permissions': {
    identities: [user('deployer'), user('deployer'), user('deployer')],
  },
  'docs/troubleshooting.md › not-ours': {
    given: (account) => account.createUser('reporter', { path: '/machine/' }),
    identities: [PROVISIONER],
  },
  'docs/troubleshooting.md › connection-failed': { byName: true, passed: ['sts.eu-central-1.amazonaws.com:443'] },
  'docs/troubleshooting.md › proxy-failed': { byName: true, passed: ['sts.eu-central-1.amazonaws.com:443'] },
  'docs/troubleshooting.md › profile-files': { identities: [] },
  'examples/access-keys.yml › report': { identities: [user('deployer')], callers: [user('deployer')] },
  'examples/cross-account-pipeline.yml › set-up': {
    identities: [
      PROVISIONER,
      user('pulumi'),
      session('aws-refarch-cross-account-pipeline-service-role-2', '444455556666', 'AWSCLI-Session'),
    ],
    callers: [session('aws-refarch-cross-account-pipeline-service-role-2', '444455556666', 'AWSCLI-Session')],
    then: ({ users, roles }) => [users.has('pulumi'), roles.has('aws-refarch-cross-account-pipeline-service-role')],
    result: [true, true],
  },
  'examples/deploy-oidc.yml › deploy': {
    identities: [session('deploy', ACCOUNT, 'deploy-1000000001')],
    callers: [
      `${session('deploy', ACCOUNT, 'deploy-1000000001')} in account ${ACCOUNT}`,
      session('deploy', ACCOUNT, 'deploy-1000000001'),
    ],
  },
  'examples/deprovision.yml › plan': {
    provisioned: MACHINE_USERS,
    identities: [session('identity-planner')],
  },
  'examples/deprovision.yml › deprovision': {
    provisioned: MACHINE_USERS,
    identities: [DEPROVISIONER],
    then: ({ users }) => users.has('reporter'),
    result: false,
  },
  'examples/ephemeral-user.yml › test': {
    identities: [session('test-user-provisioner')],
  },
  'examples/federation-token.yml › read': {
    identities: [`arn:aws:sts::${ACCOUNT}:federated-user/long-read`],
    callers: [`arn:aws:sts::${ACCOUNT}:federated-user/long-read`],
  },
  'examples/least-privilege-user.yml › try': {
    identities: [PROVISIONER, user('sts-machine-user'), READER, PROVISIONER],
    callers: [READER, READER],
    failures: ['ListBuckets AccessDenied'],
  },
  'examples/long-job.yml › migrate': {
    identities: [session('migrate', ACCOUNT, 'migrate-1000000001')],
    callers: [session('migrate', ACCOUNT, 'migrate-1000000001')],
  },
  'examples/many-accounts.yml › inventory': {
    identities: [INVENTORIED.map((account) => `arn:aws:iam::${account}:role/inventory`).join(' ')],
    callers: INVENTORIED.map((account) => session('inventory', account, 'inventory-1000000001')),
  },
  'examples/mfa-role.yml › migrate': {
    trust: 'demands MFA',
    identities: [session('migrate')],
    callers: [session('migrate')],
  },
  'examples/mfa-session.yml › list': { identities: [user('deployer')], callers: [user('deployer')] },
  'examples/oidc-role.yml › provision': {
    without: [`${ACCOUNT}/deploy`],
    identities: [user('admin')],
    then: ({ roles }) => [...(roles.get('deploy')?.inlinePolicies.keys() ?? [])],
    result: ['Publish'],
  },
  'examples/profiles.yml › promote': {
    identities: [session('read-artifacts', '111122223333'), session('write-artifacts', '444455556666')],
    callers: [session('read-artifacts', '111122223333'), session('write-artifacts', '444455556666')],
  },
  'examples/provision-machine-user.yml › plan': {
    identities: [session('identity-planner')],
  },
  'examples/provision-machine-user.yml › provision': {
    identities: [PROVISIONER, PROVISIONER],
    then: ({ users }) => users.get('tfc')?.accessKeys.length,
    result: 1,
  },
  'examples/role-chaining.yml › deploy': {
    identities: [session('deploy', '444455556666', 'deploy-1000000001')],
    callers: [session('deploy', '444455556666', 'deploy-1000000001')],
  },
  'examples/roles-anywhere.yml › list': { identities: [CERTIFIED], callers: [CERTIFIED] },
  'examples/rotate-keys.yml › rotate': {
    ...aged(),
    identities: [ROTATOR],
    then: statuses,
    result: ['Active', 'Active'],
  },
  'examples/sign-in.yml › provision': {
    without: [`${ACCOUNT}/deploy`],
    identities: [PERSON],
    then: ({ roles }) => [...(roles.get('deploy')?.inlinePolicies.keys() ?? [])],
    result: ['Publish'],
  },
  'examples/verify-permissions.yml › verify': { identities: [DEPLOY] },
};

const all = [...snippets(), ...exampleJobs()];

test('all steps that pages and examples show are run', () => {
  expect(Object.keys(EXPECTATIONS)).toEqual(all.map(({ name }) => name));
});

// An empty secret counts as not given: without the device, nothing would ask for MFA any more.
test.each(all)('the steps of $name name the MFA device that they prove', ({ steps }) => {
  const proving = steps
    .map((step) => step.with ?? {})
    .filter((inputs) => 'mfa-secret' in inputs || 'mfa-code' in inputs);
  expect(proving.filter((inputs) => !('mfa-serial' in inputs))).toEqual([]);
});

test.each(all)('the steps of $name do what the page says, and the job cleans up after them', async (snippet) => {
  const expectation = EXPECTATIONS[snippet.name] ?? {};
  const world = await PageWorld.start(expectation);
  const job = world.job();
  try {
    await prepare(world, expectation);
    const [before, account] = [{ ...job.env }, snapshot(world.account)];

    const steps = await runSteps(snippet, expectation, job, world);

    expect(steps.identities).toEqual(expectation.identities ?? [DEPLOY]);
    expect(steps.callers).toEqual(expectation.callers ?? []);
    if (expectation.passed) expect([...new Set(world.proxy.passed)]).toEqual(expectation.passed);
    if (expectation.then) expect(expectation.then(world.account)).toEqual(expectation.result);

    for (const post of await job.finish()) expect(post).toMatchObject({ exitCode: 0, stderr: '' });
    expect(valuesOf(steps.exported, job.env)).toEqual(valuesOf(steps.exported, before));
    expect(existsSync(join(job.home, '.aws/credentials'))).toBe(false);
    // The profile that stands for none is there as long as the job.
    expect(readdirSync(job.temp).filter((name) => !name.startsWith('aws-config-'))).toEqual([]);
    if (!expectation.then) expect(snapshot(world.account)).toEqual(account);
    expect(world.failures()).toEqual(expectation.failures ?? []);
  } finally {
    job.remove();
    await world.close();
  }
});

/** Brings about what was there before the job. */
async function prepare(world: PageWorld, { provisioned, given }: Expectation): Promise<void> {
  if (provisioned !== undefined) {
    const job = world.job();
    try {
      const token = '${{ secrets.SECRETS_WRITER_TOKEN }}';
      const inputs = {
        mode: 'provision',
        'aws-region': 'eu-central-1',
        identities: provisioned,
        'github-token': token,
      };
      await runSteps({ steps: [{ uses: 'this action', with: inputs }] }, { earlier: 'admin' }, job, world);
      await job.finish();
    } finally {
      job.remove();
    }
  }
  given?.(world.account);
}

interface StepsFound {
  readonly identities: readonly string[];
  readonly callers: readonly string[];
  /** The variables that steps of the action have exported. */
  readonly exported: readonly string[];
}

/** Runs the steps one after the other, as a runner would. */
async function runSteps(
  { steps, oidc }: Pick<Snippet, 'steps' | 'oidc'>,
  { earlier, oidc: otherwise = true }: Expectation,
  job: Job,
  world: PageWorld,
): Promise<StepsFound> {
  const files = Object.entries(await world.files(job));
  const adapted = files.reduce((text, [path, file]) => text.replaceAll(path, file), JSON.stringify(steps));
  const useAction = async (inputs: ActionUse['inputs'], env: ActionUse['env'] = {}) => {
    const access = world.environment(inputs['aws-region'] ?? '', oidc ?? otherwise, job);
    const run = succeeded(await job.step({ with: inputs, env: { ...access, ...env } }));
    expect(run.stderr).toBe('');
    return run;
  };

  const exported: string[] = [];
  if (earlier !== undefined) {
    const role = `arn:aws:iam::${ACCOUNT}:role/${earlier}`;
    const run = await useAction({ 'aws-region': 'eu-central-1', 'role-to-assume': role });
    exported.push(...Object.keys(run.exported));
  }
  const [identities, callers]: [string[], string[]] = [[], []];
  const sequence = new Steps({
    job,
    expressions: await loadExpressions(),
    contexts: world.contexts(job),
    // What others publish, such as the check-out: the examples are in the workspace already.
    refusal: (uses) => (uses.includes('/') && !uses.includes('aws-identity-action') ? 'not this action' : undefined),
    useAction: ({ inputs, env }) => useAction(inputs, env),
  });
  for (const step of JSON.parse(adapted) as WorkflowStep[]) {
    const { run, outcome, reason } = await sequence.run(step);
    if (outcome === 'failure' && !run) throw new Error(reason);
    if (!run) continue;
    succeeded(run);
    if (step.uses === undefined) {
      callers.push(...run.lines.map(({ raw }) => raw).filter((line) => line.startsWith('arn:')));
      continue;
    }
    exported.push(...Object.keys(run.exported));
    identities.push(identityIn(run));
  }
  return { identities, callers, exported };
}

function succeeded(run: Run): Run {
  if (run.exitCode !== 0) throw new Error([...run.log, run.stderr].join('\n'));
  return run;
}

function identityIn({ outputs }: Run): string {
  const roles = JSON.parse(outputs['role-arns'] ?? '{}') as Record<string, string>;
  return outputs['authenticated-arn'] ?? Object.values(roles).join(' ');
}

/** The values of variables. One that is not set may be empty later, or have the value that it means. */
function valuesOf(names: readonly string[], env: Readonly<Record<string, string>>): Record<string, string> {
  const likeUnset = ['default', ...['config', 'credentials'].map((file) => join(env.HOME ?? '', '.aws', file))];
  const valueOf = (value = '') => (likeUnset.includes(value) ? '' : value);
  return Object.fromEntries(names.map((name) => [name, valueOf(env[name])]));
}

function session(role: string, account = ACCOUNT, name = 'GitHubActions'): string {
  return `arn:aws:sts::${account}:assumed-role/${role}/${name}`;
}

function user(name: string): string {
  return `arn:aws:iam::${ACCOUNT}:user/${name}`;
}

/** The machine users of the examples as they are when their keys are due. */
function aged(): Expectation {
  return {
    provisioned: MACHINE_USERS,
    given: ({ users }) => {
      age(users.get('reporter'), 91);
    },
  };
}

function statuses({ users }: Account): string[] {
  return (users.get('reporter')?.accessKeys ?? []).map(({ status }) => status).sort();
}
