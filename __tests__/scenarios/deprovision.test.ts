import type { Failure } from '../../sandbox/faults';
import { allow, deny, trust } from '../sandbox/sts-client';
import {
  ADMIN,
  LASTING_KEY,
  OWNED,
  REPOSITORY,
  age,
  githubRepository,
  identityJob,
  identityScenario,
  keyInSecrets,
  snapshot,
  writes,
} from './identities';
import { ACCOUNT, ISSUER, PROVIDER, REGION, expectFailed, type Scenario } from './scenario';

const POLICY = `arn:aws:iam::${ACCOUNT}:policy/pipeline`;
const DOCUMENT = JSON.stringify({
  policies: { pipeline: { document: allow('s3:GetObject') } },
  users: {
    pulumi: {
      policies: ['pipeline'],
      'inline-policies': { own: allow('s3:ListAllMyBuckets') },
      'access-key': { deliver: ['github-secrets'] },
      'mfa-device': { deliver: [{ 'github-secret': 'MFA' }] },
    },
  },
  roles: { deploy: { trust: { user: 'pulumi' }, policies: ['pipeline'] } },
  'oidc-providers': { github: {} },
});

let scenario: Scenario;
beforeEach(async () => {
  scenario = await identityScenario();
});
afterEach(() => scenario.end());

const run = (mode: string, inputs: Record<string, string> = {}) =>
  identityJob(scenario).step({ with: { mode, ...ADMIN, identities: DOCUMENT, ...inputs } });
const deprovision = (inputs: Record<string, string> = {}) => run('deprovision', inputs);

/** What provision makes of the document, and what it was before. */
async function provisioned() {
  const before = snapshot(scenario.account);
  const token = githubRepository(scenario);
  expect((await run('provision', token)).exitCode).toBe(0);
  expect(snapshot(scenario.account)).not.toEqual(before);
  scenario.calls();
  return { before, token };
}

test('the key of a job that may still run goes, and the plan says whose it is', async () => {
  const identities = JSON.stringify({ users: { pulumi: { 'access-key': { deliver: ['environment'] } } } });
  const working = identityJob(scenario, { env: { GITHUB_RUN_ID: '7' } });
  expect((await working.step({ with: { mode: 'provision', ...ADMIN, identities } })).exitCode).toBe(0);
  const { AWS_ACCESS_KEY_ID: id = '' } = working.env;
  const details = async (inputs: Record<string, string>) => {
    const { outputs } = await deprovision({ identities, ...inputs });
    return (JSON.parse(outputs.plan ?? '[]') as { details: string[] }[]).flatMap((change) => change.details);
  };
  expect(await details({ 'dry-run': 'true' })).toContain(
    `- access key ${id}; it is for run 7 of octo/app, the job deploy: if that still runs, it can do nothing more with it`,
  );
  scenario.pass(6 * 86_400_000);
  expect(await details({})).toContain(`- access key ${id}`);
  scenario.calls();
});

test('what stays loses a policy that denies: that is counted, marked, and open in the summary', async () => {
  const denial = deny('iam:*');
  const policy = { text: JSON.stringify(denial), document: denial };
  scenario.account.createManagedPolicy('pipeline', { path: '/', tags: OWNED, policy });
  scenario.account.createUser('stays').attachedPolicies.add(POLICY);
  const identities = JSON.stringify({ policies: { pipeline: { document: denial } } });
  const main = await deprovision({ identities, 'dry-run': 'true' });
  expect(main.log.join('\n')).toMatch(
    /1 to delete, 0 to keep; 1 widens access\n- delete +policy +pipeline +WIDENS ACCESS, - from user stays/,
  );
  expect(main.summary).toContain('<details open><summary>⚠️ delete policy <code>pipeline</code></summary>');
  expect(main.summary).toContain('- **Widens access:** `no longer denies all of iam:* on everything`');
  expect(scenario.calls().filter((call) => call === 'GetPolicyVersion')).toHaveLength(1);
});

