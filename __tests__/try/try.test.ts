import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { examples, pages, ROOT } from '../docs/pages';
import { ALL_AS_PROCESSES } from '../scenarios/running';

interface Tried {
  readonly file: string;
  readonly args?: readonly string[];
  readonly exitCode?: number;
  /** What it prints, in this order, among more. */
  readonly prints?: readonly string[];
}

const OF_USERS: readonly Tried[] = [
  {
    file: 'drop-in.yml',
    prints: [
      'secrets.AWS_ROLE is not given: the role arn:aws:iam::123456789012:role/deploy.',
      'Skipped: an action of others; only this action runs here. It has no outputs.',
      'This action runs instead of aws-actions/configure-aws-credentials',
      'It trusts repo:octo-org/app:ref:refs/heads/main',
      'AWS_SECRET_ACCESS_KEY=***',
      'sts AssumeRoleWithWebIdentity',
      'account=123456789012',
      'deployed to 123456789012 by octocat',
      'deploy: success, after: success',
    ],
  },
  {
    file: 'compatible.yml',
    args: ['AWS_ROLE_EXTERNAL_ID=octo'],
    prints: [
      'role/my-second-role. It trusts the accounts here',
      'assumed-role/my-second-role/MySessionName',
      'assumed-role/my-github-actions-role/MySessionName',
      'assumed-role/my-other-github-actions-role/',
      'Post Configure AWS Credentials 2\n',
      'Post Configure AWS Credentials 1\n',
      'assumed-role/second/',
      'chain: success, keys: success, outputs: success, profiles: success',
    ],
  },
  {
    file: 'matrix.yml',
    prints: [
      'inventory (staging, 111122223333)',
      'It trusts repo:octo-org/app:environment:staging',
      'arn:aws:sts::111122223333:assumed-role/inventory/',
      'Job inventory (production, 444455556666)',
      'arn:aws:sts::444455556666:assumed-role/inventory/',
    ],
  },
  {
    file: 'keys-of-job.yml',
    prints: ['the key of arn:aws:iam::123456789012:user/list', 'vars.REGION is not given', 'list: success'],
  },
  {
    file: 'not-supported.yml',
    prints: [
      'only workflows of the repository itself run here. Those that need it find no outputs.',
      'Not supported here: services',
      'Not supported here: container',
      'Not supported here: runs-on: "windows-latest"',
      'composite ones run here, and not one of node24',
      'containers are not supported here',
      'still here after ., success',
      'shared: not run, test: success',
    ],
  },
  {
    file: 'local-action.yml',
    exitCode: 1,
    prints: [
      'secrets.DEPLOYER is not given: the role arn:aws:iam::123456789012:role/deploy.',
      'deploy › ./actions/sign-in › Run cat',
      '(actions/sign-in/action.yml:13)',
      'hello from the action',
      'SIGNED_IN=platform in test by platform',
      'deploy › ./actions/sign-in › Run octo-org/aws-identity-action@v1',
      'sts AssumeRoleWithWebIdentity',
      'Skipped: if: failure().',
      'End of ./actions/sign-in',
      'arn=arn:aws:sts::123456789012:assumed-role/deploy/',
      'platform in test by platform, in eu-central-1 as arn:aws:sts::123456789012:assumed-role/deploy/',
      'without a team',
      '"none at all" is not one role',
      'it failed',
      'Failed with exit code 1, and the job goes on.',
      'then failure and success',
      'Failed, and the job goes on: ',
      'local-action.yml:19: There is no folder missing',
      'local-action.yml:22: There is no action.yml in ./actions/missing of the workspace. Is the repository checked out',
      'Post Run octo-org/aws-identity-action@v1',
      'deploy: failure',
    ],
  },
  {
    file: 'calls.yml',
    args: ['OTHER=of all', 'vars.TEAM=platform'],
    prints: [
      'secrets.DEPLOYER is not given: the role arn:aws:iam::123456789012:role/deploy.',
      'Job deploy (test) / sign-in',
      'deploy (test) / sign-in › Run octo-org/aws-identity-action@v1 (.github/workflows/deploy.yml:16)',
      'sts AssumeRoleWithWebIdentity',
      "on push by platform to test with ''",
      'Job deploy (prod) / sign-in',
      'Skipped: if: inputs.dry',
      'Job inherits / sign-in',
      "on push by platform to last with '***'",
      'Job remote',
      'only workflows of the repository itself run here',
      'as arn:aws:sts::123456789012:assumed-role/deploy/',
      'deploy: success, inherits: success, remote: not run, after: success',
    ],
  },
  {
    file: '.github/workflows/deploy.yml',
    args: ['inputs.stage=test', 'inputs.dry=true', 'OTHER=', 'vars.TEAM=platform'],
    prints: [
      'called on push of refs/heads/main in octo-org/app',
      'It runs without the workflow that calls it, which is taken to permit everything.',
      'Job sign-in',
      'sts AssumeRoleWithWebIdentity',
      "on push by platform to test with ''",
      'sign-in: success',
    ],
  },
  {
    file: '.github/workflows/deploy.yml',
    exitCode: 1,
    prints: ['The workflow needs inputs that are not given: stage. Give each after the file: inputs.stage=value'],
  },
  {
    file: 'masked-outputs.yml',
    prints: [
      'Job keys',
      'keys › Outputs',
      "id does not reach other jobs, as a part of it is masked. GitHub warns: \"Skip output 'id' since",
      'secret does not reach other jobs',
      "key '' and '' of 123456789012",
    ],
  },
  // It may not ask for tokens.
  { file: 'failing.yml', exitCode: 1, prints: ['id-token: write', 'the step failure', 'deploy: failure'] },
  {
    file: 'provision.yml',
    prints: ['+ create  role', 'assumed-role/report/', 'iam DeleteAccessKey', 'provision: success'],
  },
  {
    file: 'shell.yml',
    args: ['--repository', 'mona/tools'],
    prints: [
      '## Built',
      '▸ Result',
      'tool of mona/tools',
      'two ***',
      'Warning: old',
      'Run echo "mona/tools $G',
      'mona/tools/.github/workflows/shell.yml@',
      'build: success',
    ],
  },
  {
    file: 'pull-request.yml',
    prints: [
      'pull_request of refs/pull/1/merge in octo-org/app',
      'It trusts repo:octo-org/app:pull_request',
      'refs/pull/1/merge change',
    ],
  },
  {
    file: 'comments.yml',
    exitCode: 1,
    prints: ['The plan is commented on pull request 1', 'plan-comment-refused', 'may: success, may-not: failure'],
  },
  { file: 'missing-secret.yml', exitCode: 1, prints: ['names what nobody gave: secrets.SLACK_HOOK (line 8)'] },
  { file: 'missing-secret.yml', args: ['--no-run'], prints: ['Not run, because of --no-run'] },
  {
    file: 'drop-in.yml',
    args: ['deploy', '--strict', 'AWS_ROLE=arn:aws:iam::123456789012:role/deploy'],
    exitCode: 1,
    prints: ['deploy: failure'],
  },
  {
    file: '../../../examples/deploy-oidc.yml',
    args: ['--strict', '--identities', 'examples/identities/oidc-role.yml', '--no-run'],
    prints: ['Provisioned before: ', 'Identity: arn:aws:sts::123456789012:assumed-role/deploy/', 'deploy: success'],
  },
  {
    file: 'fail-fast.yml',
    exitCode: 1,
    prints: [
      'part one',
      'part two',
      'Job first (three)',
      'Cancelled: another job of the matrix has failed, and strategy.fail-fast is not false.',
      'all of two',
      'all of three',
      'first: failure, all: success',
    ],
  },
  {
    file: 'no-clean-up.yml',
    prints: [
      'Not supported here: timeout-minutes',
      'key of true',
      "Skipped: post-if: always() && env.AWS_SKIP_CLEANUP_STEP != 'true'.",
      'deploy: success',
    ],
  },
  { file: 'wrong.yml', exitCode: 1, prints: ["wrong.yml:6:9: Unexpected value 'use'"] },
].map(({ file, ...rest }) => ({ file: join(__dirname, 'workflows', file), ...rest }));

