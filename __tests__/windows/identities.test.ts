import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allow } from '../sandbox/sts-client';
import { ADMIN, identityJob, OWNED, profileKeys } from '../scenarios/identities';
import { EXAMPLE_KEYS, expectFailed, Scenario, textOf } from '../scenarios/scenario';
import { describeOnWindows, finishWell, stepWell } from './job-on-windows';
import { ON_WINDOWS, otherDrive } from './windows';

const POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }],
};
const DOCUMENT = [
  'policies:',
  '  pipeline: { document: aws\\policies\\pipeline.json, tags: { team: "größe" } }',
  'users:',
  '  pulumi:',
  '    policies: [pipeline]',
  '    access-key: { deliver: [profile: pulumi] }',
  'roles:',
  '  deploy: { trust: { user: pulumi } }',
  '',
].join('\r\n');

describeOnWindows('identities', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.start({ running: ON_WINDOWS });
    scenario.account.createUser('admin', { policies: [allow('*')] }).createAccessKey(EXAMPLE_KEYS);
  });
  afterEach(async () => {
    // What becomes of them is expected, not each call.
    scenario.calls();
    await scenario.end();
  });

  test('are made as a document with Windows endings declares them, with keys for the job', async () => {
    const files = {
      'aws/identities.yml': DOCUMENT,
      'aws/policies/pipeline.json': `\uFEFF${JSON.stringify(POLICY)}\r\n`,
    };
    const job = identityJob(scenario, { files });
    const inputs = { ...ADMIN, mode: 'provision', identities: 'aws\\identities.yml' };
    const { outputs } = await stepWell(job, inputs);
    expect(outputs.changed).toBe('true');
    const user = scenario.account.users.get('pulumi');
    expect(user?.tags).toMatchObject(OWNED);
    expect([...(user?.accessKeys ?? [])].map(({ accessKeyId }) => accessKeyId)).toEqual([
      profileKeys(job, 'pulumi').accessKeyId,
    ]);
    expect(scenario.account.roles.has('deploy')).toBe(true);
    await finishWell(job);
    expect(user?.accessKeys).toHaveLength(0);
  });

  test('that are ephemeral are gone after the job', async () => {
    const job = identityJob(scenario);
    const document = 'users:\r\n  bot:\r\n    access-key: { deliver: [environment] }\r\n';
    await stepWell(job, { ...ADMIN, mode: 'provision', identities: document, ephemeral: 'true' });
    const [key] = scenario.account.users.get('bot')?.accessKeys ?? [];
    expect(job.env.AWS_ACCESS_KEY_ID).toBe(key?.accessKeyId);
    await finishWell(job);
    expect(scenario.account.users.has('bot')).toBe(false);
    expect(job.env.AWS_SECRET_ACCESS_KEY).toBe('');
  });

  test('are not read from another drive than that of the workspace', async () => {
    const drive = otherDrive();
    try {
      writeFileSync(join(drive.folder, 'identities.yml'), 'users: { bot: {} }\n');
      const job = identityJob(scenario);
      const run = await job.step({
        with: { ...ADMIN, mode: 'provision', identities: `${drive.letter}:\\identities.yml` },
      });
      expectFailed(run, 'invalid-input');
      expect(textOf(run)).toMatch(/workspace/);
    } finally {
      drive.remove();
    }
  });
});
