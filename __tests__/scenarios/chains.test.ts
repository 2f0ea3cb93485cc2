import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { Account, Role } from '../../sandbox/accounts/account';
import type { Run } from '../../sandbox/runner/job';
import { codeOf } from '../sandbox/mfa-code';
import { allow, stsClient } from '../sandbox/sts-client';
import { roleFor, roleForOidc } from './role-paths';
import { ACCOUNT, EXAMPLE_KEYS, expectFailed, KEY_INPUTS, REGION, Scenario, textOf } from './scenario';

const HUB = '210987654321';
const TARGET = '111122223333';

let scenario: Scenario;
let accounts: { entry: Account; hub: Account; target: Account };
beforeEach(async () => {
  scenario = await Scenario.start();
  const { sandbox, account } = scenario;
  accounts = { entry: account, hub: sandbox.account(HUB), target: sandbox.account(TARGET) };
});
afterEach(() => scenario.end());

/** Three roles, each in an account of its own, each trusting the one before. */
function oidcPath(): [Role, Role, Role] {
  const entry = roleForOidc(accounts.entry, 'entry');
  const hub = roleFor(entry.arn, accounts.hub, 'hub');
  return [entry, hub, roleFor(hub.arn, accounts.target, 'target', { maxSessionDuration: 43_200 })];
}

/** Two roles that start from the keys of the user `ci`. */
function keyPath(conditions = {}): [Role, Role] {
  const user = accounts.entry.createUser('ci', { policies: [allow(['sts:*', 'iam:ListMFADevices'])] });
  user.createAccessKey(EXAMPLE_KEYS);
  const hub = roleFor(user.arn, accounts.hub, 'hub', { conditions });
  return [hub, roleFor(hub.arn, accounts.target, 'target', { maxSessionDuration: 43_200 })];
}

const chain = (...roles: readonly (Role | string)[]) => ({
  'aws-region': REGION,
  'role-to-assume': roles.map((role) => (typeof role === 'string' ? role : role.arn)).join('\n'),
});
const OIDC_CALLS = ['id-token', 'AssumeRoleWithWebIdentity', 'AssumeRole', 'AssumeRole'];
const assumptions = () => scenario.sandbox.requests.filter(({ action }) => action.startsWith('AssumeRole'));
const paramsOf = (name: string) => assumptions().map(({ params }) => params[name]);

test('three roles are assumed one after the other, and only the last one’s session is exported', async () => {
  const [entry, hub, target] = oidcPath();
  const main = await scenario.job({ oidc: true }).step({ with: chain(entry, '', hub, `  ${target.arn}  `, '') });

  expect(main).toMatchObject({ exitCode: 0, stderr: '' });
  expect(scenario.calls()).toEqual(OIDC_CALLS);
  expect(assumptions().map(({ caller, params }) => [caller, params.RoleArn, params.DurationSeconds])).toEqual([
    [undefined, entry.arn, '900'],
    [`arn:aws:sts::${ACCOUNT}:assumed-role/entry/GitHubActions`, hub.arn, '900'],
    [`arn:aws:sts::${HUB}:assumed-role/hub/GitHubActions`, target.arn, '3600'],
  ]);
  expect(main.outputs).toMatchObject({
    mode: 'assume-role',
    'aws-account-id': TARGET,
    'authenticated-arn': `arn:aws:sts::${TARGET}:assumed-role/target/GitHubActions`,
    'role-arns': JSON.stringify({ target: target.arn }),
  });
  expect(main.log.filter((line) => line.startsWith('Assuming'))).toEqual([
    `Assuming ${entry.arn} (role 1 of 3) with GitHub's OIDC token.`,
    `Assuming ${hub.arn} (role 2 of 3) with the session of ${entry.arn}.`,
    `Assuming ${target.arn} (role 3 of 3) with the session of ${hub.arn}.`,
  ]);
  const sessions = [...scenario.sandbox.world.sessions.values()];
  expect(sessions.map(({ accessKeyId }) => accessKeyId).indexOf(main.exported.AWS_ACCESS_KEY_ID ?? '')).toBe(2);
  const masked = new Set(main.lines.flatMap(({ command }) => (command?.name === 'add-mask' ? [command.value] : [])));
  for (const { secretAccessKey, sessionToken } of sessions) {
    expect([masked.has(secretAccessKey), masked.has(sessionToken)]).toEqual([true, true]);
  }
});

