import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Role, User } from '../../sandbox/accounts/account';
import type { Job } from '../../sandbox/runner/job';
import { allow } from '../sandbox/sts-client';
import { roleFor, roleForOidc } from './role-paths';
import { ALL_AS_PROCESSES } from './running';
import { ACCOUNT, EXAMPLE_KEYS, expectFailed, KEY_INPUTS, REGION, Scenario, textOf } from './scenario';

/** How many roles are assumed at once. */
const AT_ONCE = 20;
const FIVE = ['123456789012', '210987654321', '111122223333', '222233334444', '333344445555'];

let scenario: Scenario;
beforeEach(async () => (scenario = await Scenario.start()));
afterEach(() => scenario.end());

const accountOf = (id: string) => scenario.sandbox.account(id);
const oidcRoles = () => FIVE.map((id) => roleForOidc(accountOf(id), `deploy-${id.slice(0, 3)}`));
const roleIn = (id: string, name = 'deploy') => `arn:aws:iam::${id}:role/${name}`;

/** Inputs for roles, each profile with its role, or its chain. */
function inputsFor(roles: Readonly<Record<string, Role | string | readonly (Role | string)[]>>) {
  const written = (role: Role | string) => (typeof role === 'string' ? role : role.arn);
  const lines = Object.entries(roles).map(([profile, chain]) => {
    const texts = [chain].flat().map((role: Role | string) => written(role));
    return `${profile}: ${texts.length === 1 ? texts.join() : `[${texts.join(', ')}]`}`;
  });
  return { 'aws-region': REGION, roles: `${lines.join('\n')}\n` };
}

const byAccount = (roles: readonly Role[]) => Object.fromEntries(roles.map((role) => [`p${role.account.id}`, role]));

/** How often each call was made since this was asked last, in whatever order. */
function tally(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const call of scenario.calls()) counts[call] = (counts[call] ?? 0) + 1;
  return counts;
}

