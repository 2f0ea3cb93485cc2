import { readWorkflow } from '../../sandbox/runner/workflow';
import { LocalAws } from '../../try/local-aws';
import { plannedJobs } from '../../try/plan';
import { referencesIn } from '../../try/references';
import { valuesFor, type Values } from '../../try/stand-ins';

const WORKFLOW = `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: octo-org/aws-identity-action@v1
        with:
          aws-region: \${{ vars.REGION }}
          aws-access-key-id: \${{ secrets.DEPLOY_ACCESS_KEY_ID }}
          aws-secret-access-key: \${{ secrets.DEPLOY_SECRET }}
          role-to-assume: arn:aws:iam::\${{ secrets.ACCOUNT }}:role/x
          mfa-secret: \${{ secrets.SEED }}
      - uses: actions/setup-node@v5
        with:
          token: \${{ secrets.NPM_TOKEN }}
      - run: deploy
        env:
          GITHUB_TOKEN: \${{ secrets.GITHUB_TOKEN }}
          WEBHOOK: \${{ secrets.WEBHOOK }}
`;

async function values(strict: boolean, secrets = {}, commands = true): Promise<Values> {
  const read = await readWorkflow('w.yml', WORKFLOW);
  const aws = await LocalAws.start('octo-org/app');
  await aws.sandbox.close();
  return valuesFor(
    referencesIn(read, plannedJobs(read.workflow, []), { commands, actions: new Map(), workflows: new Map() }),
    { secrets, vars: {}, strict },
    aws,
  );
}

test('the local AWS has keys, a device, an account and a region; all else is missing, except for steps that are skipped', async () => {
  const { secrets, vars, notes, missing } = await values(false);
  expect(vars).toEqual({ REGION: 'eu-central-1' });
  expect(secrets).toMatchObject({ DEPLOY_ACCESS_KEY_ID: expect.stringMatching(/^AKIA/), ACCOUNT: '123456789012' });
  expect(secrets.SEED).toMatch(/^[A-Z2-7]{64}$/);
  expect(notes.join('\n')).toContain('the key of arn:aws:iam::123456789012:user/deploy, made for it');
  expect(missing).toEqual(['secrets.WEBHOOK (line 19)']);
});

test('nothing is missing for commands that do not run', async () => {
  expect((await values(false, {}, false)).missing).toEqual([]);
});

test('what is given stays as it is', async () => {
  const { secrets, missing } = await values(false, { WEBHOOK: '', DEPLOY_SECRET: 'given' });
  expect([secrets.WEBHOOK, secrets.DEPLOY_SECRET, missing]).toEqual(['', 'given', []]);
});

test('strictly, there is an administrator, and nothing is made up', async () => {
  const { secrets, vars, notes, missing } = await values(true);
  expect(notes.join('\n')).toContain(':user/admin, made for it');
  expect(Object.keys(secrets)).toEqual(['DEPLOY_ACCESS_KEY_ID', 'DEPLOY_SECRET', 'SEED']);
  expect(vars).toEqual({ REGION: '' });
  expect(missing.join()).toBe('secrets.ACCOUNT (line 11),secrets.WEBHOOK (line 19)');
});
