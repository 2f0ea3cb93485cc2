import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { POLICY, workspaceWith } from '../identities/workspace';
import { KEYS, OIDC, problemsOf, read, ROLE, SETTINGS } from './reading';

describe('the modes that change IAM', () => {
  const MODES = ['provision', 'rotate', 'deprovision'] as const;
  const JOB = { GITHUB_REPOSITORY: 'octo/app' };
  const NOTHING_DELIVERED = '{ users: { ci: {} } }';
  const TO_THE_JOB = '{ users: { ci: { access-key: { deliver: [environment, { profile: ci }] } } } }';
  const TO_GITHUB = '{ users: { ci: { access-key: { deliver: [github-secrets] } } } }';
  const TO_BOTH =
    '{ users: { ci: { access-key: { deliver: [environment] } }, cd: { access-key: { deliver: [github-secrets] } } } }';
  const SEED_TO_GITHUB = '{ users: { ci: { mfa-device: { name: ci, deliver: [{ github-secret: SEED }] } } } }';

  test.each([
    ['provision', {}, { ephemeral: false, adoptExisting: false }],
    ['provision', { ephemeral: 'true', 'adopt-existing': 'true' }, { ephemeral: true, adoptExisting: true }],
    ['rotate', {}, { rotateNow: false, deleteOldKeys: false }],
    ['rotate', { 'rotate-now': 'true', 'delete-old-keys': 'true' }, { rotateNow: true, deleteOldKeys: true }],
    ['deprovision', {}, {}],
  ])('%s, asked %j', async (mode, inputs, asked) => {
    const { request, warnings } = await read({ mode, identities: NOTHING_DELIVERED, ...inputs, ...KEYS }, JOB);
    expect(request).toEqual({
      mode,
      ...asked,
      ...SETTINGS,
      identity: {
        source: {
          from: 'given keys',
          credentials: { accessKeyId: KEYS['aws-access-key-id'], secretAccessKey: KEYS['aws-secret-access-key'] },
        },
        chain: undefined,
      },
      declaration: { oidcProviders: [], policies: [], roles: [], users: [expect.objectContaining({ name: 'ci' })] },
      repository: 'octo/app',
      dryRun: false,
      planComment: undefined,
      githubToken: undefined,
      profiles: { overwrite: false, output: undefined, location: 'home' },
    });
    expect(warnings).toEqual([]);
  });

  describe('where the plan is commented', () => {
    const workspace = workspaceWith({ 'event.json': '', 'users.yml': NOTHING_DELIVERED });
    const GITHUB_EVENT_PATH = join(workspace, 'event.json');
    const asked = { mode: 'provision', identities: 'users.yml', 'plan-comment': 'true', ...KEYS };
    const readFor = async (event: object, inputs: Readonly<Record<string, string>> = {}, name = 'x') => {
      writeFileSync(GITHUB_EVENT_PATH, JSON.stringify(event));
      const env = { ...JOB, GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH, GITHUB_WORKSPACE: workspace };
      const { request } = await read({ ...asked, 'github-token': 'token', ...inputs }, env);
      return 'planComment' in request ? request.planComment : undefined;
    };
    const of = (repo: object | null) => ({ pull_request: { number: 7, head: { repo } } });

    test('a pull request of the repository, for a document from a file or not', async () => {
      const event = of({ full_name: 'Octo/app' });
      expect(await readFor(event)).toEqual({ pullRequest: 7, token: 'token', document: 'users.yml' });
      const inline = await readFor(event, { identities: NOTHING_DELIVERED });
      expect(inline).toEqual({ pullRequest: 7, token: 'token', document: undefined });
      expect(await readFor(event, { 'plan-comment': 'false' })).toBeUndefined();
    });

    test.each([
      ['a fork', of({ full_name: 'eve/app' }), 'pull request 7 is from a fork'],
      ['a fork that is gone', of(null), 'pull request 7 is from a fork'],
      ['an issue', { issue: { number: 7 } }, 'plan-comment is for the event pull_request, and this one is x'],
    ])('nowhere by an event of %s', async (_, event, impossible) => {
      expect(await readFor(event)).toEqual({ impossible });
    });

    test('nowhere by an event of a pull request whose number is not known', async () => {
      expect(await readFor({ pull_request: {} }, {}, 'pull_request')).toEqual({
        impossible: 'the file of the event pull_request (GITHUB_EVENT_PATH) has no number of a pull request',
      });
    });

    test('nowhere without a token: that is wrong', async () => {
      expect(await problemsOf({ ...asked, identities: NOTHING_DELIVERED }, JOB)).toContain(
        'github-token: is missing: plan-comment writes a comment.',
      );
    });
  });

  test('how profiles are written, and whether anything is changed', async () => {
    const inputs = { 'overwrite-aws-profile': 'true', 'profile-output': 'json', 'dry-run': 'true' };
    const { request } = await read({ mode: 'provision', identities: TO_THE_JOB, ...inputs }, JOB);
    expect(request).toMatchObject({ profiles: { overwrite: true, output: 'json' }, dryRun: true });
  });

  test.each([
    ['identities', NOTHING_DELIVERED, 'access-keys', 'provision, rotate and deprovision'],
    ['dry-run', 'true', 'verify', 'provision, rotate and deprovision'],
    ['plan-comment', 'true', 'verify', 'provision, rotate and deprovision'],
    ['github-token', 'token', 'federation-token', 'provision, rotate and deprovision'],
    ['ephemeral', 'true', 'rotate', 'provision'],
    ['ephemeral', 'true', 'deprovision', 'provision'],
    ['adopt-existing', 'true', 'rotate', 'provision'],
    ['adopt-existing', 'true', 'deprovision', 'provision'],
    ['rotate-now', 'true', 'provision', 'rotate'],
    ['rotate-now', 'true', 'deprovision', 'rotate'],
    ['delete-old-keys', 'true', 'provision', 'rotate'],
    ['delete-old-keys', 'true', 'deprovision', 'rotate'],
    ['overwrite-aws-profile', 'true', 'deprovision', 'assume-role, session-token, '],
    ['profile-output', 'json', 'deprovision', 'assume-role, session-token, '],
    ['roles', `a: ${ROLE}`, 'provision', 'assume-role'],
    ['special-characters-workaround', 'true', 'rotate', 'assume-role'],
    ['federated-user-name', 'ci', 'provision', 'federation-token'],
    ['expect-allowed', 's3:GetObject', 'deprovision', 'verify'],
    ['aws-profile', 'ci', 'provision', 'assume-role, session-token, '],
    ['output-credentials', 'true', 'rotate', 'assume-role, session-token, '],
  ])('%s (%s) is not for %s', async (input, value, mode, modes) => {
    const problems = await problemsOf({ mode, identities: NOTHING_DELIVERED, [input]: value }, JOB);
    expect(problems).toContain(`${input}: is for ${modes}`);
    expect(problems).toContain(`and the mode is ${mode}`);
  });

  test.each(['dry-run', 'ephemeral', 'adopt-existing', 'rotate-now', 'delete-old-keys'])(
    '%s: false may stand anywhere',
    async (input) => {
      expect(await problemsOf({ ...KEYS, [input]: 'false' }, JOB)).toBe('none');
    },
  );

  test('are never inferred', async () => {
    const problems = await problemsOf({ identities: NOTHING_DELIVERED, 'expect-allowed': 's3:GetObject' }, JOB);
    expect(problems).toContain(
      '- identities: is for provision, rotate and deprovision, and no mode is given: set mode: provision, or remove identities',
    );
    expect(problems).toContain(
      '- expect-allowed: is for verify, and no mode is given: set mode: verify, or remove expect-allowed',
    );
    const inferred = await problemsOf(
      { 'role-to-assume': ROLE, 'rotate-now': 'true', 'federated-user-name': 'ci' },
      JOB,
    );
    expect(inferred).toContain(
      '- rotate-now: is for rotate, and no mode is given: set mode: rotate, or remove rotate-now',
    );
    expect(inferred).toContain('- federated-user-name: is for federation-token, and the mode is assume-role');
  });

  test.each([
    ['github-token', 'ghs_x', 'with a role', { 'role-to-assume': ROLE }, 'assume-role'],
    ['dry-run', 'true', 'with a role', { 'role-to-assume': ROLE }, 'assume-role'],
    ['github-token', 'ghs_x', 'with keys', KEYS, 'access-keys'],
  ])('%s (%s) alone does nothing %s', async (name, value, _, others, mode) => {
    const { request, warnings } = await read({ ...others, [name]: value }, { ...JOB, ...OIDC });
    expect(request.mode).toBe(mode);
    expect(warnings).toEqual([
      `${name} does nothing: it is for provision, rotate and deprovision, and the mode is ${mode}. Remove it.`,
    ]);
    const asked = await problemsOf({ mode, ...others, [name]: value }, { ...JOB, ...OIDC });
    expect(asked).toContain(`${name}: is for provision, rotate and deprovision, and the mode is ${mode}`);
    const declared = await problemsOf({ identities: NOTHING_DELIVERED, ...others, [name]: value }, JOB);
    expect(declared).toContain(`${name}: is for provision, rotate and deprovision, and no mode is given`);
  });

  test.each(MODES)('%s needs a document, and a repository to own what it says', async (mode) => {
    const problems = await problemsOf({ mode });
    expect(problems).toContain('2 problems were found in the inputs');
    expect(problems).toContain('- identities: is missing; it should be an identity document, or its path');
    expect(problems).toContain('- GITHUB_REPOSITORY: is not set; it should be owner/name');
  });

  test('trust in jobs is checked against the server on which this one runs', async () => {
    const identities = '{ roles: { deploy: { trust: { github: { repository: octo/app, branch: main } } } } }';
    const problems = (GITHUB_SERVER_URL: string) =>
      problemsOf({ mode: 'provision', identities, ...KEYS }, { ...JOB, GITHUB_SERVER_URL });
    expect(await problems('https://github.com/')).not.toContain('trusts jobs on github.com');
    expect(await problems('https://ghe.example//')).toContain('this job is on https://ghe.example; ');
  });

  test('what is wrong in the document is reported with what else is wrong', async () => {
    const identities = 'users:\n  a b: {}\n  ci: { pat: /x/ }\n';
    const problems = await problemsOf({ mode: 'provision', identities, 'dry-run': 'perhaps' }, JOB);
    expect(problems).toContain('3 problems were found in the inputs');
    expect(problems.match(/^- identities: .*$/gm)).toEqual([
      expect.stringContaining('a b'),
      expect.stringContaining('pat'),
    ]);
    expect(problems).toContain('- dry-run: "perhaps" is neither true nor false');
  });

  test.each([
    [NOTHING_DELIVERED, { provision: false, rotate: false, deprovision: false }],
    [TO_THE_JOB, { provision: false, rotate: false, deprovision: false }],
    [TO_GITHUB, { provision: true, rotate: true, deprovision: false }],
    [TO_BOTH, { provision: true, rotate: true, deprovision: false }],
    [SEED_TO_GITHUB, { provision: true, rotate: false, deprovision: false }],
  ])('whether a token for GitHub is needed for %s: %j', async (identities, needed) => {
    for (const mode of MODES) {
      const problems = await problemsOf({ mode, identities }, JOB);
      const missing = /github-token: is missing: the document delivers to GitHub secrets\. It should be/;
      if (needed[mode]) expect(problems).toMatch(missing);
      else expect(problems).toBe('none');
      expect(await problemsOf({ mode, identities, 'dry-run': 'true' }, JOB)).toBe('none');
      const { request } = await read({ mode, identities, 'github-token': 'token' }, JOB);
      expect(request).toMatchObject({ githubToken: 'token' });
    }
  });

  describe('the server of a workspace', () => {
    const workspace = (more = '') => `{ terraform-cloud: { organization: acme, workspace: prod${more} } }`;
    const documentOf = (...deliver: readonly string[]) =>
      `{ users: { ${deliver.map((one, at) => `u${at}: { access-key: { deliver: [${one}] } }`).join(', ')} } }`;
    const request = (more: string, address?: string) =>
      read(
        { mode: 'provision', identities: documentOf(workspace(more)), 'terraform-token': 'token' },
        { ...JOB, ...(address !== undefined && { TFE_ADDRESS: address }) },
      );

    test.each([
      ['', undefined, 'https://app.terraform.io'],
      ['', '', 'https://app.terraform.io'],
      ['', 'https://tfe.example.com', 'https://tfe.example.com'],
      ['', 'https://TFE.example.com:443/api/v2/', 'https://tfe.example.com'],
      ['', 'http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
      [', host: app.eu.terraform.io', 'https://tfe.example.com', 'https://app.eu.terraform.io'],
      // What the document names is never the server of the variable.
      [', host: App.terraform.io', 'https://tfe.example.com', 'https://app.terraform.io'],
      [", host: 'tfe.example.com:8443'", undefined, 'https://tfe.example.com:8443'],
      [', host: tfe.example.com', 'no URL', 'https://tfe.example.com'],
    ])('with "%s" and TFE_ADDRESS %p: %s', async (more, address, server) => {
      const { request: read, warnings } = await request(more, address);
      expect(read).toMatchObject({ declaration: { users: [{ accessKey: { deliver: [{ workspace: { server } }] } }] } });
      expect(warnings).toEqual([]);
    });

    test.each(['tfe.example.com', 'ftp://tfe.example.com', 'no URL'])('is not %s', async (TFE_ADDRESS) => {
      const problems = await problemsOf(
        { mode: 'provision', identities: documentOf(workspace()), 'terraform-token': 'token' },
        { ...JOB, TFE_ADDRESS },
      );
      expect(problems).toContain(
        `needs a host, as TFE_ADDRESS is "${TFE_ADDRESS}"; it should be the URL of the server`,
      );
      expect(await problemsOf({ mode: 'provision', identities: TO_THE_JOB }, { ...JOB, TFE_ADDRESS })).toBe('none');
    });

    test('is warned of where the way to it is not encrypted', async () => {
      const { warnings } = await request('', 'http://tfe.example.com');
      expect(warnings.join()).toContain('is at http://tfe.example.com, as TFE_ADDRESS says, which is not encrypted');
    });

    test.each([
      [[workspace(), workspace().replace('prod', 'Prod')], {}],
      [[workspace(), workspace(', host: app.terraform.io')], {}],
      [[workspace(), workspace(', host: tfe.example.com')], { TFE_ADDRESS: 'https://tfe.example.com/' }],
      [[workspace(', host: tfe.example.com'), workspace(", host: 'TFE.example.com:443'")], {}],
    ])('tells whether two keys have one place: %j', async (deliver, env) => {
      const problems = await problemsOf(
        { mode: 'provision', identities: documentOf(...deliver), 'terraform-token': 'token' },
        { ...JOB, ...env },
      );
      expect(problems).toContain('where users.u0.access-key.deliver[0].terraform-cloud delivers already');
    });

    test.each(MODES)('gets a token of its own: %s', async (mode) => {
      const identities = documentOf(workspace(), workspace(', host: tfe.example.com'));
      const inputs = { mode, identities, 'dry-run': 'true' };
      expect(await problemsOf({ ...inputs, 'terraform-token': 'token' }, JOB)).toContain(
        'terraform-token: is of one server, and the document names workspaces of https://app.terraform.io and ' +
          'https://tfe.example.com, which would all learn it',
      );
      expect(await problemsOf(inputs, JOB)).toBe('none');
    });
  });

  test('the document is read for the partition of the region and the IDs of the repository', async () => {
    const identities =
      '{ oidc-providers: { github: {} }, roles: { deploy: { trust: { github: { repository: octo/app, branch: main } } } } }';
    const env = { ...JOB, GITHUB_REPOSITORY_ID: '2', GITHUB_REPOSITORY_OWNER_ID: '1' };
    const { request } = await read({ mode: 'provision', identities, 'aws-region': 'cn-north-1' }, env);
    expect(request).toMatchObject({
      declaration: {
        oidcProviders: [{ audiences: ['sts.amazonaws.com.cn'] }],
        roles: [{ trust: { entries: [{ github: { ids: { owner: '1', repository: '2' } } }] } }],
      },
    });
  });

  describe('where the files of the workspace may be a stranger’s', () => {
    const PULL_REQUEST = { issue: { number: 1, pull_request: { url: 'https://api.github.com/…' } } };
    const ISSUE = { issue: { number: 1 } };
    const runOf = (full_name: string) => ({ workflow_run: { event: 'pull_request', head_repository: { full_name } } });
    const workspace = workspaceWith({
      'identities.yml': NOTHING_DELIVERED,
      'policy.json': JSON.stringify(POLICY),
      'pull-request.json': JSON.stringify(PULL_REQUEST),
      'issue.json': JSON.stringify(ISSUE),
      'fork.json': JSON.stringify(runOf('mallory/app')),
      'own.json': JSON.stringify(runOf('octo/app')),
      'broken.json': '{',
    });
    const problemsOn = (event: string, payload: string | undefined, inputs: Record<string, string>) =>
      problemsOf(inputs, {
        ...JOB,
        GITHUB_WORKSPACE: workspace,
        GITHUB_EVENT_NAME: event,
        ...(payload !== undefined && { GITHUB_EVENT_PATH: join(workspace, payload) }),
      });

    test.each([
      ['pull_request_target', undefined, 'whoever opened the pull request'],
      ['pull_request_target', 'broken.json', 'whoever opened the pull request'],
      ['issue_comment', 'pull-request.json', 'whoever opened the pull request'],
      ['issue_comment', undefined, 'whoever opened the pull request'],
      ['workflow_run', 'fork.json', 'the owner of the fork whose workflow ran before'],
      ['workflow_run', 'broken.json', 'the owner of the fork whose workflow ran before'],
    ])('on %s (%s), a document or a policy from there is shown only', async (event, payload, stranger) => {
      const byFile = { identities: 'identities.yml' };
      const withPolicy = { identities: '{ users: { ci: { inline-policies: { p: policy.json } } } }' };
      for (const mode of MODES) {
        for (const [inputs, file] of [[byFile, 'identities.yml'] as const, [withPolicy, 'policy.json'] as const]) {
          expect(await problemsOn(event, payload, { mode, ...inputs })).toContain(
            `identities: reads ${file} of the workspace, and on ${event} its files may be those of ${stranger}, ` +
              'who could so decide what the account allows. It should be applied by an event of a reviewed branch, such as ' +
              'push; dry-run: true shows the plan here',
          );
          expect(await problemsOn(event, payload, { mode, ...inputs, 'dry-run': 'true' })).toBe('none');
        }
        expect(await problemsOn(event, payload, { mode, identities: NOTHING_DELIVERED })).toBe('none');
      }
    });

    test('it is reported with what else is wrong', async () => {
      const identities = '{ users: { a b: { inline-policies: { p: policy.json } } } }';
      const problems = await problemsOn('pull_request_target', undefined, { mode: 'provision', identities });
      expect(problems).toContain('2 problems were found in the inputs');
    });

    test.each([
      ['push', undefined],
      ['workflow_dispatch', undefined],
      ['pull_request', undefined],
      ['issue_comment', 'issue.json'],
      ['workflow_run', 'own.json'],
    ])('not on %s (%s)', async (event, payload) => {
      expect(await problemsOn(event, payload, { mode: 'provision', identities: 'identities.yml' })).toBe('none');
    });
  });

  test('of a great many problems of a document the first are shown', async () => {
    const identities = Array.from({ length: 250 }, (_, index) => `key${index}: 1`).join('\n');
    const problems = (await problemsOf({ mode: 'provision', identities, ...KEYS }, JOB)).split('\n- ');
    expect(problems).toHaveLength(102);
    expect(problems[100]).toMatch(/^identities: line 100: key99 /);
    expect(problems[101]).toMatch(/^identities: and 150 more\b/);
  });
});
