import type { Failure } from '../../sandbox/faults';
import type { Run } from '../../sandbox/runner/job';
import {
  ADMIN,
  TO_WORKSPACE,
  WORKSPACE,
  endOfKeys,
  githubRepository,
  identityJob,
  identityScenario,
  keyInSecrets,
  keyInWorkspace,
  leftUser,
  ownerOf,
  recordsOf,
  statusesOf,
  terraformWorkspace,
  writes,
} from './identities';
import { expectFailed, type Scenario } from './scenario';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const [ID, SECRET] = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
const REFUSED: Failure = { error: { status: 404, code: 'NotFound', message: 'not found' } };

let scenario: Scenario;
let token: { readonly 'terraform-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  token = terraformWorkspace(scenario);
});
afterEach(() => endOfKeys(scenario));

const documentOf = (deliver: readonly unknown[] = [TO_WORKSPACE]) =>
  JSON.stringify({ users: { pulumi: { 'access-key': { 'max-age': '90d', deliver } } } });
const run = (mode: string, inputs: Record<string, string> = {}, job = identityJob(scenario)): Promise<Run> =>
  job.step({ with: { mode, ...ADMIN, ...token, identities: documentOf(), ...inputs } });
const idsOf = () => Object.keys(statusesOf(scenario, 'pulumi'));
const terraform = () => scenario.sandbox.terraform;
/** The log, without the address of the local server, which is another one each time. */
const textOf = ({ log }: Run) => log.join('\n').replaceAll(` at ${new URL(terraform().address).host}`, '');
/** Has a key delivered, an hour ago. */
async function delivered(identities = documentOf(), inputs: Record<string, string> = {}): Promise<string> {
  expect((await run('provision', { identities, ...inputs })).exitCode).toBe(0);
  scenario.pass(HOUR_MS);
  scenario.calls();
  return keyInWorkspace(scenario).id ?? '';
}

/** What a key that is made writes, with these two writings of the variables. */
const keyBy = (id: string, secret: string) => [
  'TagUser',
  'CreateAccessKey',
  'TagUser',
  'TagUser',
  id,
  secret,
  'TagUser',
  'UntagUser',
];