describe('what provision made', () => {
  test('is all taken down, with the secrets at GitHub; the second time there is nothing to do', async () => {
    const { before, token } = await provisioned();
    const main = await deprovision(token);
    expect([main.exitCode, main.stderr, main.outputs.changed]).toEqual([0, '', 'true']);
    expect(snapshot(scenario.account)).toEqual(before);
    expect(keyInSecrets(scenario)).toEqual({ id: undefined, secret: undefined });
    expect(scenario.sandbox.github.secrets.value(REPOSITORY, 'MFA')).toBeUndefined();
    expect(main.log.join('\n')).toContain(`Removed the GitHub secret AWS_SECRET_ACCESS_KEY of ${REPOSITORY}.`);
    expect(main.outputs['user-arns']).toBe(`{"pulumi":"arn:aws:iam::${ACCOUNT}:user/pulumi"}`);
    const calls = writes(scenario);
    expect([...calls].sort()).toEqual(
      [
        'DeleteAccessKey',
        'DeactivateMFADevice',
        'DeleteVirtualMFADevice',
        'DeleteUserPolicy',
        'DetachUserPolicy',
        'DeleteUser',
        'DetachRolePolicy',
        'DeleteRole',
        'DeletePolicy',
        'DeleteOpenIDConnectProvider',
        'DELETE secret',
        'DELETE secret',
        'DELETE secret',
      ].sort(),
    );
    // Whoever has the key can do nothing more while the rest is taken down; what tells whose a secret is goes after it.
    // Nobody has a device whose seed is gone.
    const first = ['DeleteAccessKey', 'DetachUserPolicy', 'DeactivateMFADevice', 'DELETE secret'].map((call) =>
      calls.indexOf(call),
    );
    const then = ['DELETE secret', 'DeleteVirtualMFADevice', 'DeleteUser'];
    const order = [...first, ...then.map((call) => calls.lastIndexOf(call))];
    expect(order).toEqual([...order].sort((one, other) => one - other));

    const again = await deprovision(token);
    expect([again.exitCode, again.outputs.changed]).toEqual([0, 'false']);
    expect(again.log.join('\n')).toContain('is not there');
    expect(writes(scenario)).toEqual([]);
  });

  test('without a token the secrets stay', async () => {
    const { before } = await provisioned();
    expect((await deprovision()).exitCode).toBe(0);
    expect(snapshot(scenario.account)).toEqual(before);
    expect(keyInSecrets(scenario).id).toMatch(/^AKIA/);
    expect(scenario.calls().filter((call) => call.includes('secret'))).toEqual([]);
  });

  test('an environment that is gone has taken its secrets along: said, and the rest goes', async () => {
    const identities = JSON.stringify({
      users: { pulumi: { 'access-key': { deliver: [{ 'github-secrets': { environment: 'preview-1' } }] } } },
    });
    const user = scenario.account.createUser('pulumi', { tags: OWNED });
    user.createAccessKey();
    age(user, 1);
    const token = githubRepository(scenario);
    const main = await identityJob(scenario).step({ with: { mode: 'deprovision', ...ADMIN, ...token, identities } });
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(main.log.join('\n')).toMatch(
      /^Warning: The GitHub secret AWS_ACCESS_KEY_ID of octo\/app, environment preview-1 stays, if it is there at all/m,
    );
    expect(scenario.account.users.has('pulumi')).toBe(false);
    expect(writes(scenario)).toEqual(['DeleteAccessKey', 'DeleteUser']);
  });

  test('a dry run tells what would go, and changes nothing', async () => {
    const { token } = await provisioned();
    const before = snapshot(scenario.account);
    const main = await deprovision({ ...token, 'dry-run': 'true' });
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'true']);
    expect(snapshot(scenario.account)).toEqual(before);
    const plan = JSON.parse(main.outputs.plan ?? '') as { action: string; kind: string; name: string }[];
    expect(plan.map(({ action, kind, name }) => `${action} ${kind} ${name}`).sort()).toEqual([
      `delete GitHub secret AWS_ACCESS_KEY_ID of ${REPOSITORY}`,
      `delete GitHub secret AWS_SECRET_ACCESS_KEY of ${REPOSITORY}`,
      `delete GitHub secret MFA of ${REPOSITORY}`,
      'delete OIDC provider token.actions.githubusercontent.com',
      'delete policy pipeline',
      'delete role deploy',
      'delete user pulumi',
    ]);
    expect(main.log.join('\n')).toContain(
      'Plan (nothing is changed): 0 to create, 0 to change, 7 to delete, 0 to keep',
    );
    expect(writes(scenario)).toEqual([]);
  });

  test('an answer that is lost, and a thing that goes meanwhile, are no failures', async () => {
    const { before, token } = await provisioned();
    const { faults } = scenario.sandbox;
    for (const action of ['DeleteAccessKey', 'DetachRolePolicy', 'DeleteUser', 'DeletePolicy', 'DELETE secret']) {
      faults.add({ action, times: 1, resetAfter: true });
    }
    expect((await deprovision(token)).exitCode).toBe(0);
    expect(snapshot(scenario.account)).toEqual(before);
    scenario.calls();
  });

  test('a refusal in the middle: said, and the next run goes on', async () => {
    const { before, token } = await provisioned();
    const refused: Failure = { error: { status: 403, code: 'AccessDenied', message: 'denied by an SCP' } };
    scenario.sandbox.faults.add({ action: 'DeleteUser', times: 1, ...refused });
    const main = await deprovision(token);
    expectFailed(main, 'iam-refused');
    expect(main.log.join('\n')).toContain('iam:DeleteUser');
    expect(scenario.account.users.has('pulumi')).toBe(true);
    scenario.calls();
    expect((await deprovision(token)).exitCode).toBe(0);
    expect(snapshot(scenario.account)).toEqual(before);
    scenario.calls();
  });

  test('a token that GitHub refuses: nothing is taken down', async () => {
    await provisioned();
    const before = snapshot(scenario.account);
    expectFailed(await deprovision({ 'github-token': 'ghp_revoked' }), 'github-token-refused');
    expect(snapshot(scenario.account)).toEqual(before);
    expect(writes(scenario)).toEqual([]);
  });
});

