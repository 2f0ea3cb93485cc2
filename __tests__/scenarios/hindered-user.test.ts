import type { Run } from '../../sandbox/runner/job';
import {
  ADMIN,
  REPOSITORY,
  age,
  githubRepository,
  identityJob,
  identityScenario,
  keyInSecrets,
  leftUser,
  ownerOf,
  recordsOf,
  recordTags,
  statusesOf,
  writes,
  endOfKeys,
} from './identities';
import { expectFailed, type Scenario, textOf } from './scenario';

const MINUTE_MS = 60_000;
const READS = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const NOW = { 'rotate-now': 'true' };

let scenario: Scenario;
let token: { readonly 'github-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  token = githubRepository(scenario);
});
afterEach(() => endOfKeys(scenario));

const lasting = (prefix: string) => ({ 'access-key': { deliver: [{ 'github-secrets': { prefix } }] } });
const TWO_USERS = { users: { pulumi: lasting('PULUMI_'), other: lasting('OTHER_') } };
const run = (mode: string, document: object, inputs: Record<string, string> = {}): Promise<Run> =>
  identityJob(scenario).step({
    with: { mode, ...ADMIN, ...token, identities: JSON.stringify(document), ...inputs },
  });
const keyOf = (user: string) => keyInSecrets(scenario, { prefix: `${user.toUpperCase()}_` });

/** Gives `pulumi` a second key by hand, some time after both users got theirs. */
async function fullUser(): Promise<void> {
  expect((await run('provision', TWO_USERS)).exitCode).toBe(0);
  scenario.account.users.get('pulumi')?.createAccessKey();
  scenario.pass(20 * MINUTE_MS);
  scenario.calls();
}

const before = () => [statusesOf(scenario, 'pulumi'), recordsOf(scenario, 'pulumi'), keyOf('pulumi')];

