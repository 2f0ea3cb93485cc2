import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { copyAction } from '../../sandbox/runner/processes';
import { Scenario } from '../scenarios/scenario';
import { HAS_GO } from './go';
import { Repository } from './repository';

const CI = resolve(__dirname, '../../.github/workflows/ci.yml');

interface Workflow {
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly steps: readonly { readonly uses?: string; readonly name?: string }[];
}

/** The job `self-test` of the project's own workflow. */
const selfTest = existsSync(CI) ? (parse(readFileSync(CI, 'utf8')) as Workflow).jobs['self-test'] : undefined;

const WORKFLOW = `
on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
      - id: role
        name: Assume a role
        uses: ./
        with:
          aws-region: eu-central-1
          role-to-assume: arn:aws:iam::123456789012:role/deploy
          aws-profile: deploy
          output-env-credentials: true
      - name: Use it
        run: |
          test "$(aws sts get-caller-identity --query Arn --output text)" = "$ARN"
          test "$(aws sts get-caller-identity --query Arn --output text --profile deploy)" = "$ARN"
        env:
          ARN: \${{ steps.role.outputs.authenticated-arn }}
      - name: Ask for a role that is not there
        id: missing
        continue-on-error: true
        uses: ./
        with:
          aws-region: eu-central-1
          role-to-assume: arn:aws:iam::123456789012:role/missing
      - name: It failed, and changed nothing
        run: |
          test "$OUTCOME" = failure
          test "$(aws sts get-caller-identity --query Arn --output text)" = "$ARN"
        env:
          OUTCOME: \${{ steps.missing.outcome }}
          ARN: \${{ steps.role.outputs.authenticated-arn }}
`;

(HAS_GO ? describe : describe.skip)(
  HAS_GO ? 'uses: ./, run by act' : 'uses: ./, run by act, for which this machine has no Go',
  () => {
    let repository: Repository;
    beforeEach(() => (repository = new Repository()));
    afterEach(() => {
      repository.remove();
    });

    test('exports what later steps use, and takes it back at the end of the job', async () => {
      const scenario = await Scenario.start();
      scenario.createOidcRole();
      copyAction(repository.folder);
      repository.write('.github/workflows/deploy.yml', WORKFLOW);
      repository.keep('.aws/credentials', '[other]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n');

      const env = { AWS_ENDPOINT_URL: scenario.sandbox.url, ...scenario.sandbox.github.environment({}) };
      const { exitCode, steps, log } = await repository.run('.github/workflows/deploy.yml', { env });

      expect({ exitCode, log: exitCode === 0 ? '' : log }).toEqual({ exitCode: 0, log: '' });
      expect(steps.map(({ stage, step, result }) => `${stage} ${step}: ${result}`).slice(1)).toEqual([
        'Main Assume a role: success',
        'Main Use it: success',
        'Main Ask for a role that is not there: failure',
        'Main It failed, and changed nothing: success',
        'Post Ask for a role that is not there: success',
        'Post Assume a role: success',
      ]);
      expect(repository.kept('.aws/credentials')).toBe('[other]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n');
      expect(scenario.calls()).toEqual([
        'id-token',
        'AssumeRoleWithWebIdentity',
        'GetCallerIdentity',
        'GetCallerIdentity',
        'id-token',
        'AssumeRoleWithWebIdentity AccessDenied',
        'GetCallerIdentity',
      ]);
      await scenario.end();
    });

    (selfTest ? test : test.skip)('the job self-test of ci.yml', async () => {
      const { steps = [] } = selfTest ?? {};
      // Alone: the jobs that it may need run these tests.
      const alone = { ...selfTest, needs: undefined };
      const text = stringify({ on: 'push', defaults: { run: { shell: 'bash' } }, jobs: { 'self-test': alone } });
      repository.copyProject();
      repository.write('.github/workflows/ci.yml', text);

      const {
        exitCode,
        steps: ran,
        log,
      } = await repository.run('.github/workflows/ci.yml', { matrix: { os: 'ubuntu-latest' } });

      expect({ exitCode, log: exitCode === 0 ? '' : log }).toEqual({ exitCode: 0, log: '' });
      const action = steps.filter(({ uses }) => uses === './');
      expect(action).not.toEqual([]);
      for (const { name } of action) {
        expect(ran).toContainEqual(expect.objectContaining({ stage: 'Main', step: name }));
        expect(ran).toContainEqual(expect.objectContaining({ stage: 'Post', step: name, result: 'success' }));
      }
      for (const file of ['credentials', 'config']) expect(existsSync(join(repository.home, '.aws', file))).toBe(false);
    });
  },
);