describe('secrets go only with what was written to them', () => {
  test('not those of a user in another account, by credentials of the wrong one: the plan says so', async () => {
    const { token } = await provisioned();
    const kept = keyInSecrets(scenario);
    const elsewhere = scenario.sandbox.account('210987654321').createUser('admin', { policies: [allow('*')] });
    const { accessKeyId, secretAccessKey } = elsewhere.createAccessKey();
    const keys = { 'aws-access-key-id': accessKeyId, 'aws-secret-access-key': secretAccessKey };
    const main = await deprovision({ ...token, ...keys });
    expect([main.exitCode, main.stderr, main.outputs.changed]).toEqual([0, '', 'false']);
    const plan = JSON.parse(main.outputs.plan ?? '') as { readonly kind: string }[];
    const details = ['left as it is: the user pulumi is not in this account'];
    expect(plan.filter(({ kind }) => kind === 'GitHub secret')).toEqual(
      ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'MFA'].map((name) => ({
        ...{ action: 'leave', kind: 'GitHub secret', name: `${name} of ${REPOSITORY}`, details },
      })),
    );
    expect(keyInSecrets(scenario)).toEqual(kept);
    expect(writes(scenario)).toEqual([]);
  });

  test('not what someone else has written since: it is named, with a warning', async () => {
    const { before, token } = await provisioned();
    for (const name of ['AWS_SECRET_ACCESS_KEY', 'MFA']) {
      scenario.pass(60_000);
      scenario.sandbox.github.secrets.write(REPOSITORY, name, 'of someone else');
    }
    const main = await deprovision(token);
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(keyInSecrets(scenario)).toEqual({ id: undefined, secret: 'of someone else' });
    expect(scenario.sandbox.github.secrets.value(REPOSITORY, 'MFA')).toBe('of someone else');
    const said = main.log.join('\n');
    for (const name of ['AWS_SECRET_ACCESS_KEY', 'MFA']) {
      expect(said).toMatch(new RegExp(`^ *! leave +GitHub secret +${name} of ${REPOSITORY}  `, 'm'));
      const warning = `^Warning: The GitHub secret ${name} of ${REPOSITORY} stays: it was written at .*, and by no run `;
      expect(said).toMatch(new RegExp(warning, 'm'));
    }
    expect(snapshot(scenario.account)).toEqual(before);
    expect(writes(scenario).filter((call) => call === 'DELETE secret')).toHaveLength(1);
  });

  test('not what someone else writes after the plan', async () => {
    const { token } = await provisioned();
    scenario.sandbox.faults.add({
      action: 'DetachUserPolicy',
      times: 1,
      first() {
        scenario.pass(2_000);
        scenario.sandbox.github.secrets.write(REPOSITORY, 'AWS_SECRET_ACCESS_KEY', 'of someone else');
      },
    });
    const main = await deprovision(token);
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(keyInSecrets(scenario)).toEqual({ id: undefined, secret: 'of someone else' });
    expect(main.log.join('\n')).toMatch(/^Warning: The GitHub secret AWS_SECRET_ACCESS_KEY of .* stays/m);
    scenario.calls();
  });

  test('those of a key that an earlier run has deleted', async () => {
    const { before, token } = await provisioned();
    const refused: Failure = { error: { status: 403, code: 'AccessDenied', message: 'denied by an SCP' } };
    scenario.sandbox.faults.add({ action: 'DetachUserPolicy', times: 1, ...refused });
    expectFailed(await deprovision(token), 'iam-refused');
    expect(scenario.account.users.get('pulumi')?.accessKeys).toEqual([]);
    expect(keyInSecrets(scenario).id).toMatch(/^AKIA/);
    expect((await deprovision(token)).exitCode).toBe(0);
    expect(keyInSecrets(scenario)).toEqual({ id: undefined, secret: undefined });
    expect(snapshot(scenario.account)).toEqual(before);
    scenario.calls();
  });

  test('one that is there again: said, and the user stays', async () => {
    const { token } = await provisioned();
    const { github, faults } = scenario.sandbox;
    const again = () => {
      if (github.secrets.value(REPOSITORY, 'MFA') === undefined) github.secrets.write(REPOSITORY, 'MFA', 'again');
    };
    // Each is asked about for the plan, and before its removal.
    faults.add({ action: 'GET secret', skip: 6, first: again });
    const main = await deprovision(token);
    expectFailed(main, 'another-run');
    expect(main.log.join('\n')).toContain(
      `Could not remove the GitHub secret MFA of ${REPOSITORY}.\nCause: It is there again`,
    );
    expect(scenario.account.users.has('pulumi')).toBe(true);
    scenario.calls();
  });

  test('the seed of a device once that is off, so that nobody has it without; a run that goes on finds both', async () => {
    const { before, token } = await provisioned();
    const [serial] = scenario.account.virtualMfaDevices.keys();
    const path = `${new URL(scenario.sandbox.github.secrets.apiUrl).pathname}/repos/${REPOSITORY}/actions/secrets/MFA`;
    const error = { status: 403, code: 'Forbidden', message: 'Resource not accessible by integration' };
    scenario.sandbox.faults.add({ action: 'DELETE secret', path, error, times: 1 });
    expectFailed(await deprovision(token), 'github-secret-refused');
    expect(scenario.account.users.get('pulumi')?.mfaDevices.size).toBe(0);
    expect([...scenario.account.virtualMfaDevices.keys()]).toEqual([serial]);
    expect(scenario.sandbox.github.secrets.value(REPOSITORY, 'MFA')).toBeDefined();
    scenario.calls();
    const plan = await deprovision({ ...token, 'dry-run': 'true' });
    expect(plan.log.join('\n')).toContain(`- MFA device ${serial}`);
    scenario.calls();
    const main = await deprovision(token);
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(scenario.sandbox.github.secrets.value(REPOSITORY, 'MFA')).toBeUndefined();
    expect(snapshot(scenario.account)).toEqual(before);
    const calls = scenario.calls();
    expect(calls.indexOf('DELETE secret')).toBeLessThan(calls.indexOf('DeleteVirtualMFADevice'));
  });

  test('a device that another run makes meanwhile: it stays, and so does the user', async () => {
    const { token } = await provisioned();
    const [device] = scenario.account.virtualMfaDevices.values();
    const at = scenario.sandbox.clock.now().toISOString();
    const first = () => {
      if (device) device.tags = { ...OWNED, 'aws-identity-action:making': `run=octo/app:42.1:0a1b2c3d at=${at}` };
    };
    scenario.sandbox.faults.add({ action: 'DELETE secret', first });
    const main = await deprovision(token);
    expectFailed(main, 'another-run');
    expect(main.log.join('\n')).toContain(
      `The MFA device ${device?.serialNumber ?? ''} was made meanwhile, by another run`,
    );
    expect([...scenario.account.virtualMfaDevices.values()]).toEqual([device]);
    expect(scenario.account.users.has('pulumi')).toBe(true);
    scenario.calls();
  });

  test('a removal that GitHub does not answer is waited for, until nothing can come late', async () => {
    const { before, token } = await provisioned();
    scenario.sandbox.faults.add({ action: 'DELETE secret', times: 1, reset: true });
    const main = await deprovision(token);
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(main.log.join('\n')).toContain('GitHub did not answer. Waiting 120 s: until');
    expect(main.duration).toBeGreaterThanOrEqual(120_000);
    expect(snapshot(scenario.account)).toEqual(before);
    scenario.calls();
  });

  test('a removal that GitHub never answers: the user stays', async () => {
    const { token } = await provisioned();
    scenario.sandbox.faults.add({ action: 'DELETE secret', reset: true });
    const main = await deprovision(token);
    expectFailed(main, 'connection-failed');
    expect(main.log.join('\n')).toContain('GitHub did not answer. Waiting');
    expect(scenario.account.users.has('pulumi')).toBe(true);
    scenario.calls();
  });
});

