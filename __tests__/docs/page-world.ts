import { cpSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Account } from '../../sandbox/accounts/account';
import type { PolicyDocument, Statement } from '../../sandbox/policy/document';
import type { IssuedCertificate } from '../../sandbox/roles-anywhere/certificate-authority';
import { Job } from '../../sandbox/runner/job';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { defaultAudience, partitionOfRegion, type Partition } from '../../src/aws/partition';
import { selfSigned } from '../network/certificate';
import { ForwardProxy } from '../network/forward-proxy';
import { codeOf } from '../sandbox/mfa-code';
import { allow } from '../sandbox/sts-client';
import { testAuthority } from '../scenarios/certificates';
import { startRunning, type Running } from '../scenarios/running';
import { page, ROOT, section } from './pages';

const REPOSITORY = { GITHUB_REPOSITORY: 'octo-org/app', GITHUB_REPOSITORY_OWNER: 'octo-org' } as const;
const CLAIMS = { repository: 'octo-org/app', repository_owner: 'octo-org' } as const;
const ISSUER = 'https://token.actions.githubusercontent.com';
const REGIONS = ['eu-central-1', 'us-east-1', 'us-gov-west-1', 'cn-north-1'] as const;

/** The account that most pages speak of. */
export const ACCOUNT = '123456789012';

/** The roles of each account. They trust whom the README says, and the first account. */
const ROLES: Readonly<Record<string, Readonly<Record<string, PolicyDocument>>>> = {
  [ACCOUNT]: {
    deploy: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['sts:*', 'iam:SimulatePrincipalPolicy', 's3:ListAllMyBuckets'], Resource: '*' },
        { Effect: 'Allow', Action: ['s3:ListBucket', 's3:PutObject'], Resource: 'arn:aws:s3:::example-app*' },
      ],
    },
    entry: allow('sts:*'),
    'read-buckets': allow('s3:ListAllMyBuckets'),
    inventory: allow('s3:ListAllMyBuckets'),
    migrate: allow('s3:*'),
    'identity-planner': allow('iam:*'),
    'identity-provisioner': allow('iam:*'),
    'identity-deprovisioner': allow('iam:*'),
    'key-rotator': allow('iam:*'),
    'test-user-provisioner': allow('iam:*'),
    admin: allow('*'),
  },
  '111122223333': { deploy: allow('s3:*'), inventory: allow('s3:*'), 'read-artifacts': allow('s3:*') },
  '222233334444': { inventory: allow('s3:*') },
  '333344445555': { inventory: allow('s3:*') },
  '444455556666': {
    deploy: allow('s3:*'),
    inventory: allow('s3:*'),
    'write-artifacts': allow('s3:*'),
    'aws-refarch-cross-account-pipeline-service-role-2': allow('s3:*'),
  },
  '012345678901': { deploy: allow('s3:*') },
};

/** What is otherwise than on most pages. */
export interface WorldSettings {
  /** Roles that are not there, as `account/name`. */
  readonly without?: readonly string[];
  /** What the trust of the roles in the first account is like. */
  readonly trust?: 'demands MFA' | 'allows no tags';
  /** Whose access keys the secrets have; `deployer` if omitted. */
  readonly user?: string;
  /** Whether AWS is reached by its own names, and through a proxy that opens TLS. */
  readonly byName?: boolean;
}

/** The AWS and the GitHub that the pages speak of. Each partition is by itself, as in AWS. */
export class PageWorld {
  readonly #partitions = new Map<Partition, Sandbox>();
  /** The one with which the role `deploy` can be assumed. */
  #issued: IssuedCertificate | undefined;

  private constructor(
    readonly proxy: ForwardProxy,
    private readonly certificate: string,
    private readonly settings: WorldSettings,
    private readonly running: Running,
  ) {}

  static async start(settings: WorldSettings = {}): Promise<PageWorld> {
    const { byName = false } = settings;
    const hosts = REGIONS.map((region) => `*.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`);
    const identity = byName ? selfSigned(hosts) : { key: '', cert: '' };
    const to = (host: string) => world.#sandboxOf(REGIONS.find((region) => host.includes(region)) ?? '').url;
    const proxy = await ForwardProxy.start(byName ? { ...identity, to } : undefined);
    proxy.demand = `Basic ${Buffer.from('user:password').toString('base64')}`;
    // Proxies and certificates are for processes to show.
    const running = startRunning({ asProcesses: byName });
    const world = new PageWorld(proxy, identity.cert, settings, running);
    await world.#addPartition('aws');
    if (byName) for (const partition of ['aws-us-gov', 'aws-cn'] as const) await world.#addPartition(partition);
    world.account.createUser('admin', { policies: [allow('*')] }).createAccessKey();
    world.#createUser();
    await world.#trustCertificates();
    return world;
  }

