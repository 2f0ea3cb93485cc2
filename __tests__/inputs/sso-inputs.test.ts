import { writeFileSync } from 'node:fs';
import { inJob, useJobDirectory } from '../runner/job-files';
import { KEYS, OIDC, problemsOf, read, ROLE } from './reading';

useJobDirectory();

const ACCOUNT = '123456789012';
const PORTAL = { 'sso-start-url': 'https://d-1234567890.awsapps.com/start', 'sso-region': 'eu-west-1' };
const ADMIN = { ...PORTAL, 'sso-account-id': ACCOUNT, 'sso-role-name': 'Admin' };
const JOB = { GITHUB_REPOSITORY: 'octo/app', GITHUB_EVENT_NAME: 'workflow_dispatch' };
const SIGN_IN = {
  from: 'sign-in',
  startUrl: 'https://d-1234567890.awsapps.com/start',
  region: 'eu-west-1',
  accountId: ACCOUNT,
  roleName: 'Admin',
  mustLast: false,
};

test.each<[inputs: Record<string, string>, mode: string, chain: number | undefined]>([
  [ADMIN, 'assume-role', undefined],
  [{ ...ADMIN, 'role-to-assume': 'deploy' }, 'assume-role', 1],
  [{ ...ADMIN, 'refresh-credentials': 'true', 'aws-profile': 'admin' }, 'assume-role', undefined],
  [{ ...ADMIN, mode: 'access-keys' }, 'access-keys', undefined],
  [{ ...ADMIN, mode: 'verify' }, 'verify', undefined],
  [{ ...ADMIN, mode: 'verify', 'role-to-assume': 'deploy' }, 'verify', 1],
  [{ ...ADMIN, mode: 'provision', identities: 'users: { ci: {} }' }, 'provision', undefined],
])('%j work as a person who signs in, also where the job may use OIDC', async (inputs, mode, chain) => {
  const { request } = await read(inputs, { ...JOB, ...OIDC });
  const mustLast = 'refresh-credentials' in inputs;
  expect([request.mode, request.identity.source]).toEqual([mode, { ...SIGN_IN, mustLast }]);
  expect('chain' in request.identity ? request.identity.chain?.length : undefined).toBe(chain);
});

test('what a mode exports is the session of the person, also in access-keys', async () => {
  const { request } = await read({ ...ADMIN, mode: 'access-keys' }, JOB);
  expect(request).toMatchObject({ delivery: { environment: 'credentials and region' }, isLogOut: false });
});

test.each<[inputs: Record<string, string>, mode: string]>([
  [{}, 'assume-role'],
  [{ 'unset-current-credentials': 'true' }, 'assume-role'],
  [{ 'refresh-credentials': 'true', 'aws-profile': 'admin' }, 'assume-role'],
  [{ 'role-to-assume': 'deploy' }, 'assume-role'],
  [{ mode: 'verify' }, 'verify'],
  [{ mode: 'access-keys' }, 'access-keys'],
])('without a role, the only one is taken: with %j, by %s', async (inputs, mode) => {
  const { request } = await read({ ...PORTAL, ...inputs }, JOB);
  const mustLast = 'refresh-credentials' in inputs;
  const source = { ...SIGN_IN, accountId: undefined, roleName: undefined, mustLast };
  expect([request.mode, request.identity.source]).toEqual([mode, source]);
});