describe('next to a run that makes a key of the user', () => {
  const RUN = 'octo/app:7.1:0a1b2c3d';
  const at = () => scenario.sandbox.clock.now().toISOString().replace(/\.\d+/, '');

  /** A key that another run has made just now, and delivered nowhere yet. */
  function keyBeingMade() {
    const user = scenario.account.users.get('pulumi') ?? scenario.account.createUser('pulumi', { tags: OWNED });
    const { accessKeyId: id } = user.createAccessKey();
    user.tags = { ...user.tags, [`aws-identity-action:made:${id}`]: `run=${RUN} at=${at()}` };
    return { user, id };
  }

  test('it waits for a minute, asking every 10 s; then it says so, and changes nothing', async () => {
    const { token } = await provisioned();
    const { id } = keyBeingMade();
    const before = snapshot(scenario.account);
    const main = await deprovision(token);
    expectFailed(main, 'another-run');
    const said = main.log.join('\n');
    expect(said).toContain('Nothing was changed');
    expect(said).toContain(`the access key ${id} of the user pulumi is being made by run 7 of octo/app`);
    expect(main.duration).toBeGreaterThanOrEqual(60_000);
    scenario.expectWithin(70_000, main);
    expect(snapshot(scenario.account)).toEqual(before);
    const calls = scenario.calls();
    expect(calls.filter((call) => call === 'ListAccessKeys')).toHaveLength(7);
    expect(calls.filter((call) => !/^(Get|List|GET )/.test(call))).toEqual([]);
  });

  test('it goes on as soon as the key is delivered, and ends that one, too', async () => {
    const { before, token } = await provisioned();
    const { user, id } = keyBeingMade();
    const deliver = () => {
      user.tags = { ...user.tags, [`aws-identity-action:delivered:${id}`]: `at=${at()} written=${at()}` };
    };
    scenario.sandbox.faults.add({ action: 'ListAccessKeys', skip: 2, times: 1, first: deliver });
    const main = await deprovision(token);
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    scenario.expectWithin(40_000, main);
    expect(snapshot(scenario.account)).toEqual(before);
    expect(writes(scenario).filter((call) => call === 'DeleteAccessKey')).toHaveLength(2);
  });

  test('it does not wait where GitHub says that the run is over', async () => {
    const { before } = await provisioned();
    keyBeingMade();
    const { github } = scenario.sandbox;
    github.runs.set({ repository: REPOSITORY, runId: '7', attempt: '1' }, 'completed');
    scenario.pass(5 * 60_000);
    const token = github.secrets.token({ write: [REPOSITORY], runs: [REPOSITORY] });
    const main = await deprovision({ 'github-token': token });
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    scenario.expectWithin(10_000, main);
    expect(snapshot(scenario.account)).toEqual(before);
    scenario.calls();
  });

  describe('that has announced it, and is not known to have got an answer', () => {
    const RESET = { action: 'CreateAccessKey', reset: true, times: 1 } as const;
    const ofRun = (id: string, mode: string, inputs: Record<string, string>) =>
      identityJob(scenario, { env: { GITHUB_RUN_ID: id } }).step({
        with: { mode, ...ADMIN, identities: LASTING_KEY, ...inputs },
      });
    /** A run to which AWS has not answered whether it made a key. */
    async function unanswered() {
      const token = githubRepository(scenario);
      scenario.sandbox.faults.add(RESET);
      const main = await ofRun('11', 'provision', token);
      expect([main.exitCode, main.log.join()]).toEqual([1, expect.stringContaining('#access-key-unknown')]);
      scenario.calls();
      return token;
    }
    const userId = () => scenario.account.users.get('pulumi')?.id;

    test('it waits until that key can no longer come: a user of that name that a third run makes has only its own', async () => {
      const token = await unanswered();
      scenario.pass(20_000);
      const main = await ofRun('12', 'deprovision', token);
      expect([main.exitCode, main.stderr, userId()]).toEqual([0, '', undefined]);
      expect(main.log.join('\n')).toMatch(/Waiting 1\d\d s: run 11 of octo\/app.* has announced an access key of/);
      expect(main.duration).toBeGreaterThanOrEqual(180_000);
      scenario.expectWithin(200_000, main);
      const third = await ofRun('13', 'provision', token);
      expect([third.exitCode, scenario.account.users.get('pulumi')?.accessKeys.length]).toEqual([0, 1]);
      scenario.calls();
    });

    test('the key comes meanwhile: it says so, and changes nothing', async () => {
      const token = await unanswered();
      const late = () => void scenario.account.users.get('pulumi')?.createAccessKey();
      scenario.sandbox.faults.add({ action: 'GetUser', skip: 1, times: 1, first: late });
      const main = await ofRun('12', 'deprovision', token);
      expectFailed(main, 'another-run');
      expect(main.log.join('\n')).toMatch(/Nothing was changed[^]*is being made by run 11 of octo\/app/);
      expect(writes(scenario)).toEqual([]);
    });

    test('later it does not wait, and neither does a plan', async () => {
      const token = await unanswered();
      const plan = await ofRun('12', 'deprovision', { ...token, 'dry-run': 'true' });
      expect(plan.outputs.plan).toMatch(/a run would wait 2\d\d s: run 11/);
      scenario.expectWithin(5_000, plan);
      scenario.pass(220_000);
      const main = await ofRun('13', 'deprovision', token);
      expect([main.exitCode, userId()]).toEqual([0, undefined]);
      scenario.expectWithin(5_000, main);
      scenario.calls();
    });
  });

  test('a key that comes after the plan: it is named, and the user and its secrets stay', async () => {
    const { token } = await provisioned();
    const kept = keyInSecrets(scenario);
    let id = '';
    const made = () => void ({ id } = keyBeingMade());
    scenario.sandbox.faults.add({ action: 'DetachUserPolicy', times: 1, first: made });
    const main = await deprovision(token);
    expectFailed(main, 'another-run');
    expect(main.log.join('\n')).toContain(`The access key ${id} was made meanwhile`);
    expect(scenario.account.users.get('pulumi')?.accessKeys.map(({ accessKeyId }) => accessKeyId)).toEqual([id]);
    expect(keyInSecrets(scenario)).toEqual(kept);
    expect(writes(scenario)).not.toContain('DELETE secret');
  });

  test('a key that AWS does not list yet: AWS refuses to delete the user, and the step says why', async () => {
    const { token } = await provisioned();
    scenario.sandbox.faults.add({ action: 'DeleteUser', times: 1, first: () => void keyBeingMade() });
    const main = await deprovision(token);
    expectFailed(main, 'another-run');
    const said = main.log.join('\n');
    expect(said).toContain('must delete access keys first');
    expect(said).toContain('An access key was made meanwhile, by another run or by someone.');
    scenario.calls();

    // Its run is over later, and the next removal goes on.
    scenario.pass(11 * 60_000);
    const again = await deprovision(token);
    expect([again.exitCode, again.stderr]).toEqual([0, '']);
    expect(scenario.account.users.has('pulumi')).toBe(false);
    scenario.calls();
  });
});