describe('provision', () => {
  test('makes two sensitive variables of the environment, and the second time changes nothing', async () => {
    const main = await run('provision');
    expect([main.exitCode, main.stderr, main.exported]).toEqual([0, '', {}]);
    const key = keyInWorkspace(scenario);
    expect(ownerOf(scenario, key)).toBe('pulumi');
    expect(recordsOf(scenario, 'pulumi')).toEqual([`delivered:${key.id}`]);
    expect(writes(scenario)).toEqual(['CreateUser', ...keyBy('POST var', 'POST var').slice(1)]);
    expect(textOf(main)).toContain(
      'Delivered the key of pulumi to HCP Terraform: AWS_ACCESS_KEY_ID of the workspace acme',
    );
    const again = await run('provision');
    expect([again.exitCode, again.outputs.changed]).toEqual([0, 'false']);
    expect(textOf(again)).toContain(`${key.id} is delivered`);
    expect(writes(scenario)).toEqual([]);
  });

  test('replaces variables that are there, and makes plain ones sensitive', async () => {
    terraform().write(WORKSPACE, ID, 'AKIAI44QH8DHBEXAMPLE', { sensitive: false });
    terraform().write(WORKSPACE, SECRET, 'old', { sensitive: true });
    expect((await run('provision')).exitCode).toBe(0);
    expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
    expect(writes(scenario)).toEqual(['CreateUser', ...keyBy('PATCH var', 'PATCH var').slice(1)]);
    const made = await variables();
    expect(made.map(({ key, sensitive }) => [key, sensitive])).toEqual([
      [ID, true],
      [SECRET, true],
    ]);
  });

  test('leaves variables of other kinds and names alone, on whatever page they are', async () => {
    terraform().pageSize = 1;
    const { created } = await others();
    expect((await run('provision')).exitCode).toBe(0);
    expect((await run('rotate', { 'rotate-now': 'true' })).exitCode).toBe(0);
    expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
    expect((await variables()).slice(0, created.length)).toEqual(created);
    expect((await run('deprovision')).exitCode).toBe(0);
    expect(await variables()).toEqual(created);
  });

  test('masks the token, and sends it to its server only', async () => {
    const main = await run('provision');
    const masked = main.lines.flatMap(({ command }) => (command?.name === 'add-mask' ? command.value : []));
    expect(masked).toContain(token['terraform-token']);
    const { requests } = scenario.sandbox;
    const bearing = requests.filter(({ headers }) => JSON.stringify(headers).includes(token['terraform-token']));
    expect(new Set(bearing.map(({ service }) => service))).toEqual(new Set(['terraform']));
    expect(JSON.stringify([main.log, main.summary])).not.toContain(token['terraform-token']);
  });

  test('delivers to GitHub and HCP Terraform at once: one key everywhere', async () => {
    const identities = documentOf(['github-secrets', 'dependabot-secrets', TO_WORKSPACE]);
    const both = { identities, ...githubRepository(scenario) };
    const main = await run('provision', both);
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
    expect(keyInSecrets(scenario)).toEqual(keyInWorkspace(scenario));
    expect(keyInSecrets(scenario, { program: 'dependabot' })).toEqual(keyInWorkspace(scenario));
    expect(textOf(main)).toContain('to GitHub and HCP Terraform:');
    scenario.pass(HOUR_MS);
    expect((await run('provision', both)).outputs.changed).toBe('false');
    expect((await run('rotate', { ...both, 'rotate-now': 'true' })).exitCode).toBe(0);
    expect(keyInSecrets(scenario)).toEqual(keyInWorkspace(scenario));
    const planned = await run('provision', { identities, 'dry-run': 'true' });
    expect(textOf(planned)).toContain('only a run with github-token and terraform-token can tell');
    expect((await run('deprovision', both)).exitCode).toBe(0);
    const gone = { id: undefined, secret: undefined };
    expect([
      keyInSecrets(scenario),
      keyInSecrets(scenario, { program: 'dependabot' }),
      keyInWorkspace(scenario),
    ]).toEqual([gone, gone, gone]);
  });

  test('warns of a variable set with priority, and of no other', async () => {
    terraform().addVariableSet({ [ID]: 'AKIAI44QH8DHBEXAMPLE' });
    expect(textOf(await run('provision'))).not.toContain('Warning');
    terraform().addVariableSet({ [ID]: 'AKIAI44QH8DHBEXAMPLE' }, { hasPriority: true });
    const main = await run('provision');
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'false']);
    expect(textOf(main)).toContain(
      'Warning: Runs of the workspace do not get AWS_ACCESS_KEY_ID of the workspace acme/prod: a variable set with',
    );
  });
});

describe('what can be known before, is: nothing is made in AWS', () => {
  test('no token: no call at all', async () => {
    const main = await run('provision', { 'terraform-token': '' });
    expectFailed(main, 'invalid-input');
    expect(textOf(main)).toContain('terraform-token: is missing');
    expect(scenario.calls()).toEqual([]);
  });

  test.each([
    { what: 'a token that it does not know', rights: undefined, code: 'terraform-token-refused', said: 'HTTP 401' },
    { what: 'no right to see it', rights: {}, code: 'terraform-variable-refused', said: 'HTTP 404' },
    {
      what: 'no right to write it',
      rights: { see: [WORKSPACE] },
      code: 'terraform-variable-refused',
      said: 'sees the workspace, and may not write its variables',
    },
  ] as const)('$what', async ({ rights, code, said }) => {
    const given = rights ? terraform().token(rights) : 'unknown.atlasv1.EXAMPLE';
    const main = await run('provision', { 'terraform-token': given });
    expectFailed(main, code);
    expect(textOf(main)).toContain(said);
    expect(writes(scenario)).toEqual([]);
  });

  test.each([
    { what: 'a token that it does not know', rights: undefined, said: 'HTTP 401' },
    { what: 'no right to see it', rights: {}, said: 'HTTP 404' },
    { what: 'no right to write it', rights: { see: [WORKSPACE] }, said: 'may not write its variables' },
  ] as const)('$what: a dry run warns of it', async ({ rights, said }) => {
    const given = rights ? terraform().token(rights) : 'unknown.atlasv1.EXAMPLE';
    const main = await run('provision', { 'terraform-token': given, 'dry-run': 'true' });
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'true']);
    expect(textOf(main)).toMatch(/^Warning: Could not reach the variables of the workspace acme\/prod\.$/m);
    expect(textOf(main)).toContain(said);
    scenario.calls();
  });

  test('of several workspaces, the one that is in the way is named', async () => {
    terraform().createWorkspace('acme', 'other');
    const given = terraform().token({ write: [WORKSPACE], see: ['acme/other'] });
    const deliver = [TO_WORKSPACE, { 'terraform-cloud': { organization: 'acme', workspace: 'other' } }];
    const main = await run('provision', { 'terraform-token': given, identities: documentOf(deliver) });
    expectFailed(main, 'terraform-variable-refused');
    expect(textOf(main)).toContain('Could not reach the variables of the workspace acme/other.');
    expect(writes(scenario)).toEqual([]);
  });

  test('a document of a stranger, whose host would learn the token: it is not used', async () => {
    const job = identityJob(scenario, {
      files: {
        'identities.json': documentOf([{ 'terraform-cloud': { organization: 'a', workspace: 'b', host: 'x.test' } }]),
      },
      env: { GITHUB_EVENT_NAME: 'pull_request_target' },
    });
    const main = await run('provision', { identities: 'identities.json', 'dry-run': 'true' }, job);
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(scenario.calls().filter((call) => call.includes('workspace'))).toEqual([]);
  });
});