test('keys sign for the first role, and its session for the second', async () => {
  const [hub, target] = keyPath();
  const main = await scenario.job().step({ with: { ...chain(hub, target), ...KEY_INPUTS } });
  expect(main.exitCode).toBe(0);
  expect(scenario.calls()).toEqual(['AssumeRole', 'AssumeRole']);
  expect(assumptions().map(({ caller }) => caller)).toEqual([
    `arn:aws:iam::${ACCOUNT}:user/ci`,
    `arn:aws:sts::${HUB}:assumed-role/hub/GitHubActions`,
  ]);
});

test('MFA is proved at the first role, and only there', async () => {
  const [hub, target] = keyPath({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } });
  const device = accounts.entry.users.get('ci')?.createMfaDevice('ci', {});
  if (!device) throw new Error('There is no user.');
  const code = codeOf(device, scenario.sandbox.clock.now());
  const job = scenario.job({ env: { AWS_ENDPOINT_URL_IAM: scenario.sandbox.url } });
  const main = await job.step({ with: { ...chain(hub, target), ...KEY_INPUTS, 'mfa-code': code } });
  expect(textOf(main)).toContain('assumed-role/target/GitHubActions');
  expect(scenario.calls()).toEqual(['ListMFADevices', 'AssumeRole', 'AssumeRole']);
  expect(paramsOf('TokenCode')).toEqual([code, undefined]);
  expect(paramsOf('SerialNumber')).toEqual([device.serialNumber, undefined]);
});

