import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CreateRoleCommand, PutRolePolicyCommand, type IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { Job, type Run } from '../../sandbox/runner/job';
import { iamClient } from '../sandbox/iam-client';
import { allow, credentialsOf, stsClient, trust } from '../sandbox/sts-client';
import { ACCOUNT, REGION } from '../scenarios/scenario';
import { AWS_CLI, type Printed } from './aws-cli';
import { variables, type KeyVariables } from './credentials';
import { iamState } from './iam-state';
import type { LocalAws, UserKeys } from './local-aws';

export const iamArn = (resource: string, account = ACCOUNT) => `arn:aws:iam::${account}:${resource}`;

export interface RoleSettings {
  readonly Path?: string;
  /** What it may do; nothing if omitted. */
  readonly actions?: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** That of another account. */
  readonly iam?: IAMClient;
}

/** An empty account of a local AWS, and a job in whose folders both the commands of a runbook and the action work. */
export class AwsAccount {
  readonly job: Job;

  private constructor(
    readonly server: LocalAws,
    readonly admin: UserKeys,
    env: Readonly<Record<string, string>>,
  ) {
    this.job = new Job({ AWS_ENDPOINT_URL: server.url, ...env });
  }

  /** @param env variables of the job besides those that a runner sets */
  static async start(server: LocalAws, env: Readonly<Record<string, string>> = {}): Promise<AwsAccount> {
    return new AwsAccount(server, await server.reset(), env);
  }

  /** IAM as the administrator. */
  get iam() {
    return iamClient(this.server.url, this.admin);
  }

  /** The administrator's keys, as inputs together with the region. */
  get adminInputs(): Readonly<Record<string, string>> {
    const { accessKeyId, secretAccessKey } = this.admin;
    return { 'aws-region': REGION, 'aws-access-key-id': accessKeyId, 'aws-secret-access-key': secretAccessKey };
  }

  get adminVariables(): KeyVariables {
    return { AWS_ACCESS_KEY_ID: this.admin.accessKeyId, AWS_SECRET_ACCESS_KEY: this.admin.secretAccessKey };
  }

  /** Makes a role that these users and roles may assume. */
  async createRole(RoleName: string, trusted: readonly string[], settings: RoleSettings = {}): Promise<string> {
    const { iam = this.iam, actions = [], conditions, ...more } = settings;
    const AssumeRolePolicyDocument = JSON.stringify(trust(trusted, conditions));
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, ...more }));
    if (actions.length > 0) {
      const PolicyDocument = JSON.stringify(allow(actions));
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument }));
    }
    return Role?.Arn ?? '';
  }

  /** The temporary credentials of an administrator who signed in by SSO. */
  async ssoSession(): Promise<KeyVariables> {
    const RoleArn = await this.createRole(
      'AWSReservedSSO_AdministratorAccess_0123456789abcdef',
      [iamArn('user/admin')],
      {
        Path: '/aws-reserved/sso.amazonaws.com/',
        actions: ['*'],
      },
    );
    const assume = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'mona' });
    return variables(await credentialsOf(stsClient(this.server.url, this.admin).send(assume)));
  }

  /** What IAM keeps of the account now. */
  state() {
    return iamState(this.iam);
  }

  /** Runs one command line in the workspace, as bash does, with the AWS CLI on the path. */
  run(command: string, env: object = {}, input = ''): Promise<Printed> {
    const { job, server } = this;
    const variables = {
      PATH: `${AWS_CLI}:${process.env.PATH ?? ''}`,
      HOME: job.home,
      AWS_ENDPOINT_URL: server.url,
      AWS_DEFAULT_REGION: REGION,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
      ...env,
    };
    return new Promise((done) => {
      const child = execFile(
        'bash',
        ['-c', command],
        { cwd: job.workspace, env: variables },
        (error, stdout, stderr) => {
          done({ exitCode: error ? Number(error.code ?? 1) : 0, stdout, stderr });
        },
      );
      child.stdin?.end(input);
    });
  }

  /** Runs a command line that is to succeed. What it prints, as JSON, if it prints anything. */
  async aws(command: string, env: object = {}): Promise<Record<string, unknown>> {
    const { exitCode, stdout, stderr } = await this.run(command, env);
    if (exitCode !== 0) throw new Error(`${command}\n${stderr}`);
    return stdout.trim() === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
  }

  /** Runs a step with the action, which is to succeed. */
  async step(inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}): Promise<Run> {
    const run = await this.job.step({ with: { 'aws-region': REGION, ...inputs }, env });
    if (run.exitCode !== 0 || run.stderr !== '') throw new Error([...run.log, run.stderr].join('\n'));
    return run;
  }

  /** Ends the job: every post step is to succeed, with nothing to warn of. */
  async finish(): Promise<void> {
    for (const { exitCode, log, stderr } of await this.job.finish()) {
      expect({ exitCode, stderr, warnings: log.filter((line) => line.startsWith('Warning')) }).toEqual({
        exitCode: 0,
        stderr: '',
        warnings: [],
      });
    }
  }

  /** Writes a file of the workspace; a path that starts with ~/ is one of the job's home. */
  write(path: string, text: string): void {
    const file = this.#resolve(path);
    mkdirSync(dirname(file), { recursive: true });
    // Of credentials that others can read, the AWS CLI warns.
    writeFileSync(file, text, { mode: 0o600 });
  }

  read(path: string): string {
    return readFileSync(this.#resolve(path), 'utf8');
  }

  remove(): void {
    this.job.remove();
  }

  #resolve(path: string): string {
    return path.startsWith('~/') ? join(this.job.home, path.slice(2)) : join(this.job.workspace, path);
  }
}