test('of many workspaces, no more is asked in a second than HCP Terraform allows', async () => {
  const names = Array.from({ length: 40 }, (_, at) => `app-${at}`);
  for (const name of names) terraform().createWorkspace('acme', name);
  token = { 'terraform-token': terraform().token({ write: names.map((name) => `acme/${name}`) }) };
  const deliver = names.map((workspace) => ({ 'terraform-cloud': { organization: 'acme', workspace } }));
  const main = await run('provision', { identities: documentOf(deliver) });
  expect(textOf(main)).not.toContain('HTTP 429');
  expect([main.exitCode, main.stderr]).toEqual([0, '']);
  expect(new Set(names.map((name) => ownerOf(scenario, keyInWorkspace(scenario, `acme/${name}`))))).toEqual(
    new Set(['pulumi']),
  );
  scenario.pass(MINUTE_MS);
  const again = await run('provision', { identities: documentOf(deliver) });
  expect([again.outputs.changed, textOf(again)]).toEqual(['false', expect.not.stringContaining('HTTP 429')]);
});

describe('rotate', () => {
  test('replaces both variables, and the key before has its grace', async () => {
    const old = await delivered();
    const main = await run('rotate', { 'rotate-now': 'true' });
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    const { id = '' } = keyInWorkspace(scenario);
    expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [id]: 'Active' });
    expect(writes(scenario)).toEqual(keyBy('PATCH var', 'PATCH var'));
    for (let days = 0; days < 2; days += 1) {
      scenario.pass(25 * HOUR_MS);
      expect((await run('rotate')).exitCode).toBe(0);
    }
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [id]: 'Active' });
  });

  test('ends a key that leaked at once', async () => {
    await delivered();
    const main = await run('rotate', { 'rotate-now': 'true', 'delete-old-keys': 'true' });
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(idsOf()).toEqual([keyInWorkspace(scenario).id]);
  });
});

test('deprovision: a workspace that is gone stands in no way', async () => {
  await delivered();
  // HCP Terraform says the same of what a token may not see.
  const main = await run('deprovision', { 'terraform-token': terraform().token({}) });
  expect([main.exitCode, main.stderr]).toEqual([0, '']);
  expect(textOf(main)).toContain(
    `Warning: The Terraform variable ${ID} of the workspace acme/prod stays, if it is there at all.`,
  );
  expect(scenario.account.users.has('pulumi')).toBe(false);
});