describe('everything that AWS refuses to delete a thing for goes first', () => {
  test('of a user', async () => {
    const { account } = scenario;
    const before = snapshot(account);
    const user = account.createUser('pulumi', { tags: OWNED });
    const group = account.createGroup('builders');
    user.groups.add(group);
    user.createAccessKey();
    user.createAccessKey().status = 'Inactive';
    age(user, 1);
    user.createLoginProfile();
    const certificate = user.uploadSigningCertificate('-----BEGIN CERTIFICATE-----');
    const sshKey = user.uploadSshPublicKey('ssh-rsa AAAA');
    const credential = user.createServiceSpecificCredential('codecommit.amazonaws.com');
    const device = user.createMfaDevice('phone');
    user.inlinePolicies.set('own', { text: '{}', document: allow('s3:GetObject') });
    user.attachedPolicies.add('arn:aws:iam::aws:policy/ReadOnlyAccess');
    const identities = JSON.stringify({ users: { pulumi: {} } });

    const main = await deprovision({ identities });
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    const said = main.log.join('\n');
    for (const line of [
      '- password',
      `- signing certificate ${certificate.id}`,
      `- SSH key ${sshKey.id}`,
      `- credential ${credential.id} for codecommit.amazonaws.com`,
      `- MFA device ${device.serialNumber}`,
      '- inline policy own',
      '- policy arn:aws:iam::aws:policy/ReadOnlyAccess',
      '- member of builders',
    ]) {
      expect(said).toContain(line);
    }
    account.groups.delete('builders');
    expect(account.membersOf(group)).toEqual([]);
    expect(snapshot(account)).toEqual(before);
    const calls = writes(scenario);
    expect([...calls].sort()).toEqual(
      [
        'DeleteAccessKey',
        'DeleteAccessKey',
        'DeleteLoginProfile',
        'DeleteSigningCertificate',
        'DeleteSSHPublicKey',
        'DeleteServiceSpecificCredential',
        'DeactivateMFADevice',
        'DeleteVirtualMFADevice',
        'DeleteUserPolicy',
        'DetachUserPolicy',
        'RemoveUserFromGroup',
        'DeleteUser',
      ].sort(),
    );
    expect(calls.at(-1)).toBe('DeleteUser');
  });

  test('of a role: its instance profile stays, without it', async () => {
    const { account } = scenario;
    const role = account.createRole('deploy', { tags: OWNED, trust: trust(account.arn('iam', 'root')) });
    const profile = account.createInstanceProfile('builders');
    profile.role = role;
    role.attachedPolicies.add('arn:aws:iam::aws:policy/ReadOnlyAccess');
    role.inlinePolicies.set('own', { text: '{}', document: allow('s3:GetObject') });
    const identities = JSON.stringify({ roles: { deploy: { trust: { account: ACCOUNT } } } });
    const main = await deprovision({ identities });
    expect(main.exitCode).toBe(0);
    expect(main.log.join('\n')).toContain('- instance profile builders');
    expect([account.roles.size, profile.role, account.instanceProfiles.size]).toEqual([0, undefined, 1]);
    const calls = writes(scenario);
    expect(calls.slice(0, 3).sort()).toEqual(['DeleteRolePolicy', 'DetachRolePolicy', 'RemoveRoleFromInstanceProfile']);
    expect(calls.slice(3)).toEqual(['DeleteRole']);
  });

  test('of a policy: versions, and everyone who has it attached', async () => {
    const { account } = scenario;
    const made = account.createManagedPolicy('pipeline', {
      path: '/',
      policy: { text: JSON.stringify(allow('s3:GetObject')), document: allow('s3:GetObject') },
      tags: OWNED,
    });
    for (let version = 2; version <= 5; version += 1) {
      made.addVersion({ text: JSON.stringify(allow('s3:*')), document: allow('s3:*') }, new Date());
    }
    const others = [
      account.createUser('other'),
      account.createRole('other', { trust: trust(account.arn('iam', 'root')) }),
      account.createGroup('other'),
    ];
    for (const other of others) other.attachedPolicies.add(POLICY);
    const identities = JSON.stringify({ policies: { pipeline: { document: allow('s3:GetObject') } } });
    const main = await deprovision({ identities });
    expect(main.exitCode).toBe(0);
    for (const line of ['- from user other', '- from role other', '- from group other']) {
      expect(main.log.join('\n')).toContain(line);
    }
    expect(account.managedPolicies.has(POLICY)).toBe(false);
    expect(others.flatMap(({ attachedPolicies }) => [...attachedPolicies])).toEqual([]);
    const calls = writes(scenario);
    expect([...calls].sort()).toEqual(
      [
        'DetachUserPolicy',
        'DetachRolePolicy',
        'DetachGroupPolicy',
        ...Array<string>(4).fill('DeletePolicyVersion'),
        'DeletePolicy',
      ].sort(),
    );
    expect(calls.at(-1)).toBe('DeletePolicy');
  });

  test('but a policy that bounds others is in use: said, and nothing is changed', async () => {
    const { account } = scenario;
    account.createManagedPolicy('pipeline', {
      path: '/',
      policy: { text: JSON.stringify(allow('s3:GetObject')), document: allow('s3:GetObject') },
      tags: OWNED,
    });
    account.createUser('pulumi', { tags: OWNED, permissionsBoundary: POLICY });
    const bounded = account.createUser('bounded', { permissionsBoundary: POLICY });
    const main = await deprovision();
    expectFailed(main, 'delete-conflict');
    expect(main.log.join('\n')).toContain(`the policy ${POLICY} is the permissions boundary of user bounded`);
    expect(bounded.permissionsBoundary).toBe(POLICY);
    expect(writes(scenario)).toEqual([]);
  });
});