describe('a name', () => {
  test('as a later role is in the account of the role before, which no call has to find out', async () => {
    const entry = roleForOidc(accounts.entry, 'entry');
    const hub = roleFor(entry.arn, accounts.hub, 'hub');
    const target = roleFor(hub.arn, accounts.hub, 'target', { path: '/team/' });
    const main = await scenario.job({ oidc: true }).step({ with: chain(entry, hub, 'team/target') });
    expect(textOf(main)).toContain(`Assuming ${target.arn} (role 3 of 3)`);
    expect(main.outputs['role-arns']).toBe(JSON.stringify({ target: target.arn }));
    expect(scenario.calls()).toEqual(OIDC_CALLS);
  });

  test('as the first role is in the account of the keys, which one call finds out', async () => {
    const user = accounts.entry.createUser('ci', {});
    user.createAccessKey(EXAMPLE_KEYS);
    roleFor(roleFor(user.arn, accounts.entry, 'hub').arn, accounts.entry, 'target');
    const main = await scenario.job().step({ with: { ...chain('hub', 'target'), ...KEY_INPUTS } });
    expect(main.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(['GetCallerIdentity', 'AssumeRole', 'AssumeRole']);
  });
});

describe('more than an hour is refused before any call', () => {
  test.each([
    ['from OIDC', {}, true],
    ['from keys', KEY_INPUTS, false],
    ['with MFA', { ...KEY_INPUTS, 'mfa-code': '123456' }, false],
  ])('%s', async (_, source, oidc) => {
    const inputs = { ...chain(...oidcPath()), ...scenario.proxyToAws, ...source, 'role-duration-seconds': '3601' };
    const main = await scenario.job({ oidc }).step({ with: inputs });
    expectFailed(main, 'invalid-input');
    expect(textOf(main)).toContain(
      'role-duration-seconds: is 3601; a role assumed with the session of another lasts 3600 at most',
    );
    expect(scenario.calls()).toEqual([]);
  });

  test('and an hour is not', async () => {
    const main = await scenario
      .job({ oidc: true })
      .step({ with: { ...chain(...oidcPath()), 'role-duration-seconds': '3600' } });
    expect(main.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(OIDC_CALLS);
  });
});

test.each([
  ['from OIDC', 3],
  ['from keys', 2],
] as const)('%s, what shapes the session is for the last of %i roles alone', async (from, count) => {
  const roles = from === 'from OIDC' ? oidcPath() : keyPath();
  const policy = JSON.stringify(allow('s3:*'));
  const main = await scenario.job({ oidc: from === 'from OIDC' }).step({
    with: {
      ...chain(...roles),
      ...(from === 'from keys' && KEY_INPUTS),
      'role-session-name': 'release',
      'role-duration-seconds': '1800',
      'role-external-id': 'partner',
      'inline-session-policy': policy,
      'managed-session-policies': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
      'custom-tags': '{"team":"platform"}',
      'transitive-tag-keys': 'team',
    },
  });
  expect(main.exitCode).toBe(0);
  expect(textOf(main)).not.toContain('Warning');
  expect(scenario.calls()).toEqual(OIDC_CALLS.slice(from === 'from OIDC' ? 0 : 2));
  const requests = assumptions().map(({ params }) => params);
  expect(requests).toHaveLength(count);
  for (const [index, params] of requests.slice(0, -1).entries()) {
    expect(params).toEqual({
      Action: expect.stringMatching(/^AssumeRole/) as string,
      Version: '2011-06-15',
      RoleArn: roles[index]?.arn,
      RoleSessionName: 'release',
      DurationSeconds: '900',
      ...('WebIdentityToken' in params && { WebIdentityToken: params.WebIdentityToken }),
    });
  }
  const last = requests.at(-1) ?? {};
  expect(last).toMatchObject({
    RoleSessionName: 'release',
    DurationSeconds: '1800',
    ExternalId: 'partner',
    Policy: policy,
    'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    'TransitiveTagKeys.member.1': 'team',
  });
  const tagKeys = Object.entries(last).flatMap(([name, value]) => (/^Tags.*Key$/.test(name) ? [value] : []));
  expect(tagKeys).toEqual(expect.arrayContaining(['GitHub', 'Repository', 'team']));
});

describe('the source identity', () => {
  const kept = (main: Run) => {
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN = '' } = main.exported;
    const keys = {
      AccessKeyId: AWS_ACCESS_KEY_ID,
      SecretAccessKey: AWS_SECRET_ACCESS_KEY,
      SessionToken: AWS_SESSION_TOKEN,
      Expiration: undefined,
    };
    const { arn } = roleFor(`arn:aws:iam::${TARGET}:role/target`, accounts.target, 'later');
    return stsClient(scenario.sandbox.url, keys).send(
      new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'later' }),
    );
  };

  test.each([
    ['from OIDC: the second', 'actor', {}, [undefined, 'octocat', undefined], 'octocat'],
    ['from keys: the first', 'actor', KEY_INPUTS, ['octocat', undefined], 'octocat'],
    ['as it is given', 'release@octo', KEY_INPUTS, ['release@octo', undefined], 'release@octo'],
  ])('is set at the first role that is signed for, and kept (%s)', async (_, given, source, sent, shown) => {
    const byKeys = 'aws-access-key-id' in source;
    const roles = byKeys ? keyPath() : oidcPath();
    const inputs = { ...chain(...roles), ...source, 'source-identity': given };
    const main = await scenario.job({ oidc: !byKeys }).step({ with: inputs });
    expect(main.exitCode).toBe(0);
    expect(textOf(main)).not.toContain('Warning');
    expect(paramsOf('SourceIdentity')).toEqual(sent);
    expect((await kept(main)).SourceIdentity).toBe(shown);
    expect(scenario.calls()).toEqual([...OIDC_CALLS.slice(byKeys ? 2 : 0), 'AssumeRole']);
  });

  test('is known to the trust policies on the way', async () => {
    const entry = roleForOidc(accounts.entry, 'entry');
    const conditions = { StringEquals: { 'sts:SourceIdentity': 'dependabot-bot-' } };
    const hub = roleFor(entry.arn, accounts.hub, 'hub', { conditions });
    const target = roleFor(hub.arn, accounts.target, 'target', { conditions });
    const job = scenario.job({ oidc: true, env: { GITHUB_ACTOR: 'dependabot[bot]' } });
    const main = await job.step({ with: { ...chain(entry, hub, target), 'source-identity': 'actor' } });
    expect(main.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(OIDC_CALLS);
  });

  test('needs a permission at every role that follows, which the error names', async () => {
    const entry = roleForOidc(accounts.entry, 'entry');
    const hub = roleFor(entry.arn, accounts.hub, 'hub');
    const target = roleFor(hub.arn, accounts.target, 'target', { actions: ['sts:AssumeRole', 'sts:TagSession'] });
    const inputs = { ...chain(entry, hub, target), 'source-identity': 'actor' };
    const main = await scenario.job({ oidc: true }).step({ with: inputs });
    expectFailed(main, 'role-refused');
    expect(textOf(main)).toContain(`Could not assume ${target.arn} (role 3 of 3) with the session of ${hub.arn}.`);
    expect(textOf(main)).toContain(
      `Allow "sts:SetSourceIdentity" together with "sts:AssumeRole" in the trust policy of`,
    );
    expect(scenario.calls()).toEqual([...OIDC_CALLS.slice(0, -1), 'AssumeRole AccessDenied']);
  });

  test('with a web identity alone, a warning says that it is not used', async () => {
    const [entry] = oidcPath();
    const main = await scenario.job({ oidc: true }).step({ with: { ...chain(entry), 'source-identity': 'actor' } });
    expect(main.exitCode).toBe(0);
    expect(textOf(main)).toContain('Warning: source-identity is not used');
    expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity']);
  });
});