describe('what a person did since', () => {
  test.each([
    {
      what: 'removed a variable',
      act: () => {
        terraform().remove(WORKSPACE, ID);
      },
      said: 'AWS_ACCESS_KEY_ID of the workspace acme/prod is not there',
    },
    {
      what: 'wrote a variable',
      act: () => {
        terraform().write(WORKSPACE, SECRET, 'theirs');
      },
      said: 'AWS_SECRET_ACCESS_KEY of the workspace acme/prod was written by someone else since',
    },
    {
      what: 'removed a variable and made it again',
      act: () => {
        terraform().remove(WORKSPACE, SECRET);
        terraform().write(WORKSPACE, SECRET, 'theirs');
      },
      said: 'AWS_SECRET_ACCESS_KEY of the workspace acme/prod was written by someone else since',
    },
  ])('$what: a new key is delivered', async ({ act, said }) => {
    const old = await delivered();
    act();
    const planned = await run('provision', { 'dry-run': 'true' });
    expect(textOf(planned)).toContain(`${old} is replaced: ${said}`);
    const main = await run('provision');
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    const { id = '' } = keyInWorkspace(scenario);
    expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [id]: 'Active' });
    expect((await run('provision')).outputs.changed).toBe('false');
  });

  test('while a key is delivered: the step fails, and the next run mends it', async () => {
    await delivered();
    const act = () => {
      terraform().write(WORKSPACE, SECRET, 'theirs');
    };
    scenario.sandbox.faults.add({ action: 'ListAccessKeys', skip: 2, times: 1, first: act });
    const failed = await run('rotate', { 'rotate-now': 'true' });
    expect(textOf(failed)).toContain('someone else has written AWS_SECRET_ACCESS_KEY of the workspace acme/prod');
    scenario.pass(11 * MINUTE_MS);
    expect((await run('provision')).exitCode).toBe(0);
    expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
  });

  test('a key that was replaced stays while somebody may have put it back', async () => {
    const old = await delivered();
    expect((await run('rotate', { 'rotate-now': 'true' })).exitCode).toBe(0);
    const theirs = scenario.account.users.get('pulumi')?.accessKeys[0];
    terraform().write(WORKSPACE, ID, theirs?.accessKeyId ?? '');
    terraform().write(WORKSPACE, SECRET, theirs?.secretAccessKey ?? '');
    scenario.pass(49 * HOUR_MS);
    const main = await run('rotate');
    expectFailed(main, 'access-keys-full');
    expect(textOf(main)).toContain('Somebody else has written AWS_ACCESS_KEY_ID of the workspace acme/prod and');
    expect(statusesOf(scenario, 'pulumi')[old]).toBe('Active');
    expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
  });
});

describe('an answer is lost', () => {
  test.each([
    { what: 'of a variable that is made', puts: 0, action: 'POST var', prepare: () => Promise.resolve('') },
    { what: 'of the second that is made', puts: 1, action: 'POST var', prepare: () => Promise.resolve('') },
    { what: 'of a variable that is replaced', puts: 0, action: 'PATCH var', prepare: () => delivered() },
  ])('$what: both halves are of one key, and it is recorded', async ({ puts, action, prepare }) => {
    await prepare();
    scenario.sandbox.faults.add({ action, skip: puts, times: 1, resetAfter: true });
    const main = await run('rotate', { 'rotate-now': 'true' }).then((first) =>
      first.outputs.changed === 'true' ? first : run('provision'),
    );
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(textOf(main)).toMatch(/HCP Terraform did not answer\. Waiting 1[12]\d s/);
    expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
    scenario.pass(HOUR_MS);
    expect((await run('provision')).outputs.changed).toBe('false');
  });

  test('and comes late: it is written once more', async () => {
    await delivered();
    scenario.sandbox.faults.add({ action: 'PATCH var', times: 1, reset: true });
    let old = '';
    const late = () => {
      terraform().write(WORKSPACE, ID, old);
    };
    scenario.sandbox.faults.add({
      action: 'PATCH var',
      skip: 1,
      times: 1,
      first: () => void (old = keyInWorkspace(scenario).id ?? ''),
    });
    scenario.sandbox.faults.add({ action: 'ListAccessKeys', skip: 2, times: 1, first: late });
    const main = await run('rotate', { 'rotate-now': 'true' });
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
  });

  test('refused half-way: what nobody has is taken back, and the next run mends the place', async () => {
    const old = await delivered();
    scenario.sandbox.faults.add({ action: 'PATCH var', skip: 1, times: 2, ...REFUSED });
    const failed = await run('rotate', { 'rotate-now': 'true' });
    expectFailed(failed, 'delivery-incomplete');
    expect(idsOf()).toEqual([old]);
    const main = await run('provision');
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
  });

  test('throttled: it waits as long as it is asked to', async () => {
    const error = { status: 429, code: 'TooManyRequests', message: "You have exceeded the API's rate limit." };
    scenario.sandbox.faults.add({
      action: 'GET workspace',
      times: 1,
      error: { ...error, headers: { 'x-ratelimit-reset': '7.5' } },
    });
    const main = await run('provision');
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(textOf(main)).toMatch(/HTTP 429.*as the answer asks for 8 s/);
  });
});