describe('what shapes the session of a role is refused where none is assumed, however the person signs in', () => {
  const ways: Record<string, string>[] = [
    {},
    { 'sso-account-id': ACCOUNT },
    { 'sso-role-name': 'Admin' },
    { 'sso-account-id': ACCOUNT, 'sso-role-name': 'Admin' },
    { mode: 'assume-role' },
    { mode: 'access-keys' },
    { mode: 'access-keys', 'sso-role-name': 'Admin' },
    { mode: 'verify' },
    { mode: 'provision', identities: 'users: { ci: {} }' },
  ];
  const settings = [
    ['inline-session-policy', '{}'],
    ['managed-session-policies', 'arn:aws:iam::aws:policy/ReadOnlyAccess'],
    ['custom-tags', 'nonsense'],
    ['source-identity', 'mona'],
    ['role-external-id', 'external'],
    ['role-session-name', 'mona'],
    ['role-skip-session-tagging', 'true'],
    ['transitive-tag-keys', 'Actor'],
    ['role-duration-seconds', '900'],
    ['special-characters-workaround', 'true'],
    ['continue-on-role-error', 'true'],
  ] as const;
  test.each(ways)('%j', async (way) => {
    for (const [name, value] of settings) {
      const said = await problemsOf({ ...PORTAL, ...way, [name]: value }, JOB);
      expect([name, said]).toEqual([name, expect.stringMatching(new RegExp(`\\b${name}: (is for|asks)`))]);
    }
  });

  test('also a limit that a variable gives', async () => {
    const variables = { ...JOB, INLINE_SESSION_POLICY: '{}', ROLE_SESSION_NAME: 'mona' };
    for (const mode of ['assume-role', 'access-keys', 'verify']) {
      const said = await problemsOf({ ...ADMIN, mode }, variables);
      expect(said).toContain('inline-session-policy (from INLINE_SESSION_POLICY): is for the session of a role');
      expect(said).not.toContain('role-session-name');
    }
    expect(await problemsOf({ mode: 'verify' }, variables)).toBe('none');
  });
});

test.each([
  ['https://d-1234567890.awsapps.com/start', undefined],
  ['https://d-1234567890.awsapps.com/start/', undefined],
  ['https://d-1234567890.awsapps.com/start#/', undefined],
  ['https://d-1234567890.awsapps.com/start/#', undefined],
  ['https://d-1234567890.awsapps.com/start/#/?tab=accounts', undefined],
  ['https://d-1234567890.awsapps.com/start/#/console?account_id=123456789012&role_name=Admin', undefined],
  ['https://d-1234567890.awsapps.com/start?x=1', undefined],
  ['HTTPS://D-1234567890.AwsApps.com/start', undefined],
  [
    'https://start.us-gov-home.awsapps.com/directory/d-1234567890/',
    'https://start.us-gov-home.awsapps.com/directory/d-1234567890',
  ],
  ['https://start.home.awsapps.cn/directory/d-1234567890#/', 'https://start.home.awsapps.cn/directory/d-1234567890'],
  [
    'https://ssoins-1234567890abcdef.portal.eu-west-1.app.aws/',
    'https://ssoins-1234567890abcdef.portal.eu-west-1.app.aws',
  ],
])('the URL of the portal as people have it is sent as AWS gives it: %s', async (url, sent) => {
  const { request } = await read({ ...ADMIN, 'sso-start-url': url }, JOB);
  expect(request.identity.source).toEqual({ ...SIGN_IN, startUrl: sent ?? SIGN_IN.startUrl });
});