  get account(): Account {
    return this.#sandboxOf(REGIONS[0]).account(ACCOUNT);
  }

  /** A job of the repository, with the examples in its workspace and a stand-in for the AWS CLI. */
  job(): Job {
    const { url, github, terraform } = this.#sandboxOf(REGIONS[0]);
    const variables = {
      ...REPOSITORY,
      GITHUB_API_URL: github.secrets.apiUrl,
      TFE_ADDRESS: terraform.address,
      PATH: [join(__dirname, 'commands'), process.env.PATH].join(delimiter),
      ...(this.settings.byName !== true && { AWS_ENDPOINT_URL: url }),
    };
    const job = new Job(variables, this.running.driver);
    cpSync(join(ROOT, 'examples'), job.workspace, { recursive: true });
    for (const script of ['long-migration.sh', 'migrate.sh']) {
      writeFileSync(join(job.workspace, script), '#!/bin/sh\naws sts get-caller-identity\n', { mode: 0o755 });
    }
    writeFileSync(join(job.folder, 'proxy-ca.pem'), this.certificate);
    return job;
  }

  /** What a step has in its environment that uses this region. */
  environment(region: string, oidc: boolean, { folder }: Job): Record<string, string> {
    return {
      ...(oidc && this.#sandboxOf(region).github.environment({ claims: CLAIMS })),
      ...(this.settings.byName === true && {
        HTTPS_PROXY: this.#proxyUrl,
        NO_PROXY: '127.0.0.1',
        NODE_EXTRA_CA_CERTS: join(folder, 'proxy-ca.pem'),
      }),
    };
  }

  /** What the expressions of a workflow may refer to. */
  contexts({ env }: Job): Record<string, Record<string, unknown>> {
    const { clock, github, terraform } = this.#sandboxOf(REGIONS[0]);
    const user = this.account.users.get(this.#userName);
    const [admin] = this.account.users.get('admin')?.accessKeys ?? [];
    const [key, device] = [user?.accessKeys[0], [...(user?.mfaDevices.values() ?? [])][0]];
    return {
      github: {
        run_id: env.GITHUB_RUN_ID,
        token: github.secrets.token({ comment: [REPOSITORY.GITHUB_REPOSITORY] }),
      },
      vars: {},
      inputs: { code: device && codeOf(device, clock.now()), now: false },
      secrets: {
        ADMIN_ACCESS_KEY_ID: admin?.accessKeyId,
        ADMIN_SECRET_ACCESS_KEY: admin?.secretAccessKey,
        AWS_ACCESS_KEY_ID: key?.accessKeyId,
        AWS_SECRET_ACCESS_KEY: key?.secretAccessKey,
        AWS_MFA_SECRET: device?.seed,
        SECRETS_WRITER_TOKEN: github.secrets.token({ write: [REPOSITORY.GITHUB_REPOSITORY] }),
        TERRAFORM_TOKEN: terraform.token({ write: ['acme/prod'] }),
        PROXY_URL: this.#proxyUrl,
        CLIENT_CERTIFICATE: this.#issued?.certificate,
        CLIENT_CERTIFICATE_KEY: this.#issued?.privateKey,
      },
    };
  }

  /** Where a file is in a job that the pages name by an absolute path. */
  async files({ folder }: Job): Promise<Record<string, string>> {
    const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = this.#sandboxOf(
      REGIONS[0],
    ).github.environment({ claims: CLAIMS });
    const answer = await fetch(`${url}&audience=sts.amazonaws.com`, { headers: { authorization: `Bearer ${token}` } });
    const { value } = (await answer.json()) as { value: string };
    writeFileSync(join(folder, 'token'), value);
    return {
      '/etc/ssl/certs/proxy-ca.pem': join(folder, 'proxy-ca.pem'),
      '/var/run/secrets/eks.amazonaws.com/serviceaccount/token': join(folder, 'token'),
    };
  }

  /** The requests that failed, as "Action ErrorCode", except for those that looked for what is not there. */
  failures(): string[] {
    const requests = [...this.#partitions.values()].flatMap((sandbox) => sandbox.requests);
    return requests
      .filter(({ errorCode }) => errorCode !== undefined && errorCode !== 'NoSuchEntity')
      .map(({ action, errorCode }) => `${action} ${errorCode ?? ''}`)
      .filter((failure) => failure !== 'GET secret NotFound');
  }

  async close(): Promise<void> {
    this.proxy.close();
    for (const sandbox of this.#partitions.values()) await sandbox.close();
    this.running.end();
  }

  get #userName(): string {
    return this.settings.user ?? 'deployer';
  }

  get #proxyUrl(): string {
    return this.proxy.url.replace('http://', 'http://user:password@');
  }

  #sandboxOf(region: string): Sandbox {
    const sandbox = this.#partitions.get(partitionOfRegion(region));
    if (!sandbox) throw new Error(`there is no partition for the region ${region}`);
    return sandbox;
  }