describe('a run dies while it delivers', () => {
  /** Kills run 11 right after a call; its post step never comes. */
  async function killedAt(action: string, skip: number, mode: string, inputs: Record<string, string> = {}) {
    const after = new Promise<void>((holdAfter) => {
      scenario.sandbox.faults.add({ action, skip, times: 1, holdAfter });
    });
    await identityJob(scenario, { env: { GITHUB_RUN_ID: '11' } }).step({
      with: { mode, ...ADMIN, ...token, identities: documentOf(), ...inputs },
      kill: { after, signal: 'SIGKILL' },
    });
    scenario.pass(11 * MINUTE_MS);
    scenario.calls();
  }

  test.each([
    { what: 'before it wrote anything', action: 'TagUser', skip: 2 },
    { what: 'between the halves', action: 'PATCH var', skip: 0 },
  ])('$what: no place holds its key, which goes', async ({ action, skip }) => {
    const old = await delivered();
    await killedAt(action, skip, 'rotate', { 'rotate-now': 'true' });
    const [left = ''] = idsOf().filter((id) => id !== old);
    const main = await run('provision');
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(textOf(main)).toContain(`Deleted the access key ${left} of pulumi`);
    expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
  });

  describe('after both halves: nobody can tell that it was not another writing, so both keys stay', () => {
    test.each([
      { what: 'where its key is there', isPutBack: false },
      { what: 'where a person has put the one before back', isPutBack: true },
    ])('$what: until somebody says which may go', async ({ isPutBack }) => {
      const old = await delivered();
      const { secret = '' } = keyInWorkspace(scenario);
      await killedAt('PATCH var', 1, 'rotate', { 'rotate-now': 'true' });
      if (isPutBack) {
        terraform().write(WORKSPACE, ID, old);
        terraform().write(WORKSPACE, SECRET, secret);
      }
      const { id: there } = keyInWorkspace(scenario);
      const both = statusesOf(scenario, 'pulumi');
      for (const [mode, inputs] of [
        ['provision', {}],
        ['provision', {}],
        ['rotate', { 'delete-old-keys': 'true' }],
      ] as const) {
        const main = await run(mode, inputs);
        expectFailed(main, 'access-keys-full');
        expect(textOf(main)).toMatch(
          /A run did not come to its end with AWS_ACCESS_KEY_ID .*, and which key is there, nobody can tell: see from/,
        );
        expect(textOf(main)).not.toMatch(/works until|only some/);
        expect(statusesOf(scenario, 'pulumi')).toEqual(both);
        expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
        scenario.pass(49 * HOUR_MS);
      }
      const [other = ''] = idsOf().filter((id) => id !== there);
      scenario.account.users.get('pulumi')?.deleteAccessKey(other);
      scenario.sandbox.faults.add({ action: 'PATCH var', times: 1, ...REFUSED });
      expect((await run('provision')).exitCode).toBe(1);
      expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
      const main = await run('provision');
      expect([main.exitCode, main.stderr]).toEqual([0, '']);
      expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
      expect(idsOf()).toEqual([there, keyInWorkspace(scenario).id]);
    });
  });

  test('after both halves of a first key: another is delivered, and what read the first goes on', async () => {
    leftUser(scenario);
    await killedAt('POST var', 1, 'provision');
    const { id = '' } = keyInWorkspace(scenario);
    const main = await run('provision');
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(idsOf()).toEqual([id, keyInWorkspace(scenario).id]);
    expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
    expect((await run('provision')).outputs.changed).toBe('false');
  });

  test('its post step delivers the key whole', async () => {
    await delivered();
    const after = new Promise<void>((holdAfter) => {
      scenario.sandbox.faults.add({ action: 'PATCH var', times: 1, holdAfter });
    });
    const job = identityJob(scenario);
    const inputs = { mode: 'rotate', ...ADMIN, ...token, identities: documentOf(), 'rotate-now': 'true' };
    await job.step({ with: inputs, kill: { after, signal: 'SIGKILL' } });
    const [post] = await job.finish();
    expect([post?.exitCode, post?.stderr]).toEqual([0, '']);
    expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
    scenario.pass(HOUR_MS);
    expect((await run('provision')).outputs.changed).toBe('false');
  });
});