/** What these run of their users is not here, or it waits. */
const WITHOUT_COMMANDS = [
  'cross-account-pipeline.yml',
  'ephemeral-user.yml',
  'least-privilege-user.yml',
  'long-job.yml',
];
const EXAMPLES = examples()
  .filter((path) => !path.includes('/identities/'))
  .map((path): Tried => ({
    file: join(ROOT, path),
    args: WITHOUT_COMMANDS.includes(basename(path)) ? ['--no-run'] : [],
  }));

/** Only the device of a person shows the code that this asks for. */
const ASKS_FOR_CODE = { args: ['inputs.code=123456'], exitCode: 1, prints: ['MultiFactorAuthentication failed'] };

/** The whole workflows of the pages, each in a file of its own. */
function ofPages(): Tried[] {
  const whole = pages().flatMap(({ path, blocks }) =>
    blocks
      .filter(({ language, content }) => language === 'yaml' && /^jobs:/m.test(content) && /^on:/m.test(content))
      .map(({ content }, index) => ({ name: `${path.replaceAll('/', '-')}-${index}.yml`, content })),
  );
  cpSync(join(ROOT, 'examples/identities'), join(folder, 'identities'), { recursive: true });
  return whole.map(({ name, content }) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return { file, ...(content.includes('${{ inputs.code }}') && ASKS_FOR_CODE) };
  });
}