test.each<[wrong: Record<string, string>, problem: string]>([
  ...[
    ['https://identitycenter.amazonaws.com/ssoins-1234567890abcdef', 'is the issuer URL, the other of the two on the'],
    ['arn:aws:sso:::instance/ssoins-1234567890abcdef', 'is an ARN, as that of the instance is'],
    ['https://d-1234567890.awsapps.com', 'has another path than /start'],
    ['https://d-1234567890.awsapps.com/login', 'has another path than /start'],
    ['https://123456789012.signin.aws.amazon.com/console', 'is where people sign in to the AWS console'],
    ['https://eu-west-1.console.aws.amazon.com/singlesignon', 'is where people sign in to the AWS console'],
    ['start', 'is not a URL'],
  ].map(([url = '', why = '']): [Record<string, string>, string] => [{ 'sso-start-url': url }, `"${url}" ${why}`]),
  [
    { 'sso-start-url': '' },
    'sso-start-url: is missing; it should be the AWS access portal URL, like https://d-1234567890.awsapps.com/start',
  ],
  [
    { 'sso-start-url': 'd-1234567890.awsapps.com/start' },
    'sso-start-url: "d-1234567890.awsapps.com/start" is not a URL',
  ],
  [{ 'sso-start-url': 'http://d-1234567890.awsapps.com/start' }, 'awsapps.com/start" does not begin with https://'],
  [
    { 'sso-region': '' },
    'sso-region: is missing: the region of IAM Identity Center, which need not be that of the job',
  ],
  [{ 'sso-region': 'eu-wets-1' }, 'sso-region: "eu-wets-1" is not a region of AWS; did you mean eu-west-1?'],
  [{ 'sso-region': 'Ireland' }, 'sso-region: "Ireland" is not the region of IAM Identity Center'],
  [{ 'aws-region': 'cn-north-1' }, 'sso-region: eu-west-1 is in another partition than cn-north-1 (aws-region)'],
  [{ 'sso-account-id': '12345678901' }, "is not an account ID of 12 digits; perhaps '012345678901'"],
  [{ 'allowed-account-ids': '111122223333' }, `sso-account-id: ${ACCOUNT} is none of allowed-account-ids`],
  [
    { 'sso-role-name': 'AWSReservedSSO_Admin_0123456789abcdef' },
    'is the role that was made for a permission set: give Admin',
  ],
  [
    {
      'sso-role-name': `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef`,
    },
    'give Admin',
  ],
  [{ 'sso-role-name': 'Administrator access' }, '"Administrator access" is not the name of a permission set'],
  [KEYS, 'aws-access-key-id: is given together with sso-start-url, by which a person signs in; omit one of the two'],
  [
    { 'role-chaining': 'true' },
    'role-chaining: asks for the credentials in the job, and sso-start-url for those of a person',
  ],
  [{ 'mfa-code': '123456' }, "mfa-code: proves MFA with a user's access keys; a person proves it when signing in"],
  [
    { 'role-to-assume': ROLE, 'role-duration-seconds': '7200' },
    'the session of a person who signed in lasts 3600 at most',
  ],
  [
    { 'role-duration-seconds': '900' },
    'role-duration-seconds: is for the session of a role, and role-to-assume names none; that of sso-role-name is as the',
  ],
  [{ 'special-characters-workaround': 'true' }, 'special-characters-workaround: is for the session of a role'],
  [{ 'role-external-id': 'external' }, 'role-external-id: is for the session of a role, and role-to-assume names none'],
  [{ mode: 'session-token' }, "the mode is session-token, which AWS gives for an IAM user's own access keys only"],
  [{ mode: 'federation-token', 'federated-user-name': 'ci' }, 'the mode is federation-token, which AWS gives'],
  [
    { 'sso-rolename': 'Other', 'sso-role-name': '' },
    'sso-rolename: is not an input of this action; did you mean sso-role-name?',
  ],
  [
    { 'sso-start-uri': 'x', 'sso-start-url': '' },
    'sso-start-uri: is not an input of this action; did you mean sso-start-url?',
  ],
])('%j is wrong: %s', async (wrong, problem) => {
  expect(await problemsOf({ ...ADMIN, ...wrong }, JOB)).toContain(problem);
});

test('MFA is proved at the portal, and nowhere else', async () => {
  for (const mode of ['assume-role', 'verify']) {
    const said = await problemsOf({ ...ADMIN, mode, 'mfa-code': '123456' }, JOB);
    expect(said).toContain('a person proves it when signing in, at sso-start-url');
    expect(said).not.toContain('session-token');
  }
});

test('a password in the URL is not shown', async () => {
  const said = await problemsOf(
    { ...ADMIN, 'sso-start-url': 'https://mona:pass123@d-1234567890.awsapps.com/start' },
    JOB,
  );
  expect(said).toContain('has a user or a password in it');
  expect(said).not.toContain('pass123');
});

test('with a role to assume, the account that must be allowed is that of the role', async () => {
  const other = { 'role-to-assume': 'arn:aws:iam::111122223333:role/deploy', 'allowed-account-ids': '111122223333' };
  expect(await problemsOf({ ...ADMIN, ...other }, JOB)).toBe('none');
});

