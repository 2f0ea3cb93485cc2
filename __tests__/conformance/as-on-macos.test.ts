import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Job, Run } from '../../sandbox/runner/job';
import { allow } from '../sandbox/sts-client';
import { ADMIN, identityJob, writeWorkspace } from '../scenarios/identities';
import { commandOf } from '../scenarios/renewing-profile';
import { EXAMPLE_KEYS, REGION, ROLE, Scenario } from '../scenarios/scenario';
import { AS_ON_MACOS, caseIgnoringFolder, LACKS_NAMESPACES, runOnMacos } from './macos';

/**
 * What macOS does not have, or has otherwise, as far as Linux can be made to be like it: there is no /proc, programs are
 * others, names of files are equal regardless of case. `scenarios/linked-folders.test.ts` has its links.
 */
const OIDC = ['id-token', 'AssumeRoleWithWebIdentity'];
const TO_PROFILE = { 'aws-region': REGION, 'role-to-assume': ROLE, 'aws-profile': 'dev' };
const OF_OTHERS = '# by hand\n[other]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n';
const AT_ONCE = 8;

const ignoringCase = LACKS_NAMESPACES === undefined ? caseIgnoringFolder() : undefined;
afterAll(() => {
  ignoringCase?.remove();
});

const WORLDS = [
  {
    name: 'without /proc and without programs',
    lacks: LACKS_NAMESPACES,
    ignoresCase: false,
    folderOf: ({ folder }: Job) => folder,
  },
  {
    name: 'where names are equal regardless of case, too',
    lacks: ignoringCase ? undefined : 'no file system that ignores case, which ntfs-3g of Debian would be for root',
    ignoresCase: true,
    folderOf: () => mkdtempSync(join(ignoringCase?.folder ?? '', 'job-')),
  },
];