const folder = mkdtempSync(join(tmpdir(), 'try-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The fast run has time for one. */
const TRIED = ALL_AS_PROCESSES ? [...OF_USERS, ...EXAMPLES, ...ofPages()] : OF_USERS.slice(0, 1);

test.each(TRIED.map((each) => [relative(ROOT, each.file), each.args?.join(' ') ?? '', each] as const))(
  'npm run try -- %s %s',
  (_, __, { file, args = [], exitCode = 0, prints = [] }) => {
    const command = ['--import', 'tsx', 'try/try.ts', file, ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: ROOT, encoding: 'utf8' });
    let rest = `${stdout}${stderr}`;
    for (const text of prints) {
      expect(rest).toContain(text);
      rest = rest.slice(rest.indexOf(text) + text.length);
    }
    expect([status, stdout]).toEqual([exitCode, stdout]);
  },
);

test.each([
  ['--help', 0, /^npm run try -- WORKFLOW\.yml/],
  [__dirname, 1, /^There is no file .*try\.\n$/],
])('npm run try -- %s', (argument, exitCode, prints) => {
  const command = ['--import', 'tsx', 'try/try.ts', argument];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: ROOT, encoding: 'utf8' });
  expect(`${stdout}${stderr}`).toMatch(prints);
  expect(status).toBe(exitCode);
});

test('where nobody reads what is printed any more, all stops and nothing is left', async () => {
  const temporary = join(folder, 'unread');
  mkdirSync(temporary);
  const command = ['--import', 'tsx', 'try/try.ts', join(__dirname, 'workflows/long.yml')];
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  child.stdout.once('data', () => child.stdout.destroy());
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  await closed;
  expect(said.join('')).toBe('Stopped. The folders of the job are removed, and the local AWS has ended.\n');
  expect(readdirSync(temporary).filter((name) => name.startsWith('job-'))).toEqual([]);
});

test('ctrl-C stops what runs, whose log is printed by then, and leaves nothing', async () => {
  const temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  const command = ['--import', 'tsx', 'try/try.ts', join(__dirname, 'workflows/long.yml')];
  // A process group of its own, to all of which a terminal sends the signal.
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    detached: true,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const closed = once(child, 'close');
  let isStopped = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (isStopped || child.pid === undefined || !printed.includes(`begun in ${temporary}`)) return;
      isStopped = true;
      process.kill(-child.pid, 'SIGINT');
    });
  }
  expect(await closed).toEqual([130, null]);
  expect(printed).toMatch(/Stopped\. The folders of the job are removed, and the local AWS has ended\.\n$/);
  expect(printed).not.toMatch(/ended\n|next\n/);
  expect(readdirSync(temporary).filter((name) => name.startsWith('job-'))).toEqual([]);
});
