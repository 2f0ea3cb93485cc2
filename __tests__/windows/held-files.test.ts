import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Job, Run } from '../../sandbox/runner/job';
import { HAS_GO } from '../conformance/go';
import { ageSession } from '../conformance/profile-job';
import { commandOf } from '../scenarios/renewing-profile';
import { REGION, ROLE, Scenario } from '../scenarios/scenario';
import { describeOnWindows, finishWell, stepWell } from './job-on-windows';
import { holdOpen } from './programs';
import { expectSession, runLine } from './renewing';
import { ON_WINDOWS } from './windows';

const OIDC = ['id-token', 'AssumeRoleWithWebIdentity'];
const INPUTS = { 'aws-region': REGION, 'role-to-assume': ROLE, 'aws-profile': 'prod' };
/** As long as a virus scanner looks at a file. */
const SHORT_MS = 200;
/** Longer than a file is tried again of which it is not sure that another program has it open. */
const LONG_MS = 4_000;
const OF_USER = '[prod]\r\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\r\n';

describeOnWindows('a file that another program has open', () => {
  if (!HAS_GO) {
    test.skip('is held by a program of Go, and this machine has no Go', () => undefined);
    return;
  }
  let scenario: Scenario;
  let job: Job;
  beforeEach(async () => {
    scenario = await Scenario.start({ running: ON_WINDOWS });
    scenario.createOidcRole();
    job = scenario.job({ oidc: true });
  });
  afterEach(() => scenario.end());

  describe('with the session of a profile', () => {
    const renewing = { ...INPUTS, 'refresh-credentials': 'true' };
    let session: string;
    beforeEach(async () => {
      await stepWell(job, renewing);
      scenario.calls();
      session = fileOf('1.json');
      ageSession(session, 'due');
    });

    test('is replaced as soon as it is let go', async () => {
      const letGo = await holdOpen(session, 'read');
      const asked = askedFor('AssumeRoleWithWebIdentity');
      const renewal = renew();
      await asked;
      await letGo();
      const { AccessKeyId } = expectSession(await renewal);
      expect(readFileSync(session, 'utf8')).toContain(AccessKeyId);
      expect(scenario.calls()).toEqual(OIDC);
    });

    test('keeps nobody from the new session if it is held for long', async () => {
      const letGo = await holdOpen(session, 'read');
      const { AccessKeyId } = expectSession(await renew());
      await letGo();
      expect(readFileSync(session, 'utf8')).not.toContain(AccessKeyId);
      const [post] = await job.finish();
      expect(warningsOf(post)).toEqual([
        expect.stringMatching(/The session of the profile prod could not be stored: E/),
      ]);
      expect(scenario.calls()).toEqual(OIDC);
    });

    test('is read as soon as it is let go', async () => {
      const letGo = await holdOpen(session, 'nothing');
      const renewal = renew();
      await delay(SHORT_MS);
      await letGo();
      expectSession(await renewal);
      expect(scenario.calls()).toEqual(OIDC);
    });

    test('is removed by post as soon as it is let go', async () => {
      const letGo = await holdOpen(session, 'nothing');
      const finished = finishWell(job);
      await delay(SHORT_MS);
      await letGo();
      await finished;
      expect(existsSync(session)).toBe(false);
    });

    test.each([
      ['write', 'is empty now'],
      ['nothing', 'is as it was'],
    ] as const)(
      'is named by post if it is held for long, and removed by the next (others may do with it: %s)',
      async (others, left) => {
        const letGo = await holdOpen(session, others);
        const [post] = await job.finish();
        expect(warningsOf(post)).toEqual([expect.stringMatching(new RegExp(`1\\.json ${left}\\.`))]);
        await letGo();
        await job.finish();
        expect(existsSync(session)).toBe(false);
      },
    );
  });

  describe('with what was there before a profile', () => {
    let before: string;
    beforeEach(async () => {
      mkdirSync(join(job.home, '.aws'));
      writeFileSync(credentials(), OF_USER);
      await stepWell(job, { ...INPUTS, 'overwrite-aws-profile': 'true' });
      scenario.calls();
      expect(readFileSync(credentials(), 'utf8')).not.toContain('AKIAIOSFODNN7EXAMPLE');
      before = fileOf('before.json');
    });

    test('is put back as soon as it is let go', async () => {
      const letGo = await holdOpen(before, 'nothing');
      const finished = finishWell(job);
      await delay(SHORT_MS);
      await letGo();
      await finished;
      expect(readFileSync(credentials(), 'utf8')).toBe(OF_USER);
    });

    test('is kept if it is held for long, and put back by the next', async () => {
      const letGo = await holdOpen(before, 'nothing');
      const [post] = await job.finish();
      expect(warningsOf(post)).toEqual([expect.stringContaining('cannot be put back')]);
      await letGo();
      expect(existsSync(before)).toBe(true);
      await job.finish();
      expect(readFileSync(credentials(), 'utf8')).toBe(OF_USER);
    });
  });

  test.each(['nothing', 'read'] as const)('with profiles is waited for (others may do with it: %s)', async (others) => {
    mkdirSync(join(job.home, '.aws'));
    writeFileSync(credentials(), '# by hand\r\n');
    const letGo = await holdOpen(credentials(), others);
    const main = stepWell(job, INPUTS);
    await delay(LONG_MS);
    await letGo();
    await main;
    expect(readFileSync(credentials(), 'utf8')).toMatch(/^\[prod\]\r\n[^]*# by hand\r\n$/);
    expect(scenario.calls()).toEqual(OIDC);
    await finishWell(job);
    expect(readFileSync(credentials(), 'utf8')).toBe('# by hand\r\n');
  });

  function credentials(): string {
    return join(job.home, '.aws/credentials');
  }

  /** The file of that name which the step left for post or for renewals. */
  function fileOf(name: string): string {
    const found = readdirSync(job.temp, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith(name));
    return join(job.temp, found ?? 'none');
  }

  function renew() {
    return runLine(commandOf(job, 'prod'), job.env);
  }

  /** Resolves when the local AWS has had such a request. */
  function askedFor(action: string): Promise<void> {
    return new Promise((resolve) => {
      scenario.sandbox.faults.add({ action, first: resolve });
    });
  }
});

function warningsOf(run: Run | undefined): string[] {
  return run?.log.filter((line) => line.startsWith('Warning')) ?? [];
}
