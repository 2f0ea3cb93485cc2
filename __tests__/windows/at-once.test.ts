import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../../sandbox/runner/job';
import { KEY_INPUTS, REGION, ROLE, Scenario } from '../scenarios/scenario';
import { describeOnWindows } from './job-on-windows';
import { ON_WINDOWS } from './windows';

const AT_ONCE = 20;
/** Every so many of them is killed. */
const KILLED = 4;
const CREDENTIALS = '# by hand\r\n[other]\r\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\r\n';
const CONFIG = '[profile other]\r\nregion = us-east-1\r\n';

describeOnWindows('many jobs at once in one home', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.start({ running: ON_WINDOWS });
    scenario.createUserAndRole();
  });
  afterEach(() => scenario.end());

  test(`find their profiles and leave the files as they were, though every ${KILLED}th is killed`, async () => {
    const { home } = scenario.job();
    const folder = join(home, '.aws');
    mkdirSync(folder);
    const files = [join(folder, 'credentials'), join(folder, 'config')];
    const read = () => files.map((file) => readFileSync(file, 'utf8'));
    writeFileSync(files[0] ?? '', CREDENTIALS);
    writeFileSync(files[1] ?? '', CONFIG);
    const jobs = Array.from({ length: AT_ONCE }, () => scenario.job({ env: { HOME: home, USERPROFILE: home } }));

    const mains = await Promise.all(jobs.map(run));
    const survivors = [...mains.keys()].filter((index) => index % KILLED > 0);
    expect(survivors.map((index) => mains[index]?.exitCode)).toEqual(survivors.map(() => 0));
    const [credentials = '', config = ''] = read();
    for (const index of survivors) {
      expect(credentials).toMatch(new RegExp(`^\\[job-${index}\\]\\r\\naws_access_key_id = ASIA`, 'm'));
      expect(config).toMatch(new RegExp(`^\\[profile job-${index}\\]\\r\\nregion = `, 'm'));
    }

    const posts = await Promise.all(jobs.map((job) => job.finish()));
    expect(posts.flat().flatMap(({ log }) => log.filter((line) => line.startsWith('Warning')))).toEqual([]);
    expect(read()).toEqual([CREDENTIALS, CONFIG]);
    expect(readdirSync(folder).sort()).toEqual(['config', 'credentials']);
    expect(scenario.calls().filter((call) => call !== 'AssumeRole')).toEqual([]);
  });

  /** Runs the step of a job; one that is to be killed is when its profile is next to be written, or is being written. */
  function run(job: Job, index: number) {
    const inputs = { 'aws-region': REGION, 'role-to-assume': ROLE, ...KEY_INPUTS, 'aws-profile': `job-${index}` };
    const kill = { after: answered(index), signal: 'SIGKILL' as const };
    return job.step({ with: inputs, ...(index % KILLED === 0 && { kill }) });
  }

  /** Resolves when so many requests have arrived: those who made them then write their profiles. */
  function answered(requests: number): Promise<void> {
    return new Promise((resolve) => {
      scenario.sandbox.faults.add({ action: 'AssumeRole', skip: requests, times: 1, first: resolve });
    });
  }
});
