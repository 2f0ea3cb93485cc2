import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { allow, trust } from '../sandbox/sts-client';
import { roleForCertificates, trustCertificate } from '../scenarios/certificates';
import { REPOSITORY, identityJob, identityScenario, keyInSecrets, ownerOf, ssoAdmin } from '../scenarios/identities';
import { ACCOUNT, EXAMPLE_KEYS, ISSUER, Scenario } from '../scenarios/scenario';
import { AwsAccount, iamArn } from './aws-account';
import {
  EXAMPLES,
  ON_EVERY_FORGE,
  expectSuccess,
  jobEnvironment,
  keyOf,
  oidcRole,
  repositoryOfExamples,
  runExample,
} from './examples';
import { HAS_GO } from './go';
import { Moto } from './moto';
import type { Repository, WorkflowRun } from './repository';
import type { WorkflowSettings } from './workflow-runner';

const IN_ROLES = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];

/** Examples that some test has run. */
const ran = new Set<string>();

let repository: Repository;
beforeEach(() => (repository = repositoryOfExamples()));
afterEach(() => {
  repository.remove();
});

function run(example: string, settings: WorkflowSettings): Promise<WorkflowRun> {
  ran.add(example);
  return runExample(repository, example, settings);
}

(HAS_GO ? describe : describe.skip)(
  HAS_GO ? 'the examples, run by act' : 'the examples, run by act, for which this machine has no Go',
  () => {
    describe('against the sandbox', () => {
      let scenario: Scenario;
      beforeEach(async () => (scenario = await identityScenario()));
      afterEach(() => scenario.end());

      const env = (of?: Parameters<typeof jobEnvironment>[1]) => jobEnvironment(scenario, of);
      const pullRequest = {
        event: 'pull_request',
        payload: { pull_request: { number: 7, head: { repo: { full_name: REPOSITORY } } } },
      };

      test('access-keys.yml', async () => {
        scenario.account.buckets.add('reports');
        const { secrets } = keyOf(scenario, 'reporter', [allow('s3:ListAllMyBuckets')]);
        const report = await run('access-keys.yml', { event: 'schedule', secrets, env: env() });
        expectSuccess('access-keys.yml', report);
        expect(report.log).toContain('"reports"');
        expect(scenario.calls()).toEqual(['GetCallerIdentity', 'ListBuckets']);
      });

      test('roles-anywhere.yml', async () => {
        scenario.account.buckets.add('reports');
        const role = roleForCertificates(scenario.account, 'deploy', { policies: [allow('s3:ListAllMyBuckets')] });
        const { issued } = await trustCertificate(scenario, [role.arn], {
          ids: { anchor: '11111111-2222-3333-4444-555555555555', profile: '66666666-7777-8888-9999-000000000000' },
        });
        const secrets = { CLIENT_CERTIFICATE: issued.certificate, CLIENT_CERTIFICATE_KEY: issued.privateKey };
        const listed = await run('roles-anywhere.yml', { event: 'workflow_dispatch', secrets, env: env() });
        expectSuccess('roles-anywhere.yml', listed);
        expect(listed.log).toContain('reports');
        for (const line of issued.privateKey.split('\n').slice(1, -2)) expect(listed.log).not.toContain(line);
        expect(scenario.calls()).toEqual(['CreateSession', 'ListBuckets']);
      });

      test('cross-account-pipeline.yml, the first time and the second', async () => {
        oidcRole(scenario, 'identity-provisioner');
        scenario.sandbox.account('444455556666').createRole('aws-refarch-cross-account-pipeline-service-role-2', {
          trust: trust(iamArn('root'), {}, IN_ROLES),
        });
        const settings = { event: 'workflow_dispatch', env: env() };
        const session =
          'arn:aws:sts::444455556666:assumed-role/aws-refarch-cross-account-pipeline-service-role-2/AWSCLI-Session';

        for (const made of [['CreatePolicy', 'CreateUser', 'CreateRole', 'CreateAccessKey'], ['CreateAccessKey']]) {
          const pipeline = await run('cross-account-pipeline.yml', settings);
          expectSuccess('cross-account-pipeline.yml', pipeline);
          expect(pipeline.log).toContain(`\n${session}\n`);
          expect(scenario.calls().filter((call) => call.startsWith('Create'))).toEqual(made);
          expect(scenario.account.users.get('pulumi')?.accessKeys).toEqual([]);
        }
      });

      test('ephemeral-user.yml', async () => {
        oidcRole(scenario, 'test-user-provisioner');
        const test = { name: 'app', version: '1.0.0', scripts: { test: 'aws sts get-caller-identity' } };
        repository.write('package.json', JSON.stringify(test));
        const { name, version } = test;
        repository.write('package-lock.json', JSON.stringify({ name, version, lockfileVersion: 3, packages: {} }));
        const before = [...scenario.account.users.keys()];

        const tried = await run('ephemeral-user.yml', { ...pullRequest, env: env({ pullRequest: true }) });

        expectSuccess('ephemeral-user.yml', tried);
        expect(tried.log).toMatch(/"Arn": "arn:aws:iam::123456789012:user\/test\/test-1"/);
        expect([...scenario.account.users.keys()]).toEqual(before);
        expect(scenario.calls()).toContain('DeleteUser');
      });

      test('machine users: rotate-keys.yml and deprovision.yml', async () => {
        for (const role of ['key-rotator', 'identity-planner', 'identity-deprovisioner']) oidcRole(scenario, role);
        const { secrets } = scenario.sandbox.github;
        secrets.createEnvironment(REPOSITORY, 'production');
        const token = secrets.token({ write: [REPOSITORY] });
        const document = { 'machine-users.yml': readFileSync(join(EXAMPLES, 'identities/machine-users.yml'), 'utf8') };
        const made = await identityJob(scenario, { files: document }).step({
          with: {
            mode: 'provision',
            identities: 'machine-users.yml',
            'github-token': token,
            'aws-region': 'eu-central-1',
            'aws-access-key-id': EXAMPLE_KEYS.accessKeyId,
            'aws-secret-access-key': EXAMPLE_KEYS.secretAccessKey,
          },
        });
        expect(made.exitCode).toBe(0);
        const keyAtGithub = () => keyInSecrets(scenario, { prefix: 'REPORTER_', environment: 'production' });
        const before = keyAtGithub();
        const settings = { event: 'workflow_dispatch', env: env(), secrets: { SECRETS_WRITER_TOKEN: token } };

        expectSuccess('rotate-keys.yml', await run('rotate-keys.yml', { ...settings, inputs: { now: 'true' } }));
        expect(keyAtGithub().id).not.toBe(before.id);
        for (const key of [before, keyAtGithub()]) expect(ownerOf(scenario, key)).toBe('reporter');

        expectSuccess('deprovision.yml', await run('deprovision.yml', settings));
        expect(scenario.account.users.has('reporter')).toBe(false);
        expect(keyAtGithub()).toEqual({ id: undefined, secret: undefined });
        scenario.calls();
      });

      test('many-accounts.yml', async () => {
        const accounts = [ACCOUNT, '111122223333', '222233334444', '333344445555'];
        for (const account of accounts) oidcRole(scenario, 'inventory', { account });
        const entry = oidcRole(scenario, 'entry');
        const production = scenario.sandbox.account('444455556666');
        production.createRole('inventory', { trust: trust(entry.arn, {}, IN_ROLES), policies: [allow('s3:*')] });
        for (const account of [...accounts, '444455556666']) {
          scenario.sandbox.account(account).buckets.add(`bucket-of-${account}`);
        }

        const looked = await run('many-accounts.yml', { event: 'schedule', env: env() });

        expectSuccess('many-accounts.yml', looked);
        expect(looked.log.match(/bucket-of-\d+/g)?.sort()).toEqual(
          [...accounts, '444455556666'].map((account) => `bucket-of-${account}`).sort(),
        );
        scenario.calls();
      });

      test('oidc-role.yml', async () => {
        const admin = ssoAdmin(scenario);
        const secrets = {
          ADMIN_ACCESS_KEY_ID: admin['aws-access-key-id'] ?? '',
          ADMIN_SECRET_ACCESS_KEY: admin['aws-secret-access-key'] ?? '',
          ADMIN_SESSION_TOKEN: admin['aws-session-token'] ?? '',
        };
        expectSuccess('oidc-role.yml', await run('oidc-role.yml', { secrets, env: env() }));
        expect([...scenario.account.oidcProviders.keys()]).toEqual([ISSUER]);
        expect(scenario.account.roles.get('deploy')?.maxSessionDuration).toBe(7200);
        scenario.calls();
      });

      test('provision-machine-user.yml, on a pull request', async () => {
        oidcRole(scenario, 'identity-planner');
        const { github, terraform } = scenario.sandbox;
        terraform.createWorkspace('acme', 'prod');
        github.comments.open(REPOSITORY, 7);
        const secrets = { GITHUB_TOKEN: github.secrets.token({ comment: [REPOSITORY] }) };

        const plan = await run('provision-machine-user.yml', {
          ...pullRequest,
          secrets,
          env: env({ pullRequest: true }),
        });

        expectSuccess('provision-machine-user.yml', plan);
        expect(new Set(plan.steps.map(({ job }) => job))).toEqual(new Set(['plan']));
        expect(scenario.account.users.has('tfc')).toBe(false);
        expect(github.comments.bodies(REPOSITORY, 7)).toEqual([expect.stringContaining('create | user | `tfc` |')]);
        scenario.calls();
      });

      test('sign-in.yml', async () => {
        scenario.sandbox.identityCenter.assign(scenario.account, 'AdministratorAccess', [allow('*')]);
        const event = 'workflow_dispatch';
        expectSuccess('sign-in.yml', await run('sign-in.yml', { event, env: env() }));
        expect([...scenario.account.oidcProviders.keys()]).toEqual([ISSUER]);
        expect(scenario.account.roles.get('deploy')?.maxSessionDuration).toBe(7200);
        expect(scenario.calls().at(-1)).toBe('Logout');
      });

      test('verify-permissions.yml', async () => {
        const app = 'arn:aws:s3:::example-app';
        const policies = [
          allow('s3:ListBucket', app),
          allow('s3:PutObject', `${app}/*`),
          allow('iam:SimulatePrincipalPolicy', iamArn('role/deploy')),
        ];
        oidcRole(scenario, 'deploy', { policies });
        expectSuccess('verify-permissions.yml', await run('verify-permissions.yml', { event: 'schedule', env: env() }));
        expect(new Set(scenario.calls())).toEqual(
          new Set(['id-token', 'AssumeRoleWithWebIdentity', 'SimulatePrincipalPolicy']),
        );
      });
    });

    /** For those that read and write objects: the sandbox has no S3 but the list of buckets. */
    describe('against moto', () => {
      let moto: Moto;
      let github: Scenario;
      let account: AwsAccount;
      beforeAll(async () => {
        moto = await Moto.start();
        github = await Scenario.start();
      });
      beforeEach(async () => (account = await AwsAccount.start(moto)));
      afterEach(() => {
        account.remove();
      });
      afterAll(async () => {
        github.calls();
        await github.end();
        await moto.stop();
      });

      const env = (oidc: boolean) => ({
        AWS_ENDPOINT_URL: moto.url,
        ...(oidc && github.sandbox.github.environment({})),
      });
      const s3 = (command: string) => account.run(`aws s3 ${command}`, account.adminVariables);
      const makeBucket = async (name: string, ...files: string[]) => {
        expect(await s3(`mb s3://${name}`)).toMatchObject({ exitCode: 0 });
        for (const file of files) {
          account.write(file, file);
          expect(await s3(`cp ${file} s3://${name}/${file}`)).toMatchObject({ exitCode: 0 });
        }
      };
      const filesIn = async (bucket: string) => {
        const { stdout } = await s3(`ls --recursive s3://${bucket}`);
        return stdout.split('\n').flatMap((line) => line.split(/\s+/).slice(3));
      };

      test('deploy-oidc.yml', async () => {
        await makeBucket('example-app', 'old.html');
        repository.write('public/index.html', 'Hello');
        await moto.authorize('off');
        const deployed = await run('deploy-oidc.yml', { env: env(true) });
        expectSuccess('deploy-oidc.yml', deployed);
        expect(deployed.log).toContain(`arn:aws:sts::${ACCOUNT}:assumed-role/deploy/deploy-1 in account ${ACCOUNT}\n`);
        expect(await filesIn('example-app')).toEqual(['index.html']);
      });

      test('federation-token.yml', async () => {
        await makeBucket('example-archive', 'report.txt');
        await moto.authorize('off');
        const { accessKeyId, secretAccessKey } = account.admin;
        const secrets = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
        const read = await run('federation-token.yml', { event: 'workflow_dispatch', env: env(false), secrets });
        expectSuccess('federation-token.yml', read);
        expect(read.log).toContain('download: s3://example-archive/report.txt to archive/report.txt');
      });

      test('mfa-role.yml, with authorization', async () => {
        await makeBucket('example-old', 'report.txt');
        await makeBucket('example-new');
        await account.createRole('migrate', [iamArn('user/admin')], {
          actions: ['s3:*'],
        });
        const { accessKeyId, secretAccessKey } = account.admin;
        const secrets = {
          AWS_ACCESS_KEY_ID: accessKeyId,
          AWS_SECRET_ACCESS_KEY: secretAccessKey,
          AWS_MFA_SECRET: 'JBSWY3DPEHPK3PXP',
        };
        const migrated = await run('mfa-role.yml', { event: 'workflow_dispatch', env: env(false), secrets });
        expectSuccess('mfa-role.yml', migrated);
        expect(await filesIn('example-new')).toEqual(['report.txt']);
      });

      test('profiles.yml', async () => {
        await makeBucket('example-staging', 'app.zip');
        await makeBucket('example-production');
        await moto.authorize('off');
        expectSuccess('profiles.yml', await run('profiles.yml', { event: 'workflow_dispatch', env: env(true) }));
        expect(await filesIn('example-production')).toEqual(['app.zip']);
      });

      test('role-chaining.yml', async () => {
        await moto.authorize('off');
        const Resources = { Builds: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'builds-of-app' } } };
        repository.write('template.yml', JSON.stringify({ AWSTemplateFormatVersion: '2010-09-09', Resources }));
        const deployed = await run('role-chaining.yml', { event: 'workflow_dispatch', env: env(true) });
        expectSuccess('role-chaining.yml', deployed);
        expect(deployed.log).toContain('Successfully created/updated stack - app');
        expect(moto.calls()).toEqual(
          expect.arrayContaining(['AssumeRoleWithWebIdentity', 'AssumeRole', 'CreateChangeSet']),
        );
      });
    });

    test('all of them', () => {
      expect([...new Set([...ran, ...ON_EVERY_FORGE])].sort()).toEqual(
        readdirSync(EXAMPLES)
          .filter((name) => name.endsWith('.yml'))
          .sort(),
      );
    });
  },
);