  /** A user whose device has the user's name, and who may use S3 only after MFA. */
  #createUser(): void {
    const s3: PolicyDocument = {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: 's3:*',
        Resource: '*',
        Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
      },
    };
    const policies = [allow(['sts:*', 'iam:ListMFADevices', 'iam:SimulatePrincipalPolicy']), s3];
    const user = this.account.createUser(this.#userName, { policies });
    user.createAccessKey();
    user.createMfaDevice(this.#userName);
  }

  /** The trust anchor and the profile that the pages name. */
  async #trustCertificates(): Promise<void> {
    const authority = await testAuthority();
    this.#issued = await authority.issue({ subject: 'CN=deploy' });
    const { rolesAnywhere } = this.#sandboxOf(REGIONS[0]);
    const roles = [`arn:aws:iam::${ACCOUNT}:role/deploy`];
    const certificates = [authority.certificate];
    const [anchor, profile] = ['11111111-2222-3333-4444-555555555555', '66666666-7777-8888-9999-000000000000'];
    rolesAnywhere.createTrustAnchor(this.account, { id: anchor, region: REGIONS[0], certificates });
    rolesAnywhere.createProfile(this.account, { id: profile, region: REGIONS[0], roles });
  }

  async #addPartition(partition: Partition): Promise<void> {
    const sandbox = await startSandbox({ waiting: this.running.waiting });
    this.running.follow(sandbox.clock);
    this.#partitions.set(partition, sandbox);
    sandbox.github.secrets.createEnvironment(REPOSITORY.GITHUB_REPOSITORY, 'production');
    sandbox.terraform.createWorkspace('acme', 'prod');
    sandbox.identityCenter.assign(sandbox.account(ACCOUNT, { partition }), 'AdministratorAccess', [allow('*')]);
    for (const [id, roles] of Object.entries(ROLES)) {
      const account = sandbox.account(id, { partition });
      account.createOidcProvider({ url: ISSUER, clientIds: [defaultAudience(partition)] });
      for (const [name, policy] of Object.entries(roles)) {
        if (this.settings.without?.includes(`${id}/${name}`)) continue;
        account.createRole(name, { trust: this.#trust(id, partition), policies: [policy], maxSessionDuration: 21_600 });
      }
    }
  }

  #trust(account: string, partition: Partition): PolicyDocument {
    const { trust } = this.settings;
    const { blocks } = section(page('README.md'), 'Quick start');
    const shown = blocks.find(({ language }) => language === 'json')?.content ?? '';
    const adapted = shown
      .replaceAll(`arn:aws:iam::${ACCOUNT}`, `arn:${partition}:iam::${account}`)
      .replaceAll('"sts.amazonaws.com"', `"${defaultAudience(partition)}"`);
    const [readme] = (JSON.parse(adapted) as { Statement: [Statement] }).Statement;
    const ofFirstAccount: Statement = {
      Effect: 'Allow',
      Principal: { AWS: `arn:${partition}:iam::${ACCOUNT}:root` },
      Action: ['sts:AssumeRole', ...(trust === 'allows no tags' ? [] : ['sts:TagSession']), 'sts:SetSourceIdentity'],
      ...(trust === 'demands MFA' && { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }),
    };
    return { Version: '2012-10-17', Statement: [readme, ofFirstAccount, ofCertificates()] };
  }
}

/** The trust in certificates that their page shows. */
function ofCertificates(): Statement {
  const { blocks } = section(page('docs/roles-anywhere.md'), 'What AWS needs');
  const shown = blocks.find(({ language }) => language === 'json')?.content ?? '';
  const [statement] = (JSON.parse(shown) as { Statement: [Statement] }).Statement;
  return statement;
}