describe('where something is in the way of the keys of one user', () => {
  test('the keys of another are rotated all the same', async () => {
    await fullUser();
    const [was, other] = [before(), keyOf('other')];
    const main = await run('rotate', TWO_USERS, NOW);
    expectFailed(main, 'access-keys-full');
    expect(textOf(main)).toContain(
      'Could not apply the identity document. Nothing of the user pulumi was changed. All else that the plan shows is done.',
    );
    expect(textOf(main)).toContain('! leave   access key  pulumi');
    // The summary tells what was done, and then why the step failed.
    expect(main.summary).toMatch(
      /^### AWS rotate\n[^]*\| leave \| access key \| `pulumi` \| `left as they are[^]*AWS rotate failed[^]*access-keys-full/m,
    );
    // Later steps may know what was done, and nothing secret.
    const { plan = '', ...outputs } = main.outputs;
    expect(JSON.parse(plan)).toEqual([
      expect.objectContaining({ action: 'change', kind: 'access key', name: 'other' }),
      expect.objectContaining({ action: 'leave', kind: 'access key', name: 'pulumi' }),
    ]);
    const arn = (name: string) => scenario.account.arn('iam', `user/${name}`);
    expect(outputs).toEqual({
      mode: 'rotate',
      'aws-account-id': scenario.account.id,
      'authenticated-arn': arn('admin'),
      changed: 'true',
      profiles: '[]',
      'user-arns': JSON.stringify({ pulumi: arn('pulumi'), other: arn('other') }),
      'role-arns': '{}',
      'policy-arns': '{}',
    });
    expect(before()).toEqual(was);
    expect(keyOf('other')).not.toEqual(other);
    expect(ownerOf(scenario, keyOf('other'))).toBe('other');
    // The next run finds nothing else to do.
    scenario.calls();
    const again = await run('provision', TWO_USERS);
    expect([again.exitCode, writes(scenario)]).toEqual([0, []]);
  });

  test('as GitHub does not say when its secrets were written: the keys of another are rotated all the same', async () => {
    expect((await run('provision', TWO_USERS)).exitCode).toBe(0);
    scenario.pass(20 * MINUTE_MS);
    const [was, other] = [before(), keyOf('other')];
    const { pathname } = new URL(scenario.sandbox.github.secrets.apiUrl);
    const path = `${pathname}/repos/octo/app/actions/secrets/PULUMI_AWS_ACCESS_KEY_ID`;
    const error = { status: 403, code: 'Forbidden', message: 'Resource not accessible' };
    scenario.sandbox.faults.add({ action: 'GET secret', path, error });
    const main = await run('rotate', TWO_USERS, NOW);
    expectFailed(main, 'github-secret-refused');
    expect(textOf(main)).toContain('Could not find out when the GitHub secret PULUMI_AWS_ACCESS_KEY_ID of octo/app');
    expect(textOf(main)).toContain('Nothing of the user pulumi was changed. All else that the plan shows is done.');
    expect(textOf(main)).toMatch(/! leave +access key +pulumi/);
    expect(before()).toEqual(was);
    expect(keyOf('other')).not.toEqual(other);
    expect(ownerOf(scenario, keyOf('other'))).toBe('other');
  });

  test('as another run is making one: that user is left as it is, and those of another are rotated', async () => {
    expect((await run('provision', TWO_USERS)).exitCode).toBe(0);
    scenario.pass(20 * MINUTE_MS);
    const user = scenario.account.users.get('pulumi');
    const { accessKeyId = '' } = user?.createAccessKey() ?? {};
    const at = scenario.sandbox.clock.now().toISOString();
    const made = recordTags({ [`made:${accessKeyId}`]: `run=octo/app:42.1:0a1b2c3d at=${at}` });
    if (user) user.tags = { ...user.tags, ...made };
    const [was, other] = [before(), keyOf('other')];
    const main = await run('rotate', TWO_USERS, NOW);
    expectFailed(main, 'another-run');
    expect(textOf(main)).toContain('Nothing of the user pulumi was changed. All else that the plan shows is done.');
    expect(before()).toEqual(was);
    expect(keyOf('other')).not.toEqual(other);
  });

  test('all else of the document is made, but no key for the job, which gets nothing of a step that fails', async () => {
    const pulumi = leftUser(scenario);
    pulumi.createAccessKey();
    pulumi.createAccessKey();
    age(pulumi, 1);
    const document = {
      users: {
        pulumi: { policies: [READS], ...lasting('PULUMI_') },
        fresh: { policies: [READS], ...lasting('FRESH_') },
        worker: { 'access-key': { deliver: ['environment'] } },
      },
      roles: { deploy: { trust: { user: 'pulumi' } } },
    };
    const plan = await run('provision', document, { 'dry-run': 'true' });
    expectFailed(plan, 'access-keys-full');
    expect(textOf(plan)).toContain('+ create  access key  fresh');
    expect(textOf(plan)).toContain('Nothing was changed.');
    expect(plan.summary).toContain('| create | access key | `fresh` |');
    expect([plan.outputs.changed, plan.outputs.plan]).toEqual(['true', expect.stringContaining('access-keys-full')]);
    expect(writes(scenario)).toEqual([]);

    const main = await run('provision', document);
    expectFailed(main, 'access-keys-full');
    expect(textOf(main)).toContain('left as it is, as something of its user is in the way: see the error');
    expect(textOf(main)).toContain('none is made for this job, as the step fails');
    const { users, roles } = scenario.account;
    expect([...pulumi.attachedPolicies]).toEqual([]);
    expect([...(users.get('fresh')?.attachedPolicies ?? [])]).toEqual([READS]);
    expect(ownerOf(scenario, keyOf('fresh'))).toBe('fresh');
    expect(users.get('worker')?.accessKeys).toEqual([]);
    expect([main.outputs.changed, main.outputs['role-arns']]).toEqual(['true', expect.stringContaining('role/deploy')]);
    expect(roles.has('deploy')).toBe(true);
    expect(
      writes(scenario)
        .filter((call) => /Polic|Role/.test(call))
        .sort(),
    ).toEqual(['AttachUserPolicy', 'CreateRole']);
  });

  describe('as one of its places is not there', () => {
    const gone = { deliver: [{ 'github-secrets': { prefix: 'PULUMI_', environment: 'gone' } }] };

    test.each(['rotate', 'provision'])('%s: that user is left as it is, and all else is done', async (mode) => {
      expect((await run('provision', TWO_USERS)).exitCode).toBe(0);
      scenario.pass(20 * MINUTE_MS);
      const [was, other] = [before(), keyOf('other')];
      const document = { users: { pulumi: { 'access-key': gone }, other: lasting('MORE_') } };
      const main = await run(mode, document, mode === 'rotate' ? NOW : {});
      expectFailed(main, 'github-secret-refused');
      expect(textOf(main)).toContain('Nothing of the user pulumi was changed. All else that the plan shows is done.');
      expect(textOf(main)).toMatch(/! leave +access key +pulumi/);
      expect(textOf(main).match(/access key +pulumi/g)).toHaveLength(1);
      expect(main.outputs.changed).toBe('true');
      expect(before()).toEqual(was);
      const more = keyInSecrets(scenario, { prefix: 'MORE_' });
      expect([more.id === other.id, ownerOf(scenario, more)]).toEqual([false, 'other']);
    });

    test('and it is to be created: nothing is changed at all, as others may refer to it', async () => {
      const document = { users: { pulumi: { 'access-key': gone }, other: lasting('OTHER_') } };
      const main = await run('provision', document);
      expectFailed(main, 'github-secret-refused');
      expect(textOf(main)).toContain('Nothing was changed.');
      expect(writes(scenario)).toEqual([]);
    });

    test('and it has only an MFA device: that is left, too', async () => {
      expect((await run('provision', { users: { pulumi: {} } })).exitCode).toBe(0);
      const deliver = [{ 'github-secret': { name: 'SEED', environment: 'gone' } }];
      const main = await run('provision', {
        users: { pulumi: { 'mfa-device': { deliver } }, other: lasting('OTHER_') },
      });
      expectFailed(main, 'github-secret-refused');
      expect(textOf(main)).toMatch(/! leave +MFA device +pulumi/);
      expect(scenario.account.virtualMfaDevices.size).toBe(0);
      expect(ownerOf(scenario, keyOf('other'))).toBe('other');
    });

    test('deprovision removes a user of whom nothing was delivered to a place that it may not see', async () => {
      expect((await run('provision', { users: { pulumi: lasting('PULUMI_') } })).exitCode).toBe(0);
      scenario.pass(20 * MINUTE_MS);
      token = { 'github-token': scenario.sandbox.github.secrets.token({ write: [REPOSITORY] }) };
      const deliver = [{ 'github-secrets': { prefix: 'PULUMI_' } }, { 'dependabot-secrets': { prefix: 'PULUMI_' } }];
      const main = await run('deprovision', { users: { pulumi: { 'access-key': { deliver } } } });
      expect([main.exitCode, main.log.join('\n')]).toEqual([
        0,
        expect.stringContaining('no run is recorded to have delivered something of pulumi there, and Could not'),
      ]);
      expect([scenario.account.users.has('pulumi'), keyOf('pulumi').id]).toEqual([false, undefined]);
    });
  });

  test('and the rest fails: both are said', async () => {
    await fullUser();
    const refused = { error: { status: 403, code: 'Forbidden', message: 'no' } };
    scenario.sandbox.faults.add({ action: 'PUT secret', ...refused });
    const main = await run('rotate', TWO_USERS, NOW);
    expect(main.exitCode).toBe(1);
    expect(textOf(main)).toContain('#github-secret-refused');
    expect(textOf(main)).toContain('In addition, the user pulumi has two access keys already');
  });
});
