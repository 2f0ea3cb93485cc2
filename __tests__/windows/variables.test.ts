import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../../sandbox/runner/job';
import { ageSession } from '../conformance/profile-job';
import { commandOf } from '../scenarios/renewing-profile';
import { expectFailed, REGION, ROLE, Scenario, textOf } from '../scenarios/scenario';
import { describeOnWindows, finishWell } from './job-on-windows';
import { expectSession, runLine } from './renewing';
import { ON_WINDOWS, pathHere, windowsPath } from './windows';

const OIDC = ['id-token', 'AssumeRoleWithWebIdentity'];

describeOnWindows('what a step is given', () => {
  let scenario: Scenario;
  let job: Job;
  beforeEach(async () => {
    scenario = await Scenario.start({ running: ON_WINDOWS });
    scenario.createOidcRole();
    job = scenario.job({ oidc: true });
  });
  afterEach(() => scenario.end());

  test('by variables in small letters is known to renewals and to post, too', async () => {
    const env = { role_to_assume: ROLE, aws_region: REGION, role_session_name: 'small' };
    const run = await job.step({ with: { 'aws-profile': 'dev', 'refresh-credentials': 'true' }, env });
    expect([run.exitCode, run.outputs['authenticated-arn']]).toEqual([0, expect.stringMatching(/deploy\/small$/)]);
    expect(scenario.calls()).toEqual(OIDC);
    const line = commandOf(job, 'dev');
    ageSession(pathHere(line.split(' ').at(-1) ?? ''), 'due');
    expectSession(await runLine(line, job.env));
    expect(scenario.sandbox.requests.at(-1)?.params.RoleSessionName).toBe('small');
    expect(scenario.calls()).toEqual(OIDC);
    await finishWell(job);
  });

  test('in a token file that PowerShell 5 wrote in UTF-16 is refused, with the reason', async () => {
    const file = join(job.workspace, 'token');
    writeFileSync(file, '\uFEFFe30.e30.e30\r\n', 'utf16le');
    const run = await job.step({
      with: { 'aws-region': REGION, 'role-to-assume': ROLE, 'web-identity-token-file': windowsPath(file) },
    });
    expectFailed(run, 'invalid-input');
    expect(textOf(run)).toContain('is in UTF-16, as Windows PowerShell 5 writes files with >');
  });
});