describe('a run', () => {
  const fork = { head: { repo: { full_name: 'mallory/app' } } };
  const own = { head: { repo: { full_name: 'Octo/App' } } };
  const after = (event: string, full_name = 'octo/app', actor = 'mona') => ({
    workflow_run: { event, head_repository: { full_name }, triggering_actor: { login: actor } },
  });
  const by = (kind: string, association: string, sender = 'mona') => ({
    [kind]: { user: { login: 'mona' }, author_association: association },
    sender: { login: sender },
  });

  function problems(name: string, payload?: object, more: Record<string, string> = {}) {
    writeFileSync(inJob('event.json'), JSON.stringify(payload ?? {}));
    const env = { GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: inJob('event.json'), GITHUB_REPOSITORY: 'octo/app' };
    return problemsOf(ADMIN, { ...env, ...more });
  }

  const STRANGER = 'is of someone who need not have access to the repository';
  test.each<[name: string, payload: object | undefined, why: string]>([
    ['schedule', undefined, 'a schedule started this run'],
    ['pull_request', { pull_request: fork }, 'the pull request is from a fork'],
    ['pull_request', { pull_request: { head: { repo: null } } }, 'the pull request is from a fork'],
    ['pull_request_target', { pull_request: fork }, 'the pull request is from a fork'],
    ['pull_request_review', { pull_request: fork }, 'the pull request is from a fork'],
    ['pull_request', undefined, 'the pull request is from a fork'],
    ['pull_request_review', { pull_request: own, ...by('review', 'NONE') }, `the review ${STRANGER}`],
    ['pull_request_review_comment', { pull_request: own, ...by('comment', 'NONE') }, `the comment ${STRANGER}`],
    ['issue_comment', by('comment', 'NONE'), `the comment ${STRANGER}`],
    ['issue_comment', by('comment', 'CONTRIBUTOR'), `the comment ${STRANGER}`],
    ['issue_comment', undefined, `the comment ${STRANGER}`],
    ['issues', by('issue', 'FIRST_TIMER'), `the issue ${STRANGER}`],
    ['discussion', by('discussion', 'NONE'), `the discussion ${STRANGER}`],
    ['discussion_comment', by('comment', 'NONE'), `the comment ${STRANGER}`],
    ['fork', undefined, 'anyone may cause the event fork'],
    ['watch', undefined, 'anyone may cause the event watch'],
    ['gollum', undefined, 'anyone may cause the event gollum'],
    ['workflow_run', after('schedule'), 'a schedule started the workflow that ran before this one'],
    ['workflow_run', after('pull_request', 'mallory/app'), 'the workflow that ran before this one was of a fork'],
    ['workflow_run', after('workflow_run'), 'what started the workflows that ran before this one is not known'],
    ['workflow_run', after('issue_comment'), 'the event issue_comment, which anyone may cause, started the workflow'],
    ['workflow_run', after('push', 'octo/app', 'dependabot[bot]'), 'a program started the workflow that ran before'],
  ])('of %s with %j is refused, unless that is asked for', async (name, payload, why) => {
    const said = await problems(name, payload);
    expect(said).toContain(`sso-start-url: asks a person to sign in, and nobody watches: ${why}`);
    expect(said).toContain('. Use OIDC there;');
    expect(await problems(name, payload, { AWS_SIGN_IN_UNATTENDED: 'true' })).toBe('none');
    expect(await problems(name, payload, { AWS_SIGN_IN_UNATTENDED: 'yes' })).not.toBe('none');
  });

  test.each([
    ['push', 'dependabot[bot]'],
    ['push', 'renovate[bot]'],
    ['push', 'github-actions[bot]'],
    ['pull_request', 'renovate[bot]'],
    ['repository_dispatch', 'dependabot[bot]'],
  ])('of %s that %s started is refused', async (name, GITHUB_TRIGGERING_ACTOR) => {
    expect(await problems(name, { pull_request: own }, { GITHUB_TRIGGERING_ACTOR })).toContain(
      `nobody watches: ${GITHUB_TRIGGERING_ACTOR}, a program, started this run`,
    );
  });

  test.each<[name: string, payload: object | undefined, actor?: string]>([
    ['workflow_dispatch', undefined],
    ['workflow_dispatch', undefined, 'github-actions[bot]'],
    ['push', undefined],
    ['repository_dispatch', undefined],
    ['repository_dispatch', undefined, 'chat-ops[bot]'],
    ['issue_comment', by('comment', 'MEMBER')],
    ['issues', by('issue', 'OWNER')],
    ['issues', by('issue', 'NONE', 'octocat')],
    ['pull_request', { pull_request: own }],
    ['pull_request_review', { pull_request: own, ...by('review', 'COLLABORATOR') }],
    ['workflow_run', after('push')],
    ['workflow_run', after('workflow_dispatch', 'octo/app', 'github-actions[bot]')],
  ])('of %s with %j may have someone who watches', async (name, payload, actor = 'mona') => {
    expect(await problems(name, payload, { GITHUB_TRIGGERING_ACTOR: actor })).toBe('none');
  });
});