function credentialsFile({ home }: Job): string {
  const path = join(home, '.aws/credentials');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

const profilesIn = (job: Job) => [...credentialsFile(job).matchAll(/^\[(.*)\]$/gm)].map(([, name]) => name);

/** Whose session a profile holds. */
function holderOf(job: Job, profile: string): string | undefined {
  const [, key = ''] =
    new RegExp(`^\\[${profile}\\]\\naws_access_key_id = (\\w+)$`, 'm').exec(credentialsFile(job)) ?? [];
  return scenario.sandbox.world.sessions.get(key)?.arn;
}

/** The user `ci` with AWS's example keys. */
function createUser(): User {
  const user = scenario.account.createUser('ci', { policies: [allow(['sts:*', 'iam:ListMFADevices'])] });
  user.createAccessKey(EXAMPLE_KEYS);
  return user;
}

const keyRoles = (user: User, settings: Parameters<typeof roleFor>[3] = {}) =>
  FIVE.slice(0, 3).map((id) => roleFor(user.arn, accountOf(id), 'deploy', settings));

describe('by OIDC', () => {
  test('five accounts with one token, each to its profile', async () => {
    const roles = oidcRoles();
    const job = scenario.job({ oidc: true });
    const main = await job.step({ with: { ...inputsFor(byAccount(roles)), 'profile-output': 'json' } });

    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(main.exported).toEqual({});
    expect(scenario.calls()).toEqual(['id-token', ...roles.map(() => 'AssumeRoleWithWebIdentity')]);
    expect(main.outputs).toEqual({
      mode: 'assume-role',
      profiles: JSON.stringify(FIVE.map((id) => `p${id}`)),
      'role-arns': JSON.stringify(Object.fromEntries(roles.map(({ arn, account }) => [`p${account.id}`, arn]))),
    });
    for (const { account, name } of roles) {
      expect(holderOf(job, `p${account.id}`)).toBe(`arn:aws:sts::${account.id}:assumed-role/${name}/GitHubActions`);
    }
    const config = readFileSync(join(job.home, '.aws/config'), 'utf8');
    expect(config).toContain(`[profile p${ACCOUNT}]\nregion = ${REGION}\noutput = json\n`);

    const progress = main.log.filter((line) => /^\[\d\/5\] p\d{12}: arn:.*, until \d{4}-.* UTC$/.test(line));
    expect(progress.map((line) => line.slice(0, 5))).toEqual([1, 2, 3, 4, 5].map((done) => `[${done}/5]`));
    expect(main.log.filter((line) => line.startsWith('Assuming'))).toEqual([]);
    for (const { arn, account } of roles) {
      expect(main.summary).toMatch(
        new RegExp(`^\\| \`p${account.id}\` \\| \`${arn}\` \\| ${account.id} \\| \\d{4}-[\\d: -]+ UTC, after 1 h`, 'm'),
      );
    }
    const { sessions } = scenario.sandbox.world;
    const masked = new Set(main.lines.flatMap(({ command }) => (command?.name === 'add-mask' ? [command.value] : [])));
    for (const { secretAccessKey, sessionToken } of sessions.values()) {
      expect([masked.has(secretAccessKey), masked.has(sessionToken)]).toEqual([true, true]);
    }
    expect(JSON.stringify(main.state)).not.toMatch(/EXAMPLEKEY/);

    const [post] = await job.finish();
    expect(post).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readdirSync(join(job.home, '.aws'))).toEqual([]);
  });

  test('roles of a file of the workspace; what is wrong in it is shown at its place', async () => {
    const roles = oidcRoles();
    const job = scenario.job({ oidc: true });
    mkdirSync(join(job.workspace, 'aws'));
    const write = (text: string) => {
      writeFileSync(join(job.workspace, 'aws/roles.yml'), text);
    };
    write(inputsFor(byAccount(roles)).roles);
    const inputs = { 'aws-region': REGION, roles: 'aws/roles.yml' };
    const main = await job.step({ with: inputs });
    expect(main.exitCode).toBe(0);
    expect(profilesIn(job).sort()).toEqual(FIVE.map((id) => `p${id}`).sort());
    expect(scenario.calls()).toEqual(['id-token', ...roles.map(() => 'AssumeRoleWithWebIdentity')]);

    write(`one: ${roleIn(ACCOUNT)}\na b: ${roleIn(ACCOUNT)}\n`);
    const wrong = await job.step({ with: inputs });
    expect(wrong.exitCode).toBe(1);
    const [error] = wrong.lines.flatMap(({ command }) => (command?.name === 'error' ? [command] : []));
    expect(error?.properties).toContain('file=aws/roles.yml,line=2,col=1');
    expect(error?.value).toContain('roles: aws/roles.yml:2:1: "a b" as the name of a profile');
    expect(scenario.calls()).toEqual([]);
    await job.finish();
  });

  test('chains stand next to single roles, and share the token', async () => {
    const entry = roleForOidc(scenario.account, 'entry');
    const hub = roleFor(entry.arn, accountOf('210987654321'), 'hub');
    const target = roleFor(hub.arn, accountOf('111122223333'), 'target');
    const job = scenario.job({ oidc: true });
    const main = await job.step({
      with: {
        ...inputsFor({ entry, hub: [entry, hub], target: [entry, hub, 'arn:aws:iam::111122223333:role/target'] }),
        'source-identity': 'actor',
      },
    });
    expect(main.exitCode).toBe(0);
    expect(tally()).toEqual({ 'id-token': 1, AssumeRoleWithWebIdentity: 3, AssumeRole: 3 });
    expect(['entry', 'hub', 'target'].map((profile) => holderOf(job, profile))).toEqual([
      `arn:aws:sts::${ACCOUNT}:assumed-role/entry/GitHubActions`,
      'arn:aws:sts::210987654321:assumed-role/hub/GitHubActions',
      'arn:aws:sts::111122223333:assumed-role/target/GitHubActions',
    ]);
    const held = [...scenario.sandbox.world.sessions.values()].filter(({ principal }) => principal === target);
    expect(held.map(({ sourceIdentity }) => sourceIdentity)).toEqual(['octocat']);
  });

  test('a token that ends meanwhile is asked for again, once for all', async () => {
    const roles = Array.from({ length: 30 }, (_, index) => roleForOidc(scenario.account, `role-${index}`));
    const { clock, faults, github } = scenario.sandbox;
    let late: () => void = () => undefined;
    const allAreThere = new Promise<void>((resolve) => (late = resolve));
    faults.add({ action: 'AssumeRoleWithWebIdentity', times: AT_ONCE - 1, first: () => allAreThere });
    const last = () => {
      clock.advance(github.tokenLifetimeSeconds * 1000 + 60_000);
      late();
    };
    faults.add({ action: 'AssumeRoleWithWebIdentity', skip: AT_ONCE - 1, times: 1, first: last });
    const job = scenario.job({ oidc: true });
    const main = await job.step({ with: inputsFor(Object.fromEntries(roles.map((role) => [role.name, role]))) });
    expect(main.exitCode).toBe(0);
    expect(tally()).toEqual({
      'id-token': 2,
      'AssumeRoleWithWebIdentity ExpiredTokenException': AT_ONCE,
      AssumeRoleWithWebIdentity: 30,
    });
    expect(profilesIn(job)).toHaveLength(30);
  });

  test('a token that cannot be had is reported once, not for each role', async () => {
    scenario.sandbox.faults.add({ service: 'github', raw: { status: 403, headers: {}, body: '{"message":"no"}' } });
    const job = scenario.job({ oidc: true });
    const main = await job.step({ with: inputsFor(byAccount(oidcRoles())) });
    expectFailed(main, 'roles-failed');
    expect(textOf(main)).toContain('Could not assume 5 of 5 roles; no credentials were exported.');
    expect(textOf(main)).toContain(`- ${FIVE.map((id) => `p${id}`).join(', ')}: Could not `);
    expect(textOf(main).match(/HTTP 403/g)).toHaveLength(1);
    expect(scenario.calls()).toEqual(['id-token']);
  });

  test('however many, with names however long, post can be started, and removes them all', async () => {
    const { arn } = roleForOidc(scenario.account, 'deploy');
    const names = Array.from({ length: 60 }, (_, index) => `${'profile-of-a-team-'.repeat(40)}${index}`);
    const job = scenario.job({ oidc: true });
    const main = await job.step({ with: inputsFor(Object.fromEntries(names.map((name) => [name, arn]))) });
    expect(main.exitCode).toBe(0);
    expect(profilesIn(job).sort()).toEqual([...names].sort());
    expect(JSON.stringify(main.state).length).toBeLessThan(16_000);
    expect(tally()).toEqual({ 'id-token': 1, AssumeRoleWithWebIdentity: 60 });
    const [post] = await job.finish();
    expect(post?.log).toEqual([expect.stringMatching(/^Profile removed from the AWS files: .* and 40 more$/)]);
    expect([readdirSync(job.temp), readdirSync(join(job.home, '.aws'))]).toEqual([[], []]);
  });
});

