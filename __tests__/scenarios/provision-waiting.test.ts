import type { Run } from '../../sandbox/runner/job';
import { ADMIN, githubRepository, identityJob, identityScenario, LASTING_KEY, recordsOf } from './identities';
import { ACCOUNT, expectFailed, type Scenario, textOf } from './scenario';

let scenario: Scenario;
beforeEach(async () => (scenario = await identityScenario()));
afterEach(() => scenario.end());

const provision = (
  identities: string,
  inputs: Record<string, string> = {},
  job = identityJob(scenario),
): Promise<Run> => job.step({ with: { mode: 'provision', identities, ...ADMIN, ...inputs } });
const writes = () => scenario.calls().filter((call) => !/^(?:Get|List)/.test(call));

/** Calls without those that were refused, and how each of these was. */
function answered(calls: readonly string[]): { done: string[]; refused: string[] } {
  const refused = [...new Set(calls.filter((call) => call.includes(' ')))];
  return { done: calls.filter((call) => !call.includes(' ')), refused };
}

const USER = 'users: { ci: {} }';
const TRUSTED_USER = 'users: { ci: {} }\nroles: { deployer: { trust: { user: ci } } }';
const TRUSTED_ROLE = `
roles:
  deployer:
    trust:
      Version: "2012-10-17"
      Statement: { Effect: Allow, Action: "sts:AssumeRole", Principal: { AWS: "arn:aws:iam::${ACCOUNT}:role/entry" } }
  entry: { trust: { service: ec2.amazonaws.com } }
`;
const GRANTED_USER = `
policies:
  deploy: { document: { Version: "2012-10-17", Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } } }
users:
  ci: { policies: [deploy], permissions-boundary: deploy }
`;

describe('what was just made is not known everywhere at once', () => {
  test('a key is delivered once AWS has known it three times', async () => {
    scenario.sandbox.settings.propagationMs = 8_000;
    const main = await provision('users: { ci: { access-key: { deliver: [environment] } } }');
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    const made = scenario.calls();
    const tests = made.slice(made.indexOf('CreateAccessKey')).filter((call) => call.startsWith('GetCallerIdentity'));
    expect(tests[0]).toBe('GetCallerIdentity InvalidClientTokenId');
    expect(tests.slice(-3)).toEqual(['GetCallerIdentity', 'GetCallerIdentity', 'GetCallerIdentity']);
    expect(textOf(main)).toMatch(/GetCallerIdentity: .*[^.]\. Again in \d/);
    expect(main.exported.AWS_ACCESS_KEY_ID).toBe(scenario.account.users.get('ci')?.accessKeys[0]?.accessKeyId);
    expect(made.filter((call) => call === 'UntagUser')).toHaveLength(1);
  });

  test('a role that trusts a user of the same document waits for it', async () => {
    scenario.sandbox.settings.propagationMs = 8_000;
    const main = await provision(TRUSTED_USER);
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(answered(writes())).toEqual({
      done: ['CreateUser', 'CreateRole'],
      refused: ['CreateRole MalformedPolicyDocument'],
    });
    expect(textOf(main)).toMatch(/CreateRole: MalformedPolicyDocument: Invalid principal in policy.*Again in \d/);
  });

  test('a role that trusts a role of the same document is made after it', async () => {
    scenario.sandbox.settings.propagationMs = 8_000;
    const main = await provision(TRUSTED_ROLE);
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(answered(writes())).toEqual({
      done: ['CreateRole', 'CreateRole'],
      refused: ['CreateRole MalformedPolicyDocument'],
    });
    expect([...scenario.account.roles.keys()]).toEqual(['entry', 'deployer']);
  });

  test('a policy of the same document is waited for before it is attached, or is a boundary', async () => {
    scenario.sandbox.settings.readConsistencyMs = 8_000;
    const main = await provision(GRANTED_USER);
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(answered(writes())).toEqual({
      done: ['CreatePolicy', 'CreateUser', 'AttachUserPolicy'],
      refused: ['CreateUser NoSuchEntity', 'AttachUserPolicy NoSuchEntity'],
    });
  });
});

