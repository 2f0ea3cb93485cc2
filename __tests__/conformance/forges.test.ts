import { allow, trust } from '../sandbox/sts-client';
import { WORKSPACE, age, identityScenario, keyInWorkspace, ownerOf } from '../scenarios/identities';
import type { Scenario } from '../scenarios/scenario';
import { ACT } from './act';
import { iamArn } from './aws-account';
import {
  ON_EVERY_FORGE,
  expectSuccess,
  jobEnvironment,
  keyOf,
  oidcRole,
  repositoryOfExamples,
  runExample,
} from './examples';
import { FORGEJO_RUNNER } from './forgejo-runner';
import { GITEA_RUNNER } from './gitea-runner';
import type { Repository, WorkflowRun } from './repository';
import type { WorkflowRunner, WorkflowSettings } from './workflow-runner';

/** What runs an example on a forge, as it stands. */
type Run = (settings: Omit<WorkflowSettings, 'env'>) => Promise<WorkflowRun>;

const TRIALS: Readonly<Record<string, (scenario: Scenario, run: Run, repository: Repository) => Promise<void>>> = {
  'least-privilege-user.yml': async (scenario, run) => {
    oidcRole(scenario, 'identity-provisioner');
    scenario.account.buckets.add('reports');
    const anyone = trust(iamArn('root'), {}, ['sts:AssumeRole', 'sts:TagSession']);
    scenario.account.createRole('read-buckets', { trust: anyone, policies: [allow('s3:ListAllMyBuckets')] });

    await run({ event: 'workflow_dispatch' });

    expect(scenario.calls().filter((call) => call.startsWith('ListBuckets'))).toEqual([
      'ListBuckets AccessDenied',
      'ListBuckets',
    ]);
    expect(scenario.account.users.has('sts-machine-user')).toBe(false);
  },

  'long-job.yml': async (scenario, run, repository) => {
    repository.write('migrate.sh', '#!/bin/sh\naws sts get-caller-identity --query Arn --output text\n', 0o755);
    oidcRole(scenario, 'migrate');

    const { log } = await run({ event: 'workflow_dispatch' });

    expect(log).toMatch(/assumed-role\/migrate\/migrate-/);
    expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity', 'GetCallerIdentity']);
  },

  'mfa-session.yml': async (scenario, run) => {
    scenario.account.buckets.add('reports');
    const { user, secrets } = keyOf(scenario, 'deployer', [allow('s3:ListAllMyBuckets')]);
    const AWS_MFA_SECRET = user.createMfaDevice('deployer').seed;

    const { log } = await run({ event: 'workflow_dispatch', secrets: { ...secrets, AWS_MFA_SECRET } });

    expect(log).toMatch(/ reports$/m);
    for (const secret of [AWS_MFA_SECRET, secrets.AWS_SECRET_ACCESS_KEY]) expect(log).not.toContain(secret);
    expect(scenario.calls().sort()).toEqual(['GetCallerIdentity', 'GetSessionToken', 'ListBuckets']);
  },

  'provision-machine-user.yml': async (scenario, run) => {
    oidcRole(scenario, 'identity-provisioner');
    const { terraform } = scenario.sandbox;
    terraform.createWorkspace('acme', 'prod');
    const secrets = { TERRAFORM_TOKEN: terraform.token({ write: [WORKSPACE] }) };

    const provision = await run({ secrets });
    const key = keyInWorkspace(scenario);
    expect(ownerOf(scenario, key)).toBe('tfc');
    scenario.calls();

    age(scenario.account.users.get('tfc'), 91);
    const rotation = await run({ secrets });
    const newer = keyInWorkspace(scenario);
    expect(ownerOf(scenario, newer)).toBe('tfc');
    expect(newer).not.toEqual(key);
    for (const { log } of [provision, rotation]) expect(log).not.toContain(key.secret);
    scenario.calls();
  },
};

const all = (runner: WorkflowRunner) => {
  let repository: Repository;
  let scenario: Scenario;
  beforeEach(async () => {
    repository = repositoryOfExamples(runner);
    scenario = await identityScenario();
  });
  afterEach(async () => {
    repository.remove();
    await scenario.end();
  });

  test.each(Object.entries(TRIALS))('%s', async (example, trial) => {
    const run: Run = async (settings) => {
      const done = await runExample(repository, example, { ...settings, env: jobEnvironment(scenario) });
      expectSuccess(example, done);
      return done;
    };
    await trial(scenario, run, repository);
  });
};

for (const runner of [ACT, GITEA_RUNNER, FORGEJO_RUNNER]) {
  const { name, missing } = runner;
  if (missing === undefined) {
    describe(`examples, run by ${name}`, () => {
      all(runner);
    });
  } else {
    describe.skip(`examples, run by ${name}, ${missing}`, () => {
      all(runner);
    });
  }
}

test('the examples that run on every forge', () => {
  expect(Object.keys(TRIALS)).toEqual(ON_EVERY_FORGE);
});