describe('by credentials', () => {
  test('keys, with one call for each role; and a notice, where OIDC is at hand', async () => {
    const roles = keyRoles(createUser());
    const job = scenario.job({ oidc: true });
    const inputs = {
      ...inputsFor(byAccount(roles)),
      ...KEY_INPUTS,
      'role-external-id': 'ours',
      'custom-tags': '{"team":"platform"}',
      'source-identity': 'actor',
    };
    const main = await job.step({ with: inputs });
    expect(main.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(['AssumeRole', 'AssumeRole', 'AssumeRole']);
    for (const { params } of scenario.sandbox.requests) {
      expect(params).toMatchObject({ ExternalId: 'ours', SourceIdentity: 'octocat', DurationSeconds: '3600' });
    }
    expect(textOf(main)).toMatch(/Notice: .*long-lived access keys/);
    expect(credentialsFile(job)).not.toContain(EXAMPLE_KEYS.secretAccessKey);
  });

  test('names, in the account that one call finds out for all', async () => {
    const user = createUser();
    for (const name of ['one', 'two', 'three']) roleFor(user.arn, scenario.account, name);
    const job = scenario.job();
    const main = await job.step({ with: { ...inputsFor({ a: 'one', b: 'two', c: 'three' }), ...KEY_INPUTS } });
    expect(main.exitCode).toBe(0);
    expect(tally()).toEqual({ GetCallerIdentity: 1, AssumeRole: 3 });
    expect(main.outputs['role-arns']).toBe(
      JSON.stringify({ a: roleIn(ACCOUNT, 'one'), b: roleIn(ACCOUNT, 'two'), c: roleIn(ACCOUNT, 'three') }),
    );
  });

  test('those that an earlier step left, for an hour at most', async () => {
    const entry = roleForOidc(scenario.account, 'entry');
    const roles = FIVE.slice(1).map((id) => roleFor(entry.arn, accountOf(id), 'deploy', { maxSessionDuration: 7200 }));
    const job = scenario.job({ oidc: true });
    await job.step({ with: { 'aws-region': REGION, 'role-to-assume': entry.arn } });
    const before = { ...job.env };
    const inputs = { ...inputsFor(byAccount(roles)), 'role-chaining': 'true' };
    const main = await job.step({ with: inputs });
    expect(main.exitCode).toBe(0);
    expect(job.env).toEqual(before);
    expect(profilesIn(job)).toHaveLength(4);
    expect(tally()).toEqual({ 'id-token': 1, AssumeRoleWithWebIdentity: 1, AssumeRole: 4 });

    const again = {
      ...inputs,
      ...scenario.proxyToAws,
      'overwrite-aws-profile': 'true',
      'role-duration-seconds': '7200',
    };
    const tooLong = await job.step({ with: again });
    expectFailed(tooLong, 'roles-failed');
    expect(textOf(tooLong).match(/assumed with temporary credentials lasts 3600 at most/g)).toHaveLength(1);
    expect(scenario.calls()).toEqual([]);
  });

  test('refused ones fail each role', async () => {
    const roles = keyRoles(createUser());
    const main = await scenario.job().step({
      with: { ...inputsFor(byAccount(roles)), ...KEY_INPUTS, 'aws-secret-access-key': 'wrong/EXAMPLEKEY' },
    });
    expectFailed(main, 'roles-failed');
    expect(textOf(main)).toContain('The secret access key does not belong to the access key ID.');
    expect(tally()).toEqual({ 'AssumeRole SignatureDoesNotMatch': 3 });
  });
});

describe('with MFA', () => {
  const MFA = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
  const job = () => scenario.job({ env: { AWS_ENDPOINT_URL_IAM: scenario.sandbox.url } });

  test('one code gives one session, from which every role is assumed', async () => {
    const user = createUser();
    const roles = keyRoles(user, { conditions: MFA });
    const device = user.createMfaDevice('ci', {});
    const workflow = job();
    const inputs = {
      ...inputsFor(byAccount(roles)),
      ...scenario.proxyToAws,
      ...KEY_INPUTS,
      'mfa-secret': device.uri,
    };
    const main = await workflow.step({ with: inputs });

    expect(main.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(['ListMFADevices', 'GetSessionToken', ...roles.map(() => 'AssumeRole')]);
    const [, asked, ...assumed] = scenario.sandbox.requests.map(({ params }) => params);
    expect(asked).toMatchObject({
      SerialNumber: device.serialNumber,
      TokenCode: expect.stringMatching(/^\d{6}$/) as string,
      DurationSeconds: '900',
    });
    for (const params of assumed) {
      expect(params).not.toHaveProperty('TokenCode');
      expect(params.DurationSeconds).toBe('3600');
    }
    expect(textOf(main)).toMatch(/session with MFA .* Roles assumed with it last 3600 seconds at most\./);
    expect(profilesIn(workflow)).toHaveLength(3);
    const { secretAccessKey } = [...scenario.sandbox.world.sessions.values()][0] ?? {};
    expect(main.lines.some(({ command }) => command?.name === 'add-mask' && command.value === secretAccessKey)).toBe(
      true,
    );
  });

  test('more than an hour is refused before any call', async () => {
    const device = createUser().createMfaDevice('ci', {});
    const inputs = { ...inputsFor({ a: roleIn(ACCOUNT) }), ...KEY_INPUTS, 'mfa-secret': device.uri };
    const main = await job().step({ with: { ...inputs, ...scenario.proxyToAws, 'role-duration-seconds': '7200' } });
    expectFailed(main, 'invalid-input');
    expect(textOf(main)).toContain('a role assumed with the session that MFA gave lasts 3600 at most');
    expect(scenario.calls()).toEqual([]);
  });

  test('a code that is refused fails the step before any role is asked for', async () => {
    const user = createUser();
    const roles = keyRoles(user, { conditions: MFA });
    const { serialNumber } = user.createMfaDevice('ci', {});
    const mfa = { 'mfa-serial': serialNumber, 'mfa-code': '000000' };
    const main = await job().step({ with: { ...inputsFor(byAccount(roles)), ...KEY_INPUTS, ...mfa } });
    expectFailed(main, 'mfa-code-refused');
    expect(scenario.calls()).toEqual(['GetSessionToken AccessDenied']);
  });
});

describe('some roles fail', () => {
  /** Two roles that can be assumed; one that is not there; one in an account that does not know GitHub. */
  function someFail() {
    const [a, b] = oidcRoles();
    if (!a || !b) throw new Error('There are no roles.');
    accountOf('444455556666');
    const roles = { a, missing: roleIn(FIVE[2] ?? '', 'missing'), b, foreign: roleIn('444455556666') };
    return inputsFor(roles);
  }
  const CALLS = {
    'id-token': 1,
    AssumeRoleWithWebIdentity: 2,
    'AssumeRoleWithWebIdentity AccessDenied': 1,
    'AssumeRoleWithWebIdentity InvalidIdentityToken': 1,
  };

  test('nothing is exported, and every failure is reported with its own cause', async () => {
    const job = scenario.job({ oidc: true });
    const main = await job.step({ with: someFail() });
    expectFailed(main, 'roles-failed');
    expect(tally()).toEqual(CALLS);
    expect(credentialsFile(job)).toBe('');
    for (const reported of [textOf(main), main.summary]) {
      expect(reported).toContain('Could not assume 2 of 4 roles; no credentials were exported.');
      expect(reported).toContain(
        `- missing: Could not assume ${roleIn(FIVE[2] ?? '', 'missing')} with GitHub's OIDC token.`,
      );
      expect(reported).toContain('No statement in the trust policy of');
      expect(reported).toContain(`- foreign: Could not assume ${roleIn('444455556666')} with GitHub's OIDC token.`);
      expect(reported).toContain('Account 444455556666 has no OIDC identity provider');
      expect(reported).toContain('With continue-on-role-error: true, the profiles of the roles that work are written.');
    }
    expect(main.log.filter((line) => /^\[\d\/4\] (missing|foreign): failed$/.test(line))).toHaveLength(2);
  });

  test('with continue-on-role-error the others are exported, and each failure is a warning', async () => {
    const job = scenario.job({ oidc: true });
    const main = await job.step({ with: { ...someFail(), 'continue-on-role-error': 'true' } });
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(tally()).toEqual(CALLS);
    expect(profilesIn(job)).toEqual(expect.arrayContaining(['a', 'b']));
    expect(profilesIn(job)).toHaveLength(2);
    expect(main.outputs.profiles).toBe('["a","b"]');
    expect(Object.keys(JSON.parse(main.outputs['role-arns'] ?? '') as object)).toEqual(['a', 'b']);
    const log = textOf(main);
    expect(log).toContain('Warning: The profile missing is missing. Could not assume');
    expect(log).toContain('Warning: The profile foreign is missing. Could not assume');
    expect(log).toContain('Account 444455556666 has no OIDC identity provider');
    const rows = main.summary.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows).toEqual([
      expect.stringMatching(/^\| `a` .* after 1 h \|$/),
      expect.stringMatching(/^\| `missing` .* \*\*failed:\*\* web-identity-refused \|$/),
      expect.stringMatching(/^\| `b` .* after 1 h \|$/),
      expect.stringMatching(/^\| `foreign` .* \*\*failed:\*\* identity-provider-missing \|$/),
    ]);
    await job.finish();
    expect(profilesIn(job)).toEqual([]);
  });

  test('when all fail, so does the step, with continue-on-role-error too', async () => {
    const job = scenario.job({ oidc: true });
    const roles = inputsFor({ a: roleIn(ACCOUNT, 'a'), b: roleIn(ACCOUNT, 'b') });
    oidcRoles();
    const main = await job.step({ with: { ...roles, 'continue-on-role-error': 'true' } });
    expectFailed(main, 'roles-failed');
    expect(textOf(main)).toContain('Could not assume 2 of 2 roles');
    expect(textOf(main)).not.toContain('continue-on-role-error');
    expect(credentialsFile(job)).toBe('');
    expect(tally()).toEqual({ 'id-token': 1, 'AssumeRoleWithWebIdentity AccessDenied': 2 });
  });

  test('the hop of a chain is named', async () => {
    const entry = roleForOidc(scenario.account, 'entry');
    const lost = roleIn('210987654321', 'lost');
    const main = await scenario.job({ oidc: true }).step({ with: inputsFor({ entry, chain: [entry, lost] }) });
    expectFailed(main, 'roles-failed');
    expect(textOf(main)).toContain(`- chain: Could not assume ${lost} (role 2 of 2) with the session of ${entry.arn}.`);
    expect(tally()).toEqual({ 'id-token': 1, AssumeRoleWithWebIdentity: 2, 'AssumeRole AccessDenied': 1 });
  });

  test('a name that turns out to be in another account than allowed fails like any other role', async () => {
    const user = createUser();
    roleFor(user.arn, scenario.account, 'near');
    const far = roleFor(user.arn, accountOf('210987654321'), 'far');
    const inputs = { ...inputsFor({ near: 'near', far }), ...KEY_INPUTS, 'allowed-account-ids': '210987654321' };
    const job = scenario.job();
    const main = await job.step({ with: { ...inputs, 'continue-on-role-error': 'true' } });
    expect(main.exitCode).toBe(0);
    expect(textOf(main)).toMatch(
      /Warning: The profile near is missing\. .*\n?.*allowed-account-ids names 210987654321/,
    );
    expect(profilesIn(job)).toEqual(['far']);
    expect(tally()).toEqual({ GetCallerIdentity: 1, AssumeRole: 2 });
  });
});

describe('before any call', () => {
  test('everything that is wrong is reported at once', async () => {
    const roles = [
      'fine: arn:aws:iam::123456789012:role/fine',
      'bad name: arn:aws:iam::123456789012:role/fine',
      'short: deploy',
      'far: arn:aws:iam::210987654321:role/far',
      'nothing:',
    ];
    const main = await scenario.job({ oidc: true }).step({
      with: {
        'aws-region': REGION,
        roles: roles.join('\n'),
        'role-to-assume': roleIn(ACCOUNT),
        'aws-profile': 'one',
        'output-credentials': 'true',
        'output-env-credentials': 'true',
        'allowed-account-ids': ACCOUNT,
        'role-duration-seconds': 'long',
      },
    });
    expectFailed(main, 'invalid-input');
    for (const problem of [
      '9 problems were found in the inputs',
      '- role-duration-seconds: "long" is not a whole number',
      '- role-to-assume: is given together with roles; it should be one of them',
      '- aws-profile: is given together with roles, which names the profiles',
      '- output-credentials: is for one session',
      '- output-env-credentials: is for one session',
      '- roles: "bad name" as the name of a profile must not contain spaces',
      '- roles: short: "deploy" is a name; with a web identity it should be the whole ARN',
      '- roles: far: arn:aws:iam::210987654321:role/far is in none of the allowed-account-ids 123456789012',
      '- roles: nothing: is missing',
    ]) {
      expect(textOf(main)).toContain(problem);
    }
    expect(scenario.calls()).toEqual([]);
  });

  test('profiles that are there already are all named', async () => {
    const job = scenario.job({ oidc: true });
    mkdirSync(join(job.home, '.aws'));
    const before = '[a]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\n\n[c]\n\n[other]\n';
    writeFileSync(join(job.home, '.aws/credentials'), before);
    const [a, b, c] = oidcRoles();
    if (!a || !b || !c) throw new Error('There are no roles.');
    const main = await job.step({ with: inputsFor({ a, b, c }) });
    expectFailed(main, 'profile-files');
    expect(textOf(main)).toContain('Could not start: the profiles a, c cannot be written. Nothing was changed.');
    expect(textOf(main)).toContain('overwrite-aws-profile: true');
    expect(scenario.calls()).toEqual([]);

    const over = await job.step({ with: { ...inputsFor({ a, b, c }), 'overwrite-aws-profile': 'true' } });
    expect(over.exitCode).toBe(0);
    expect(holderOf(job, 'a')).toMatch(/assumed-role/);
    await job.finish();
    expect(credentialsFile(job)).toBe(before);
    expect(tally()).toEqual({ 'id-token': 1, AssumeRoleWithWebIdentity: 3 });
  });
});

test('the same role twice gets a session for each profile, and a warning', async () => {
  const [role] = oidcRoles();
  if (!role) throw new Error('There are no roles.');
  const job = scenario.job({ oidc: true });
  const main = await job.step({ with: inputsFor({ a: role, b: role }) });
  expect(main.exitCode).toBe(0);
  expect(textOf(main)).toContain('Warning: roles: a and b are the same role: each gets a session of its own.');
  expect(holderOf(job, 'a')).toBe(holderOf(job, 'b'));
  expect(new Set(credentialsFile(job).match(/ASIA\w+/g))).toHaveProperty('size', 2);
  expect(tally()).toEqual({ 'id-token': 1, AssumeRoleWithWebIdentity: 2 });
});

describe('mask-aws-account-id hides every account', () => {
  test.each([
    ['when all goes well', {}, 0],
    ['in warnings', { lost: roleIn('444455556666') }, 0],
  ])('%s', async (_, more, exitCode) => {
    const user = createUser();
    const roles = FIVE.slice(1).map((id) => roleFor(user.arn, accountOf(id), 'deploy'));
    const named = Object.fromEntries(roles.map((role, index) => [`p${index}`, role]));
    const main = await scenario.job().step({
      with: {
        ...inputsFor({ ...named, ...more }),
        ...KEY_INPUTS,
        'mask-aws-account-id': 'true',
        'continue-on-role-error': 'true',
      },
    });
    expect(main.exitCode).toBe(exitCode);
    expect([...main.log, main.summary].join('\n')).not.toMatch(/\d{12}/);
    expect(main.summary).toContain('| `p0` | `arn:aws:iam::***:role/deploy` | *** |');
    const lost = 'lost' in more && { 'AssumeRole AccessDenied': 1 };
    expect(tally()).toEqual({ GetCallerIdentity: 1, AssumeRole: 4, ...lost });
  });

  test('in the failure', async () => {
    createUser();
    const roles = { a: roleIn('210987654321'), b: 'deploy' };
    const main = await scenario
      .job()
      .step({ with: { ...inputsFor(roles), ...KEY_INPUTS, 'mask-aws-account-id': 'true' } });
    expectFailed(main, 'roles-failed');
    expect([...main.log, main.summary].join('\n')).not.toMatch(/\d{12}/);
    expect(tally()).toEqual({ GetCallerIdentity: 1, 'AssumeRole AccessDenied': 2 });
  });
});

describe('many roles', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => roleForOidc(accountOf(FIVE[index % 5] ?? ACCOUNT), `role-${index}`));
  const named = (roles: readonly Role[]) => inputsFor(Object.fromEntries(roles.map((role) => [role.name, role])));

  test('200 are assumed by one process, a bounded number at once', async () => {
    const { faults, requests } = scenario.sandbox;
    const together: number[] = [];
    const count = () => {
      together.push(requests.filter(({ service, status }) => service === 'sts' && status === undefined).length);
    };
    faults.add({ action: 'AssumeRoleWithWebIdentity', latencyMs: 100 });
    faults.add({ action: 'AssumeRoleWithWebIdentity', first: count });
    const job = scenario.job({ oidc: true });
    const main = await job.step({ with: named(many(200)) });
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(profilesIn(job)).toHaveLength(200);
    expect(main.log.at(-1)).toMatch(/^\[200\/200\] /);
    expect(Math.max(...together)).toBeLessThanOrEqual(AT_ONCE);
    expect(Math.max(...together)).toBeGreaterThan(AT_ONCE / 2);
    expect(tally()).toEqual({ 'id-token': 1, AssumeRoleWithWebIdentity: 200 });
    await job.finish();
    expect(readdirSync(join(job.home, '.aws'))).toEqual([]);
  });

  test('throttling is ridden out', async () => {
    scenario.sandbox.faults.rateLimit({ service: 'sts', perSecond: 5, burst: 10 });
    const job = scenario.job({ oidc: true });
    const main = await job.step({ with: named(many(40)) });
    expect(main.exitCode).toBe(0);
    expect(profilesIn(job)).toHaveLength(40);
    const { 'AssumeRoleWithWebIdentity Throttling': throttled = 0, ...calls } = tally();
    expect(throttled).toBeGreaterThan(0);
    expect(calls).toEqual({ 'id-token': 1, AssumeRoleWithWebIdentity: 40 });
  });

  describe('a step that is killed leaves no profile that its post does not take away', () => {
    const MINE = '[mine]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\n';

    function jobWithProfile(): Job {
      const job = scenario.job({ oidc: true, asProcess: true });
      mkdirSync(join(job.home, '.aws'));
      writeFileSync(join(job.home, '.aws/credentials'), MINE);
      return job;
    }

    /** Makes what the killed step had locked as old as post would wait for it to be. */
    function ageLocks({ home }: Job): void {
      const locks = readdirSync(join(home, '.aws')).filter((name) => name.endsWith('.lock'));
      for (const name of locks) utimesSync(join(home, '.aws', name), 1, 1);
    }

    async function expectUndone(job: Job): Promise<void> {
      ageLocks(job);
      const [post] = await job.finish();
      expect(post).toMatchObject({ exitCode: 0, stderr: '' });
      expect(credentialsFile(job)).toBe(MINE);
      expect(existsSync(join(job.home, '.aws/config'))).toBe(false);
    }

    const moments = ALL_AS_PROCESSES ? [0, 5, 10, 15, 20, 30, 40] : [5, 20];
    test.each(moments)('%i ms after the last answer', async (ms) => {
      const job = jobWithProfile();
      const answered = new Promise<void>((resolve) => {
        const first = () => void delay(ms).then(resolve);
        scenario.sandbox.faults.add({ action: 'AssumeRoleWithWebIdentity', skip: 59, first });
      });
      await job.step({ with: named(many(60)), kill: { after: answered, signal: 'SIGKILL' } });
      await expectUndone(job);
      expect(tally()).toMatchObject({ AssumeRoleWithWebIdentity: 60 });
    });

    test('before the last answer', async () => {
      const job = jobWithProfile();
      const asked = new Promise<void>((resolve) => {
        scenario.sandbox.faults.add({ action: 'AssumeRoleWithWebIdentity', skip: 59, holdAfter: resolve });
      });
      await job.step({ with: named(many(60)), kill: { after: asked, signal: 'SIGKILL' } });
      expect(profilesIn(job)).toHaveLength(1);
      await expectUndone(job);
      expect(tally()).toMatchObject({ AssumeRoleWithWebIdentity: 60 });
    });

    test('when the profiles are written', async () => {
      const job = jobWithProfile();
      const watcher = watch(join(job.home, '.aws'));
      const written = new Promise<void>((resolve) => {
        watcher.on('change', () => {
          if (profilesIn(job).length === 61) resolve();
        });
      });
      try {
        await job.step({ with: named(many(60)), kill: { after: written, signal: 'SIGKILL' } });
      } finally {
        watcher.close();
      }
      expect(profilesIn(job)).toHaveLength(61);
      await expectUndone(job);
      expect(tally()).toMatchObject({ AssumeRoleWithWebIdentity: 60 });
    });
  });
});

test('the step’s time limit ends it, and nothing is exported', async () => {
  const roles = oidcRoles();
  scenario.sandbox.faults.add({ action: 'AssumeRoleWithWebIdentity', skip: 2, hang: true });
  const job = scenario.job({ oidc: true });
  const main = await job.step({ with: { ...inputsFor(byAccount(roles)), 'action-timeout-s': '5' } });
  expectFailed(main, 'action-timeout');
  expect(credentialsFile(job)).toBe('');
  expect(tally()).toEqual({ 'id-token': 1, AssumeRoleWithWebIdentity: 5 });
});