describe('what is not there, and was not made just now, is not waited for', () => {
  test.each([
    ['a trusted user', 'roles: { deployer: { trust: { user: ghost } } }', 'policy-malformed', ['CreateRole']],
    [
      'a trusted user together with one that was made',
      'users: { ci: {} }\nroles: { deployer: { trust: [ { user: ci }, { user: ghost } ] } }',
      'policy-malformed',
      ['CreateUser', 'CreateRole'],
    ],
    [
      'a trusted user whose name begins like that of one that was made',
      'users: { ci: {} }\nroles: { deployer: { trust: { user: ci-2 } } }',
      'policy-malformed',
      ['CreateUser', 'CreateRole'],
    ],
    [
      'a policy for a user that was made',
      'users: { ci: { policies: [ "arn:aws:iam::aws:policy/NoSuchAccess" ] } }',
      'not-found',
      ['CreateUser', 'AttachUserPolicy'],
    ],
    [
      'a boundary',
      'users: { ci: { permissions-boundary: "arn:aws:iam::aws:policy/NoSuchAccess" } }',
      'not-found',
      ['CreateUser'],
    ],
  ] as const)('%s', async (_, identities, code, calls) => {
    const main = await provision(identities);
    expectFailed(main, code);
    expect(main.log.join('\n')).not.toContain('Again in');
    expect(main.log.join('\n')).toMatch(/ghost|ci-2|NoSuchAccess/);
    expect(writes().map((call) => call.split(' ')[0])).toEqual(calls);
  });
});

