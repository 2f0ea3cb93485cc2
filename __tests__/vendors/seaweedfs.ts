import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ACCOUNT, EXAMPLE_KEYS, ISSUER } from '../scenarios/scenario';
import { SEAWEEDFS } from './install';

/** The user of `EXAMPLE_KEYS`, as SeaweedFS names it. */
const USER = 'arn:aws:iam::000000000000:user/ci';

const statement = (Principal: object, Action: string, Condition?: object) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal, Action: [Action], ...(Condition && { Condition }) }],
});

/** It names the provider as its configuration does, and claims of tokens alike for every issuer. */
const byToken = (subject: string) =>
  statement({ Federated: 'github' }, 'sts:AssumeRoleWithWebIdentity', { StringEquals: { 'oidc:sub': subject } });

/** By their names: who may assume the roles that are there. */
const TRUST = {
  deploy: byToken('repo:octo/app:ref:refs/heads/main'),
  release: byToken('repo:octo/app:environment:production'),
  hub: statement({ AWS: USER }, 'sts:AssumeRole'),
};

export const arnOf = (role: keyof typeof TRUST) => `arn:aws:iam::${ACCOUNT}:role/${role}`;

/** What it knows of tokens, roles and policies. */
function iamConfig(jwksUri: string): object {
  const everything = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['*'], Resource: ['*'] }],
  };
  return {
    sts: {
      tokenDuration: '1h',
      maxSessionLength: '12h',
      issuer: 'seaweedfs',
      signingKey: Buffer.from('signs the sessions of a test').toString('base64'),
      accountId: ACCOUNT,
    },
    providers: [
      {
        name: 'github',
        type: 'oidc',
        enabled: true,
        config: { issuer: ISSUER, clientId: 'sts.amazonaws.com', jwksUri },
      },
    ],
    policy: { defaultEffect: 'Deny', storeType: 'memory' },
    policies: [{ name: 'everything', document: everything }],
    roles: Object.entries(TRUST).map(([roleName, trustPolicy]) => ({
      roleName,
      roleArn: arnOf(roleName as keyof typeof TRUST),
      trustPolicy,
      attachedPolicies: ['everything'],
    })),
  };
}

/** A running SeaweedFS, whose STS is at the address of its S3. */
export class Seaweedfs {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  /**
   * Starts SeaweedFS on free ports of 127.0.0.1.
   *
   * @param keys where the keys are that verify the tokens of GitHub
   */
  static async start(keys: string): Promise<Seaweedfs> {
    const folder = mkdtempSync(join(tmpdir(), 'seaweedfs-'));
    const users = [
      {
        name: 'ci',
        credentials: [{ accessKey: EXAMPLE_KEYS.accessKeyId, secretKey: EXAMPLE_KEYS.secretAccessKey }],
        actions: ['Admin'],
      },
    ];
    writeFileSync(join(folder, 'users.json'), JSON.stringify({ identities: users }));
    writeFileSync(join(folder, 'iam.json'), JSON.stringify(iamConfig(keys)));
    const names = ['master', 'volume', 'filer', 's3'].flatMap((service) => [`${service}.port`, `${service}.port.grpc`]);
    const ports = await freePorts(names.length);
    const child = spawn(
      SEAWEEDFS,
      [
        ...['server', `-dir=${folder}`, '-ip=127.0.0.1', '-ip.bind=127.0.0.1', '-filer', '-s3', '-s3.port.iceberg=0'],
        ...['-s3.port.lance=0', '-master.telemetry=false', '-volume.max=1'],
        ...names.map((name, index) => `-${name}=${ports[index] ?? 0}`),
        ...[`-s3.config=${join(folder, 'users.json')}`, `-s3.iam.config=${join(folder, 'iam.json')}`],
      ],
      { env: { PATH: process.env.PATH, HOME: folder }, cwd: folder, stdio: 'ignore' },
    );
    const started = new Seaweedfs(`http://127.0.0.1:${ports[names.indexOf('s3.port')] ?? 0}`, child, folder);
    await started.#listens();
    return started;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true });
  }

  async #listens(): Promise<void> {
    while (
      !(await fetch(this.url).then(
        () => true,
        () => false,
      ))
    ) {
      if (this.child.exitCode !== null) throw new Error(`SeaweedFS ended with ${this.child.exitCode}`);
      await wait(200);
    }
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}