describe('transitive tags', () => {
  const inputs = { 'aws-region': REGION, 'transitive-tag-keys': 'Repository\nRef' };

  test('go on from the last role of a chain to those of later steps, which cannot set them again', async () => {
    const [entry, hub, target] = oidcPath();
    const conditions = { StringEquals: { 'aws:PrincipalTag/Repository': 'octo/app' } };
    const later = roleFor(target.arn, accounts.target, 'later', { conditions });
    const last = roleFor(later.arn, accounts.target, 'last', { conditions });
    const job = scenario.job({ oidc: true });
    const first = await job.step({ with: { ...chain(entry, hub, target), ...inputs } });
    expect(first.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(OIDC_CALLS);
    expect(paramsOf('TransitiveTagKeys.member.1')).toEqual([undefined, undefined, 'Repository']);

    const chaining = { ...chain(later, last), 'role-chaining': 'true' };
    const again = await job.step({ with: chaining });
    expectFailed(again, 'session-tagging-refused');
    expect(textOf(again)).toContain(`Could not assume ${last.arn} (role 2 of 2) with the session of ${later.arn}.`);
    expect(textOf(again)).toContain('role-skip-session-tagging: true');
    expect(scenario.calls()).toEqual(['AssumeRole', 'AssumeRole InvalidParameterValue']);

    const inherited = await job.step({ with: { ...chaining, 'role-skip-session-tagging': 'true' } });
    expect(inherited.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(['AssumeRole', 'AssumeRole']);
    const session = scenario.sandbox.world.sessions.get(inherited.exported.AWS_ACCESS_KEY_ID ?? '');
    expect(session?.tags).toEqual({ Repository: 'octo/app' });
  });

  test('need the permission to tag at the next role, even when it is given none', async () => {
    const [entry, hub] = oidcPath();
    const later = roleFor(hub.arn, accounts.hub, 'later', { actions: ['sts:AssumeRole'] });
    const job = scenario.job({ oidc: true });
    await job.step({ with: { ...chain(entry, hub), ...inputs } });
    const main = await job.step({ with: { ...chain(later, later), 'role-chaining': 'true' } });
    expectFailed(main, 'session-tagging-refused');
    expect(textOf(main)).toContain(
      `assume ${later.arn} (role 1 of 2) with the credentials of the environment (AWS_ACCESS_KEY_ID).`,
    );
    expect(scenario.calls()).toEqual([...OIDC_CALLS.slice(0, -1), 'AssumeRole AccessDenied']);
  });
});

describe('a role that cannot be assumed ends the chain, and the error says which', () => {
  test('the first', async () => {
    const [entry, hub, target] = oidcPath();
    accounts.entry.roles.delete('entry');
    const main = await scenario.job({ oidc: true }).step({ with: chain(entry, hub, target) });
    expectFailed(main, 'web-identity-refused');
    expect(textOf(main)).toContain(`Could not assume ${entry.arn} (role 1 of 3) with GitHub's OIDC token.`);
    expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity AccessDenied']);
  });

  test('the second', async () => {
    const [entry, hub, target] = oidcPath();
    accounts.hub.roles.delete('hub');
    const main = await scenario.job({ oidc: true }).step({ with: chain(entry, hub, target) });
    expectFailed(main, 'role-refused');
    expect(textOf(main)).toContain(`Could not assume ${hub.arn} (role 2 of 3) with the session of ${entry.arn}.`);
    expect(textOf(main)).toContain(`Name arn:aws:sts::${ACCOUNT}:assumed-role/entry/GitHubActions (or its role)`);
    expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity', 'AssumeRole AccessDenied']);
  });

  test('the last, which lacks the external ID', async () => {
    const [hub] = keyPath();
    const conditions = { StringEquals: { 'sts:ExternalId': 'ours' } };
    const target = roleFor(hub.arn, accounts.target, 'guarded', { conditions });
    const inputs = { ...chain(hub, target), ...KEY_INPUTS };
    const main = await scenario.job().step({ with: inputs });
    expectFailed(main, 'role-refused');
    expect(textOf(main)).toContain(`Could not assume ${target.arn} (role 2 of 2) with the session of ${hub.arn}.`);
    const reported = await scenario.job().step({ with: { ...inputs, 'role-external-id': 'ours' } });
    expect(reported.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(['AssumeRole', 'AssumeRole AccessDenied', 'AssumeRole', 'AssumeRole']);
  });

  test('a role alone has no place', async () => {
    const [hub] = keyPath();
    const main = await scenario.job().step({ with: { ...chain(hub), ...KEY_INPUTS } });
    expect(textOf(main)).toContain(`Assuming ${hub.arn} with the access keys given.`);
    expect(scenario.calls()).toEqual(['AssumeRole']);
  });
});

test('a connection that breaks on the way costs one more call, not the chain', async () => {
  scenario.sandbox.faults.add({ action: 'AssumeRole', times: 1, reset: true });
  const main = await scenario.job({ oidc: true }).step({ with: chain(...oidcPath()) });
  expect(main.exitCode).toBe(0);
  expect(scenario.calls()).toEqual([...OIDC_CALLS, 'AssumeRole']);
});

describe('allowed-account-ids', () => {
  test('is about the last role', async () => {
    const inputs = { ...chain(...oidcPath()), 'allowed-account-ids': TARGET };
    expect((await scenario.job({ oidc: true }).step({ with: inputs })).exitCode).toBe(0);
    expect(scenario.calls()).toEqual(OIDC_CALLS);
  });

  test('refuses it before any call', async () => {
    const inputs = { ...chain(...oidcPath()), 'allowed-account-ids': `${ACCOUNT},${HUB}` };
    const main = await scenario.job({ oidc: true }).step({ with: inputs });
    expectFailed(main, 'invalid-input');
    expect(textOf(main)).toContain(`arn:aws:iam::${TARGET}:role/target is in none of the allowed-account-ids`);
    expect(scenario.calls()).toEqual([]);
  });
});

test('mask-aws-account-id hides the account of every role', async () => {
  const [entry, hub, target] = oidcPath();
  const inputs = { ...chain(entry, hub, target), 'mask-aws-account-id': 'true' };
  const main = await scenario.job({ oidc: true }).step({ with: inputs });
  expect(main.exitCode).toBe(0);
  accounts.hub.roles.delete('hub');
  const failed = await scenario.job({ oidc: true }).step({ with: inputs });
  expect(failed.exitCode).toBe(1);
  for (const { log, summary } of [main, failed]) expect([...log, summary].join('\n')).not.toMatch(/\d{12}/);
  expect(scenario.calls()).toEqual([...OIDC_CALLS, ...OIDC_CALLS.slice(0, 2), 'AssumeRole AccessDenied']);
});