for (const { name, lacks, ignoresCase, folderOf } of WORLDS) {
  describeUnless(lacks, name, () => {
    let scenario: Scenario;
    beforeEach(async () => {
      scenario = await Scenario.start({ running: AS_ON_MACOS });
      scenario.createOidcRole();
    });
    afterEach(() => scenario.end());

    test('a profile is written, found by the next step, and taken away', async () => {
      const { job, home } = jobIn(scenario.job({ oidc: true }));
      const file = join(home, '.aws/credentials');
      mkdirSync(join(home, '.aws'));
      writeFileSync(file, OF_OTHERS);
      const main = await stepWell(job, TO_PROFILE);
      expect(readFileSync(file, 'utf8')).toMatch(/^\[dev\]\naws_access_key_id = ASIA/m);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const next = await stepWell(job, { 'aws-region': REGION, mode: 'verify' }, { AWS_PROFILE: 'dev' });
      expect(next.outputs['authenticated-arn']).toBe(main.outputs['authenticated-arn']);
      await finishWell(job);
      expect(readFileSync(file, 'utf8')).toBe(OF_OTHERS);
      expect(readdirSync(join(home, '.aws'))).toEqual(['credentials']);
      expect(scenario.calls()).toEqual([...OIDC, 'GetCallerIdentity']);
    });

    test('a profile that renews itself answers, and is gone after the job', async () => {
      const { job, temp } = jobIn(scenario.job({ oidc: true }));
      await stepWell(job, { ...TO_PROFILE, 'refresh-credentials': 'true', 'profile-location': 'job' });
      const command = commandOf(job, 'dev');
      const answer = await runOnMacos(['/bin/sh', '-c', command], { env: job.env, cwd: '/', kill: undefined });
      expect(answer).toMatchObject({ exitCode: 0, stderr: '' });
      expect(JSON.parse(answer.stdout)).toMatchObject({
        Version: 1,
        AccessKeyId: expect.stringMatching(/^ASIA/) as string,
      });
      await finishWell(job);
      expect(readdirSync(temp)).toEqual([]);
      expect(scenario.calls()).toEqual(OIDC);
    });

    test('a user and the key of the job are made as a document says, and the key is gone after the job', async () => {
      scenario.account.createUser('admin', { policies: [allow('*')] }).createAccessKey(EXAMPLE_KEYS);
      const { job, home } = jobIn(identityJob(scenario));
      writeWorkspace(
        { workspace: job.env.GITHUB_WORKSPACE ?? '' },
        {
          'aws/identities.yml': 'users:\n  bot: { access-key: { deliver: [profile: bot] } }\n',
        },
      );
      await stepWell(job, { ...ADMIN, mode: 'provision', identities: 'aws/identities.yml' });
      const [key] = scenario.account.users.get('bot')?.accessKeys ?? [];
      expect(readFileSync(join(home, '.aws/credentials'), 'utf8')).toContain(`aws_access_key_id = ${key?.accessKeyId}`);
      await finishWell(job);
      expect(scenario.account.users.get('bot')?.accessKeys).toEqual([]);
      expect(existsSync(join(home, '.aws/credentials'))).toBe(false);
      scenario.calls();
    });

    test(`${AT_ONCE} jobs at once in one home find their profiles, and leave nothing`, async () => {
      const { home, job: first } = jobIn(scenario.job({ oidc: true }));
      const jobs = [first, ...Array.from({ length: AT_ONCE - 1 }, () => jobIn(scenario.job({ oidc: true }), home).job)];
      await Promise.all(jobs.map((job, index) => stepWell(job, { ...TO_PROFILE, 'aws-profile': `job-${index}` })));
      const text = readFileSync(join(home, '.aws/credentials'), 'utf8');
      for (const index of jobs.keys()) {
        expect(text).toMatch(new RegExp(`^\\[job-${index}\\]\\naws_access_key_id = ASIA`, 'm'));
      }
      await Promise.all(jobs.map(finishWell));
      expect(profileFilesIn(home)).toEqual([]);
      scenario.calls();
    });

    if (ignoresCase) {
      test.each(['not there yet', 'there'])(
        'two names of one profile file that is %s are of one file',
        async (isThere) => {
          const { job, home } = jobIn(scenario.job({ oidc: true }));
          const file = join(home, 'profiles');
          if (isThere === 'there') writeFileSync(file, OF_OTHERS);
          Object.assign(job.env, { AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: join(home, 'PROFILES') });
          await stepWell(job, { ...TO_PROFILE, 'aws-profile': 'default' });
          const text = readFileSync(file, 'utf8');
          expect(text.match(/^\[default\]/gm)).toHaveLength(1);
          expect(text).toMatch(/^aws_access_key_id = ASIA/m);
          expect(text).toMatch(/^region = /m);
          await finishWell(job);
          expect(existsSync(file) && readFileSync(file, 'utf8')).toBe(isThere === 'there' && OF_OTHERS);
          expect(scenario.calls()).toEqual(OIDC);
        },
      );

      test('jobs at once that name one home differently find their profiles', async () => {
        const { home, job: first } = jobIn(scenario.job({ oidc: true }));
        const { job: second } = jobIn(scenario.job({ oidc: true }), join(dirname(home), basename(home).toUpperCase()));
        await Promise.all([
          stepWell(first, { ...TO_PROFILE, 'aws-profile': 'one' }),
          stepWell(second, { ...TO_PROFILE, 'aws-profile': 'two' }),
        ]);
        const text = readFileSync(join(home, '.aws/credentials'), 'utf8');
        for (const profile of ['one', 'two']) expect(text).toContain(`[${profile}]\n`);
        await Promise.all([first, second].map(finishWell));
        expect(profileFilesIn(home)).toEqual([]);
        scenario.calls();
      });
    }
  });

  /** The job with its home, temporary folder and workspace in the world's folder. */
  function jobIn(job: Job, home?: string) {
    const folder = folderOf(job);
    const paths = {
      home: home ?? join(folder, 'my-home'),
      temp: join(folder, 'my-temp'),
      workspace: join(folder, 'my-work'),
    };
    for (const path of Object.values(paths)) mkdirSync(path, { recursive: true });
    Object.assign(job.env, {
      HOME: paths.home,
      USERPROFILE: paths.home,
      RUNNER_TEMP: paths.temp,
      GITHUB_WORKSPACE: paths.workspace,
    });
    return { job, ...paths };
  }
}

/** What this machine lacks tests for is skipped, by a name that says so. */
function describeUnless(lacks: string | undefined, name: string, tests: () => void): void {
  if (lacks === undefined) describe(name, tests);
  else test.skip(`${name}: this machine has ${lacks}`, () => undefined);
}

/** Also the locks and copies of a step that is under way. */
function profileFilesIn(home: string): string[] {
  const folder = join(home, '.aws');
  return existsSync(folder) ? readdirSync(folder) : [];
}

async function stepWell(job: Job, inputs: Readonly<Record<string, string>>, env = {}): Promise<Run> {
  const run = await job.step({ with: inputs, env });
  expectWell(run);
  return run;
}

async function finishWell(job: Job): Promise<void> {
  for (const run of await job.finish()) expectWell(run);
}

function expectWell({ exitCode, stderr, log }: Run): void {
  const warnings = log.filter((line) => line.startsWith('Warning'));
  expect({ exitCode, stderr, log: exitCode === 0 ? warnings : log }).toEqual({ exitCode: 0, stderr: '', log: [] });
}