describe('what is not this repository’s is left, and named', () => {
  const TAGS = [
    { case: 'not made by this action', tags: {}, said: 'left as it is: this action did not make it' },
    {
      case: 'of another repository',
      tags: { ...OWNED, 'managed-by-repository': 'octo/other' },
      said: 'left as it is: it is managed by octo/other',
    },
  ];

  test.each(TAGS)('$case', async ({ tags, said }) => {
    const { account } = scenario;
    const user = account.createUser('pulumi', { tags });
    user.createAccessKey();
    const device = user.createMfaDevice('pulumi');
    device.tags = tags;
    account.createRole('deploy', { tags, trust: trust(user.arn) });
    account.createManagedPolicy('pipeline', {
      path: '/',
      policy: { text: JSON.stringify(allow('s3:GetObject')), document: allow('s3:GetObject') },
      tags,
    });
    account.createOidcProvider({ url: ISSUER, clientIds: ['sts.amazonaws.com'], tags });
    const before = snapshot(account);

    const main = await deprovision();
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'false']);
    expect(snapshot(account)).toEqual(before);
    const plan = JSON.parse(main.outputs.plan ?? '') as object[];
    const left = (kind: string, name: string) => ({ action: 'leave', kind, name, details: [said] });
    expect(plan).toEqual([
      left('user', 'pulumi'),
      left('role', 'deploy'),
      { ...left('MFA device', device.serialNumber), details: ['left as it is: so is its user'] },
      left('policy', 'pipeline'),
      left('OIDC provider', PROVIDER.replace(/^.*oidc-provider\//, '')),
    ]);
    expect(main.log.join('\n')).toContain('5 left alone');
    expect(writes(scenario)).toEqual([]);
  });

  test('a user of ours that has a policy of others: the policy stays', async () => {
    const { account } = scenario;
    const user = account.createUser('pulumi', { tags: OWNED });
    account.createManagedPolicy('pipeline', {
      path: '/',
      policy: { text: JSON.stringify(allow('s3:GetObject')), document: allow('s3:GetObject') },
    });
    user.attachedPolicies.add(POLICY);
    const main = await deprovision();
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'true']);
    expect([account.users.has('pulumi'), account.managedPolicies.has(POLICY)]).toEqual([false, true]);
    expect(writes(scenario)).toEqual(['DetachUserPolicy', 'DeleteUser']);
  });

  test('so are the MFA device and the secrets of a user that is left', async () => {
    const { token } = await provisioned();
    const { account, sandbox } = scenario;
    const user = account.users.get('pulumi');
    if (user) user.tags = {};
    const main = await deprovision(token);
    expect(main.exitCode).toBe(0);
    const plan = JSON.parse(main.outputs.plan ?? '') as { readonly kind: string }[];
    const details = ['left as it is: so is its user'];
    expect(plan.filter(({ kind }) => kind === 'GitHub secret')).toEqual(
      ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'MFA'].map((name) => ({
        ...{ action: 'leave', kind: 'GitHub secret', name: `${name} of ${REPOSITORY}`, details },
      })),
    );
    expect(keyInSecrets(scenario)).toEqual({
      id: user?.accessKeys[0]?.accessKeyId,
      secret: user?.accessKeys[0]?.secretAccessKey,
    });
    expect([...(user?.mfaDevices.values() ?? [])].map(({ seed }) => seed)).toEqual([
      sandbox.github.secrets.value(REPOSITORY, 'MFA'),
    ]);
    expect([account.users.has('pulumi'), account.roles.has('deploy')]).toEqual([true, false]);
    scenario.calls();
  });
});

test('credentials of another account are turned away before anything is read', async () => {
  const main = await deprovision({ 'allowed-account-ids': '111122223333', 'aws-region': REGION });
  expectFailed(main, 'account-not-allowed');
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);
});
