import { renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { githubIssuer } from './github/oidc';
import { startSandbox, type Sandbox } from './sandbox';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '0' }, variables: { type: 'string' } } });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port is "${values.port}"; it must be a whole number from 0 to 65535`);
  }
  const sandbox = await startSandbox({ port });
  const { variables, text } = furnish(sandbox);
  process.stdout.write(text);
  if (values.variables !== undefined) writeVariables(values.variables, variables);
  process.once('SIGINT', () => void sandbox.close());
}

/** Fills the sandbox with something to play with, and says how: in words, and as variables. */
function furnish(sandbox: Sandbox): { readonly variables: Readonly<Record<string, string>>; readonly text: string } {
  const account = sandbox.account('123456789012');
  account.buckets.add('assets');
  const user = account.createUser('mona', {
    policies: [
      {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'iam:ListMFADevices', Resource: '*' },
          {
            Effect: 'Allow',
            Action: 's3:ListAllMyBuckets',
            Resource: '*',
            Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
          },
        ],
      },
    ],
  });
  const key = user.createAccessKey();
  const device = user.createMfaDevice('mona');
  const provider = account.createOidcProvider({ url: githubIssuer, clientIds: ['sts.amazonaws.com'] });
  const deploy = account.createRole('deploy', {
    policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iam:*', Resource: '*' }] }],
    trust: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: user.arn }, Action: ['sts:AssumeRole', 'sts:TagSession'] },
        {
          Effect: 'Allow',
          Principal: { Federated: provider.arn },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
            StringLike: { 'token.actions.githubusercontent.com:sub': ['repo:octo/app:*', 'repo:octo@1/app@2:*'] },
          },
        },
      ],
    },
  });
  const { identityCenter } = sandbox;
  identityCenter.assign(account, 'AdministratorAccess', [
    { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
  ]);
  identityCenter.person.takesMs = 5_000;
  const variables = {
    AWS_ENDPOINT_URL: sandbox.url,
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    ...sandbox.github.environment(),
    MFA_SECRET: device.seed,
  };
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'\n`);
  const text = `The sandbox listens at ${sandbox.url}; ctrl-C stops it. To use it:

${exports.join('')}
aws sts get-caller-identity
aws sts assume-role --role-arn ${deploy.arn} --role-session-name try

With the codes of MFA_SECRET, for an app ${device.uri}, also:

aws sts get-session-token --serial-number ${device.serialNumber} --token-code CODE
aws s3 ls   # refused without such a session

A sign-in at ${identityCenter.startUrl} (region ${identityCenter.region}) is approved after 5 seconds. The person has the
permission set AdministratorAccess in the account ${account.id}.
`;
  return { variables, text };
}

/** Lines of `NAME=value`. The file is there once it is whole, for whoever waits for it. */
function writeVariables(path: string, variables: Readonly<Record<string, string>>): void {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(`${path}.new`, lines.join(''), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  // It may listen already, which would keep it alive.
  process.exit(1);
});
