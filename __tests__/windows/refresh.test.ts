import { readFileSync } from 'node:fs';
import type { Ended } from '../../sandbox/runner/driver';
import { HAS_GO } from '../conformance/go';
import { ageSession, ProfileJob, type Paths } from '../conformance/profile-job';
import { commandIn, commandOf } from '../scenarios/renewing-profile';
import { ACCOUNT, REGION, ROLE, Scenario } from '../scenarios/scenario';
import { describeOnWindows, finishWell, stepWell } from './job-on-windows';
import { GO_CLIENTS } from './programs';
import { expectSession, runLine, WAYS } from './renewing';
import { ON_WINDOWS, pathHere, runProgram } from './windows';

const RENEWAL = ['id-token', 'AssumeRoleWithWebIdentity'];
const INPUTS = {
  'aws-region': REGION,
  'role-to-assume': ROLE,
  'aws-profile': 'deploy',
  'refresh-credentials': 'true',
  'profile-location': 'job',
};

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
      expectSession(await run(way));
      expect(scenario.calls()).toEqual(RENEWAL);
      expectSession(await run(way));
      expect(scenario.calls()).toEqual([]);
    });

    testGo('is renewed by the %s', async (_, program) => {
      job.age('due');
      expect(await runClient(program)).toMatchObject({ exitCode: 0, stderr: '', stdout: whoAmI() });
      expect(scenario.calls()).toEqual([...RENEWAL, 'GetCallerIdentity']);
    });

    test.each(['due', 'ended'] as const)(`is renewed once for ${AT_ONCE} at once whose session is %s`, async (when) => {
      job.age(when);
      const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => run('words')));
      answers.forEach(expectSession);
      expect(scenario.calls()).toEqual(RENEWAL);
    });
  });

  describe('with spaces in its paths', () => {
    useJob({ temp: 'my temp', action: 'my actions' });

    test.each(WAYS)('is renewed by a tool that runs its line with %s', async (way) => {
      job.age('due');
      expectSession(await run(way));
      expect(scenario.calls()).toEqual(RENEWAL);
    });
  });

  test('answers while post removes its session, and says so from then on', async () => {
    const own = scenario.job({ oidc: true });
    await stepWell(own, { ...INPUTS, 'profile-location': '' });
    scenario.calls();
    const line = commandOf(own, 'deploy');
    ageSession(pathHere(line.split(' ').at(-1) ?? ''), 'due');
    scenario.sandbox.faults.add({ action: 'AssumeRoleWithWebIdentity', times: 1, first: () => finishWell(own) });
    expectSession(await runLine(line, own.env));
    expect(scenario.calls()).toEqual(RENEWAL);
    const { exitCode, stdout, stderr } = await runLine(line, own.env);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^Could not read the session that this profile renews, in \S+\. It is gone: the post step /);
  });

  function useJob(paths: Paths): void {
    beforeAll(async () => {
      job = await ProfileJob.start(scenario, INPUTS, paths, {});
    });
    afterAll(() => job.end());
  }

  function run(way: (typeof WAYS)[number]): Promise<Ended> {
    const env = job.env('deploy');
    const config = readFileSync(pathHere(env.AWS_CONFIG_FILE ?? ''), 'utf8');
    return runLine(commandIn(config, 'deploy'), env, way);
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
