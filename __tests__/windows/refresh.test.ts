import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ended } from '../../sandbox/runner/driver';
import { HAS_GO } from '../conformance/go';
import { ProfileJob, type Paths } from '../conformance/profile-job';
import { commandIn } from '../scenarios/renewing-profile';
import { ACCOUNT, REGION, ROLE, Scenario } from '../scenarios/scenario';
import { describeOnWindows } from './job-on-windows';
import { GO_CLIENTS } from './programs';
import { NODE, ON_WINDOWS, pathHere, runProgram, windowsPath } from './windows';

const RENEWAL = ['id-token', 'AssumeRoleWithWebIdentity'];
const INPUTS = {
  'aws-region': REGION,
  'role-to-assume': ROLE,
  'aws-profile': 'deploy',
  'refresh-credentials': 'true',
  'profile-location': 'job',
};

/** The ways in which AWS's tools run the line, apart from those of the SDKs for Go. */
const WAYS = ['cmd', 'words'] as const;
const AT_ONCE = 4;

describeOnWindows('a profile that renews itself', () => {
  let scenario: Scenario;
  let job: ProfileJob;
  beforeAll(async () => {
    scenario = await Scenario.start({ running: ON_WINDOWS });
    scenario.createOidcRole();
  });
  afterAll(() => scenario.end());

  describe('in folders as runners have them', () => {
    useJob({});

    test.each(WAYS)('is renewed by a tool that runs its line with %s', async (way) => {
      job.age('due');
      expectSession(await runLine(way));
      expect(scenario.calls()).toEqual(RENEWAL);
      expectSession(await runLine(way));
      expect(scenario.calls()).toEqual([]);
    });

    testGo('is renewed by the %s', async (_, program) => {
      job.age('due');
      expect(await runClient(program)).toMatchObject({ exitCode: 0, stderr: '', stdout: whoAmI() });
      expect(scenario.calls()).toEqual([...RENEWAL, 'GetCallerIdentity']);
    });

    test.each(['due', 'ended'] as const)(`is renewed once for ${AT_ONCE} at once whose session is %s`, async (when) => {
      job.age(when);
      const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => runLine('words')));
      answers.forEach(expectSession);
      expect(scenario.calls()).toEqual(RENEWAL);
    });
  });

  describe('with spaces in its paths', () => {
    useJob({ temp: 'my temp', action: 'my actions' });

    test.each(WAYS)('is renewed by a tool that runs its line with %s', async (way) => {
      job.age('due');
      expectSession(await runLine(way));
      expect(scenario.calls()).toEqual(RENEWAL);
    });
  });

  function useJob(paths: Paths): void {
    beforeAll(async () => {
      job = await ProfileJob.start(scenario, INPUTS, paths, {});
    });
    afterAll(() => job.end());
  }

  function runLine(way: (typeof WAYS)[number]): Promise<Ended> {
    const env = job.env('deploy');
    const config = readFileSync(pathHere(env.AWS_CONFIG_FILE ?? ''), 'utf8');
    return runProgram(NODE, [windowsPath(join(__dirname, 'run-line.cjs')), way], {
      env: { ...env, LINE: commandIn(config, 'deploy') },
      cwd: __dirname,
    });
  }

  function runClient(program: string): Promise<Ended> {
    return runProgram(program, [], { env: job.env('deploy'), cwd: __dirname });
  }
});

/** A test of each SDK for Go; without Go they are skipped by name. */
function testGo(name: string, run: (client: string, program: string) => Promise<void>): void {
  (HAS_GO ? test : test.skip).each(Object.entries(GO_CLIENTS))(name, run);
}

function whoAmI(): string {
  return `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/GitHubActions\n`;
}

function expectSession({ exitCode, stdout, stderr }: Ended): void {
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ Version: 1, AccessKeyId: expect.stringMatching(/^ASIA/) });
}
