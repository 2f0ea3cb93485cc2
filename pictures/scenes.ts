import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Account } from '../sandbox/accounts/account';
import type { Driver } from '../sandbox/runner/driver';
import { Job, type Run, type StepOptions } from '../sandbox/runner/job';
import type { Sandbox } from '../sandbox/sandbox';

/** Where a scene plays. */
export interface Stage {
  readonly sandbox: Sandbox;
  /** Runs the action: as processes of `dist` if omitted. */
  readonly driver?: Driver;
  /** The folder with the action: this project if omitted. */
  readonly action?: string;
}

const ISSUER = 'token.actions.githubusercontent.com';
const REGION = 'eu-central-1';
const ACCOUNTS = { shared: '123456789012', staging: '111122223333', production: '444455556666' } as const;
/** The keys that AWS documents as examples. */
const KEYS = {
  'aws-access-key-id': 'AKIAIOSFODNN7EXAMPLE',
  'aws-secret-access-key': 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
} as const;
const ANYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } as const;

/**
 * What each picture in docs/pictures shows: the part of a job summary that a step writes. `npm run pictures` makes the
 * pictures, and a test compares what they were made from with what the steps write now.
 */
export const SCENES: Readonly<Record<string, (stage: Stage) => Promise<string>>> = {
  success(stage) {
    const { arn } = createRole(stage.sandbox.account(ACCOUNTS.shared), 'deploy');
    return summaryOf(stage, [{ with: { 'role-to-assume': arn }, env: { GITHUB_ACTION: 'aws' } }]);
  },

  accounts(stage) {
    const roles = Object.entries(ACCOUNTS).map(
      ([profile, id]) => `${profile}: ${createRole(stage.sandbox.account(id), 'inventory').arn}`,
    );
    return summaryOf(stage, [{ with: { roles: roles.join('\n') } }]);
  },

  failure(stage) {
    const { arn } = createRole(stage.sandbox.account(ACCOUNTS.shared), 'deploy', 'refs/heads/release');
    return summaryOf(stage, [{ with: { 'role-to-assume': arn }, env: { GITHUB_ACTION: 'aws' } }]);
  },

  plan(stage) {
    const account = stage.sandbox.account(ACCOUNTS.shared);
    createProvider(account);
    const admin = account.createUser('admin', { policies: [ANYTHING] });
    admin.createAccessKey({
      accessKeyId: KEYS['aws-access-key-id'],
      secretAccessKey: KEYS['aws-secret-access-key'],
    });
    const step = (more: Readonly<Record<string, string>>): StepOptions => ({
      with: { mode: 'provision', identities: 'iam/app.yml', ...KEYS, ...more },
      env: { GITHUB_ACTION: 'identities' },
    });
    return summaryOf(stage, [
      { files: DOCUMENT_BEFORE, ...step({}) },
      { files: DOCUMENT, ...step({ 'dry-run': 'true' }) },
    ]);
  },
};

/** What a picture is made from, in few letters: the Markdown, and how it is shown. */
export function sourceOf(markdown: string): string {
  return createHash('sha256').update(markdown).update(STYLE).digest('hex');
}

/** How GitHub shows a job summary, as far as what is in ours. */
export const STYLE = readFileSync(join(__dirname, 'github.css'), 'utf8');

const ARTIFACTS = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: 'arn:aws:s3:::artifacts/*' }],
});

const DOCUMENT_BEFORE = {
  'iam/app.yml': `policies:
  artifacts: { document: iam/artifacts.json }
roles:
  deploy:
    trust: { github: { repository: octo/app, branch: main } }
    policies: [artifacts]
`,
  'iam/artifacts.json': ARTIFACTS,
};

const DOCUMENT = {
  'iam/app.yml': `policies:
  artifacts: { document: iam/artifacts.json }
users:
  reporter:
    path: /machine/
    policies: [arn:aws:iam::aws:policy/ReadOnlyAccess]
roles:
  deploy:
    trust: { github: { repository: octo/app, branch: [main, release] } }
    policies: [artifacts]
    tags: { team: platform }
`,
  'iam/artifacts.json': ARTIFACTS,
};

function createProvider(account: Account): string {
  return account.createOidcProvider({ url: `https://${ISSUER}`, clientIds: ['sts.amazonaws.com'] }).arn;
}

/** A role that jobs of octo/app may assume. */
function createRole(account: Account, name: string, ref = 'refs/heads/main') {
  return account.createRole(name, {
    trust: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRoleWithWebIdentity',
          Principal: { Federated: createProvider(account) },
          Condition: {
            StringEquals: {
              [`${ISSUER}:aud`]: 'sts.amazonaws.com',
              [`${ISSUER}:sub`]: `repo:octo/app:ref:${ref}`,
            },
          },
        },
      ],
    },
  });
}

/**
 * Runs steps of one job, which reach the sandbox as AWS's own endpoint, by way of a proxy.
 *
 * @returns what the last of them adds to the summary, at the same time whenever it is run
 */
async function summaryOf(
  { sandbox, driver, action }: Stage,
  steps: readonly (StepOptions & { readonly files?: Readonly<Record<string, string>> })[],
): Promise<string> {
  const job = new Job(
    {
      AWS_ENDPOINT_URL_IAM: sandbox.url,
      GITHUB_ACTION_REPOSITORY: 'octo-org/aws-identity-action',
      GITHUB_ACTION_REF: 'v1',
      ...sandbox.github.environment({}),
    },
    driver,
  );
  try {
    let last: Run | undefined;
    for (const { files = {}, with: inputs, ...step } of steps) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(job.workspace, path)), { recursive: true });
        writeFileSync(join(job.workspace, path), text);
      }
      const toSandbox = { 'sts-endpoint': `http://sts.${REGION}.amazonaws.com`, 'http-proxy': sandbox.url };
      last = await job.step({
        ...step,
        ...(action && { uses: action }),
        with: { 'aws-region': REGION, ...toSandbox, ...inputs },
      });
    }
    await job.finish();
    return last?.summary.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '2026-01-31 13:00 UTC') ?? '';
  } finally {
    job.remove();
  }
}