describe('a run that fails on the way', () => {
  const document = `
policies:
  deploy: { document: { Version: "2012-10-17", Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } } }
users:
  ci:
    policies: [deploy]
    permissions-boundary: deploy
    inline-policies:
      logs: { Version: "2012-10-17", Statement: { Effect: Allow, Action: "logs:*", Resource: "*" } }
    access-key: { deliver: [environment] }
roles:
  deployer: { trust: { user: ci }, policies: [deploy] }
`;

  // What may be done is granted while the key is made, which is then deleted again.
  test.each([
    ['CreateUser', []],
    ['PutUserPolicy', ['CreateAccessKey', 'DeleteAccessKey']],
    ['AttachUserPolicy', ['CreateAccessKey', 'DeleteAccessKey']],
    ['CreateRole', []],
    ['AttachRolePolicy', ['CreateAccessKey', 'DeleteAccessKey']],
    ['CreateAccessKey', []],
  ])('as %s is refused leaves no key, and the next run goes on from there', async (action, keyCalls) => {
    const message = `User: arn:aws:iam::123456789012:user/admin is not authorized to perform: iam:${action}`;
    scenario.sandbox.faults.add({ action, times: 1, error: { status: 403, code: 'AccessDenied', message } });

    const failed = await provision(document);
    expectFailed(failed, 'iam-refused');
    expect(textOf(failed)).toContain(`Allow "iam:${action}"`);
    expect(scenario.account.users.get('ci')?.accessKeys ?? []).toEqual([]);
    const first = writes();
    expect(first).toContain(`${action} AccessDenied`);
    expect(answered(first).done.filter((call) => call.endsWith('AccessKey'))).toEqual(keyCalls);
    // A user is made with the announcement of its key, which is taken back where it comes to none.
    expect(recordsOf(scenario, 'ci')).toEqual([]);

    const job = identityJob(scenario);
    const next = await provision(document, {}, job);
    expect(next.exitCode).toBe(0);
    const again = writes().filter((call) => !/^(?:Tag|Untag)/.test(call));
    expect([...answered(first).done.filter((call) => !/^(?:Tag|Untag)/.test(call)), ...again].sort()).toEqual(
      [
        'AttachRolePolicy',
        'AttachUserPolicy',
        'CreateAccessKey',
        'CreatePolicy',
        'CreateRole',
        'CreateUser',
        'PutUserPolicy',
        ...keyCalls,
      ].sort(),
    );
    expect(next.exported.AWS_ACCESS_KEY_ID).toBe(scenario.account.users.get('ci')?.accessKeys[0]?.accessKeyId);

    await job.finish();
    writes();
    const last = await provision(document);
    expect(last.exitCode).toBe(0);
    // All else is there: this run has but a key of its own.
    expect(new Set(writes())).toEqual(new Set(['TagUser', 'CreateAccessKey', 'UntagUser']));
  });

  test('action-timeout-s ends a step that takes too long; the next one goes on', async () => {
    scenario.sandbox.faults.add({ latencyMs: 2000 });
    const main = await provision(document, { 'action-timeout-s': '5' });
    expectFailed(main, 'action-timeout');
    scenario.expectWithin(10_000, main);
    expect(scenario.account.users.get('ci')?.accessKeys ?? []).toEqual([]);
    expect(scenario.calls()).not.toContain('CreateAccessKey');
    scenario.sandbox.faults.clear();
    const next = await provision(document);
    expect(next.exitCode).toBe(0);
    scenario.calls();
  });

  test('no call is tried again after action-timeout-s', async () => {
    scenario.sandbox.faults.add({ service: 'iam', throttled: true });
    const main = await provision(document, { 'action-timeout-s': '5' });
    expect(main.exitCode).toBe(1);
    scenario.expectWithin(5_500, main);
    expect(main.log.join('\n')).toContain('Rate exceeded');
    scenario.calls();
  });

  test('nor is a store of secrets waited for that asks to wait longer', async () => {
    const token = githubRepository(scenario);
    await provision(LASTING_KEY, token);
    scenario.calls();
    scenario.sandbox.faults.add({ service: 'github', action: 'GET secret', throttled: true });
    const main = await provision(LASTING_KEY, { ...token, 'action-timeout-s': '5' });
    expect(main.exitCode).toBe(1);
    scenario.expectWithin(5_500, main);
    expect(textOf(main)).toContain('Could not finish within 5 s');
    expect(scenario.calls()).not.toContain('CreateAccessKey');
  });
});

describe('what passes is tried again', () => {
  test.each([
    ['EntityTemporarilyUnmodifiable', 409],
    ['ConcurrentModification', 409],
    ['ServiceFailure', 500],
  ])('%s', async (code, status) => {
    scenario.sandbox.faults.add({
      action: 'CreateUser',
      times: 2,
      error: { status, code, message: 'Try again later' },
    });
    const main = await provision(USER);
    expect(main.exitCode).toBe(0);
    expect(writes()).toEqual([`CreateUser ${code}`, `CreateUser ${code}`, 'CreateUser']);
    expect(textOf(main)).toMatch(/CreateUser: \w+: Try again later.*Attempt 2 of 12 in \d/);
  });

  test('a create whose answer was lost found its own work', async () => {
    scenario.sandbox.faults.add({ action: 'CreateUser', times: 1, resetAfter: true });
    const main = await provision(USER);
    expect(main.exitCode).toBe(0);
    expect(writes()).toEqual(['CreateUser', 'CreateUser EntityAlreadyExists']);
  });

  test('IAM that serves few requests a second is not given up', async () => {
    scenario.sandbox.faults.rateLimit({ service: 'iam', perSecond: 4, burst: 2 });
    const main = await provision(GRANTED_USER);
    expect(main.exitCode).toBe(0);
    const { done, refused } = answered(writes());
    expect(done).toEqual(['CreatePolicy', 'CreateUser', 'AttachUserPolicy']);
    expect(refused.every((call) => call.endsWith(' Throttling'))).toBe(true);
    expect(textOf(main)).toMatch(/Rate exceeded.*Attempt 2 of 12 in \d/);
  });
});