describe('what is removed', () => {
  test('deprovision removes the variables that hold its keys', async () => {
    await delivered();
    const main = await run('deprovision');
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(textOf(main)).toContain('Removed the Terraform variable AWS_SECRET_ACCESS_KEY of the workspace acme/prod.');
    expect(keyInWorkspace(scenario)).toEqual({ id: undefined, secret: undefined });
    expect(scenario.account.users.has('pulumi')).toBe(false);
    expect((await run('deprovision')).outputs.changed).toBe('false');
  });

  test('deprovision leaves what somebody else has written, and says so', async () => {
    await delivered();
    terraform().write(WORKSPACE, ID, 'AKIAI44QH8DHBEXAMPLE');
    const main = await run('deprovision');
    expect(main.exitCode).toBe(0);
    expect(textOf(main)).toMatch(
      /Warning: The Terraform variable AWS_ACCESS_KEY_ID of .* stays: it was written since by/,
    );
    expect(keyInWorkspace(scenario)).toEqual({ id: 'AKIAI44QH8DHBEXAMPLE', secret: undefined });
  });

  test('without a token deprovision leaves the variables', async () => {
    await delivered();
    expect((await run('deprovision', { 'terraform-token': '' })).exitCode).toBe(0);
    expect(keyInWorkspace(scenario).id).toBeDefined();
    expect(scenario.account.users.has('pulumi')).toBe(false);
  });

  test('the post step of an ephemeral step removes them', async () => {
    const job = identityJob(scenario);
    expect((await run('provision', { ephemeral: 'true' }, job)).exitCode).toBe(0);
    expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
    const [post] = await job.finish();
    expect([post?.exitCode, post?.stderr]).toEqual([0, '']);
    expect(keyInWorkspace(scenario)).toEqual({ id: undefined, secret: undefined });
    expect(scenario.account.users.has('pulumi')).toBe(false);
  });
});

describe('an older Terraform Enterprise, which says no versions', () => {
  beforeEach(() => {
    terraform().tellsVersions = false;
  });

  test('a key is delivered, kept, rotated; only a variable that is gone is noticed', async () => {
    await delivered();
    terraform().write(WORKSPACE, SECRET, 'theirs');
    expect((await run('provision')).outputs.changed).toBe('false');
    expect((await run('rotate', { 'rotate-now': 'true' })).exitCode).toBe(0);
    expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
    scenario.pass(25 * HOUR_MS);
    expect((await run('rotate')).exitCode).toBe(0);
    terraform().remove(WORKSPACE, SECRET);
    scenario.pass(25 * HOUR_MS);
    expect((await run('provision')).exitCode).toBe(0);
    expect(ownerOf(scenario, keyInWorkspace(scenario))).toBe('pulumi');
  });

  test('deprovision leaves the variables, as nobody can tell whose they are', async () => {
    await delivered();
    const main = await run('deprovision');
    expect(main.exitCode).toBe(0);
    expect(textOf(main)).toContain(
      'Warning: The Terraform variable AWS_ACCESS_KEY_ID of the workspace acme/prod stays',
    );
  });
});

interface Listed {
  readonly key: string;
  readonly category: string;
  readonly sensitive: boolean;
}

/** The variables of the workspace, as its API shows them. */
async function variables(): Promise<Listed[]> {
  const { terraform: server } = scenario.sandbox;
  const headers = { authorization: `Bearer ${token['terraform-token']}`, 'content-type': 'application/vnd.api+json' };
  const get = async (path: string) => (await fetch(`${server.address}/api/v2${path}`, { headers })).json();
  const { data } = (await get('/organizations/acme/workspaces/prod')) as { data: { id: string } };
  const size = server.pageSize;
  server.pageSize = 100;
  const all = (await get(`/workspaces/${data.id}/vars`)) as { data: { attributes: Listed }[] };
  server.pageSize = size;
  return all.data.map(({ attributes }) => attributes);
}

/** Variables that are not those of a key: other names, and the same names for Terraform itself. */
async function others(): Promise<{ created: Listed[] }> {
  const { terraform: server } = scenario.sandbox;
  const headers = { authorization: `Bearer ${token['terraform-token']}`, 'content-type': 'application/vnd.api+json' };
  const workspace = await fetch(`${server.address}/api/v2/organizations/acme/workspaces/prod`, { headers });
  const { data } = (await workspace.json()) as { data: { id: string } };
  for (const attributes of [
    { key: 'AWS_REGION', value: 'eu-central-1', category: 'env' },
    { key: ID, value: '"x"', category: 'terraform', hcl: true },
    { key: SECRET, value: 'x', category: 'terraform', sensitive: true },
  ]) {
    const body = JSON.stringify({ data: { type: 'vars', attributes } });
    await fetch(`${server.address}/api/v2/workspaces/${data.id}/vars`, { method: 'POST', headers, body });
  }
  scenario.calls();
  return { created: await variables() };
}
