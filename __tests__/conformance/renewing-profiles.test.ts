import { ACCOUNT, REGION, ROLE, Scenario } from '../scenarios/scenario';
import { ProfileJob, type FilesBefore, type Paths } from './profile-job';
import { runClient, SDK_CLIENTS, type ClientOptions, type ClientRun, type SdkClient } from './sdk-clients';

type Environment = Readonly<Record<string, string>>;

/** Where a runner has its files, and how a later step runs its client. */
interface Situation {
  readonly name: string;
  readonly paths?: Paths;
  readonly step?: (env: Environment) => ClientOptions;
  /** Why a client cannot work in it, whatever its profile says. */
  readonly beyond?: (client: SdkClient) => string | undefined;
}

/** Without any of these, no profile is found, or no AWS. */
const NEEDED = ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_PROFILE', 'AWS_ENDPOINT_URL_STS', 'PATH'];
const only = (env: Environment, keep: (name: string) => boolean) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => keep(name)));

const SITUATIONS: readonly Situation[] = [
  { name: 'as a runner sets it up' },
  { name: 'with a space in the path of its session', paths: { temp: 'my temp' } },
  { name: 'with spaces in all paths', paths: { temp: 'my temp', action: 'my actions', node: 'my runner' } },
  { name: 'with other characters in all paths', paths: { temp: "[a]'s, b", action: 'c=(x86)', node: 'd;e & [f]' } },
  {
    name: 'with letters beyond ASCII in all paths',
    paths: { temp: 'büro', action: 'Действия', node: '日本' },
    // As on GitHub's runners: without it, Java passes no such letter to a program.
    step: (env) => ({ env: { ...env, LANG: 'C.UTF-8' } }),
  },
  { name: 'without HOME', step: (env) => ({ env: only(env, (name) => name !== 'HOME') }) },
  {
    name: 'with an empty PATH',
    step: (env) => ({ env: { ...env, PATH: '' } }),
    beyond: ({ searchesShell }) => (searchesShell ? 'it searches PATH for sh, which runs the program' : undefined),
  },
  {
    name: 'with no variables but those that it is found by',
    step: (env) => ({ env: only(env, (name) => NEEDED.includes(name)) }),
  },
  { name: 'from another folder', step: (env) => ({ env, cwd: '/' }) },
  { name: 'with an input that stays open', step: (env) => ({ env, openStdin: true }) },
];

/** How many clients find at the same moment that a session is due. */
const AT_ONCE = 10;
const AUDIT = `arn:aws:iam::${ACCOUNT}:role/audit`;
const RENEWAL = ['id-token', 'AssumeRoleWithWebIdentity'];
const TO_PROFILE = { 'aws-region': REGION, 'role-to-assume': ROLE, 'aws-profile': 'deploy' };
const TO_PROFILES = { 'aws-region': REGION, roles: `default: ${ROLE}\nAudit-1: ${AUDIT}` };
/** With every character that a name may have and letters and digits are not. */
const ODD_NAME = '_a.b-C%d@e:f+g/1';
const RENEWED = { 'refresh-credentials': 'true', 'profile-location': 'job' };

let scenario: Scenario;
beforeAll(async () => {
  scenario = await Scenario.start();
  for (const role of ['deploy', 'audit']) scenario.createOidcRole(role);
});
afterAll(() => scenario.end());

describe.each(SITUATIONS)('a profile that renews itself, $name', ({ paths, step = (env) => ({ env }), beyond }) => {
  const job = useJob({ ...TO_PROFILE, ...RENEWED }, paths);
  testEach(async (client) => {
    job().age('due');
    expect(await runClient(client, step(job().env('deploy')))).toEqual(identity('deploy'));
    expect(scenario.calls()).toEqual([...RENEWAL, 'GetCallerIdentity']);
  }, beyond);
});

describe.each([
  ['due', 'still works'],
  ['ended', 'has ended'],
] as const)('a profile whose session is %s', (when, state) => {
  const job = useJob({ ...TO_PROFILE, ...RENEWED });
  describe(`as it ${state}, is renewed once for ${AT_ONCE} at once`, () => {
    testEach(async (client) => {
      job().age(when);
      const options = { env: job().env('deploy') };
      const runs = await Promise.all(Array.from({ length: AT_ONCE }, () => runClient(client, options)));
      expect(runs).toEqual(Array(AT_ONCE).fill(identity('deploy')));
      const calls = scenario.calls();
      expect(calls.filter((call) => call !== 'GetCallerIdentity')).toEqual(RENEWAL);
      expect(calls).toHaveLength(RENEWAL.length + AT_ONCE);
    });
  });
});

describe.each([
  ['aws-profile', TO_PROFILE, { deploy: 'deploy' }],
  ['aws-profile, with files of the job', { ...TO_PROFILE, 'profile-location': 'job' }, { deploy: 'deploy' }],
  ['aws-profile, with every character', { ...TO_PROFILE, 'aws-profile': ODD_NAME }, { [ODD_NAME]: 'deploy' }],
  ['roles', TO_PROFILES, { default: 'deploy', 'Audit-1': 'audit' }],
  ['roles, with refresh-credentials', { ...TO_PROFILES, ...RENEWED }, { default: 'deploy', 'Audit-1': 'audit' }],
])('what is written by %s', (_, inputs, profiles) => {
  const job = useJob(inputs);
  testEach(async (client) => {
    for (const [profile, role] of Object.entries(profiles)) {
      expect(await runClient(client, { env: job().env(profile) })).toEqual(identity(role));
      expect(scenario.calls()).toEqual(['GetCallerIdentity']);
    }
  });
});

const KEY =
  'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n';
const MARKED = { credentials: `\uFEFF[other]\n${KEY}`, config: '\uFEFF[profile other]\nregion = us-east-1\n' };
const DEFAULT = { ...TO_PROFILE, 'aws-profile': 'default', 'overwrite-aws-profile': 'true' };
describe.each([
  ['of other names, behind a byte order mark', TO_PROFILE, MARKED],
  ['of the same name, behind a byte order mark', { ...TO_PROFILE, 'overwrite-aws-profile': 'true' }, renamed(MARKED)],
  [
    'of both spellings of the default profile',
    { ...DEFAULT, ...RENEWED },
    { config: `[profile default]\n${KEY}[default]\n${KEY}` },
  ],
  [
    'of both spellings, the other way round',
    { ...DEFAULT, ...RENEWED },
    { config: `[default]\n${KEY}[profile default]\n${KEY}` },
  ],
])('what is written to files with sections %s', (_, inputs, before) => {
  const job = useJob(inputs, {}, before);
  testEach(async (client) => {
    expect(await runClient(client, { env: job().env(inputs['aws-profile']) })).toEqual(identity('deploy'));
    expect(scenario.calls()).toEqual(['GetCallerIdentity']);
  });
});

function renamed(before: FilesBefore): FilesBefore {
  return JSON.parse(JSON.stringify(before).replaceAll('other]', 'deploy]')) as FilesBefore;
}

/** A test of each client. What cannot be tested is skipped by name. */
function testEach(run: (client: SdkClient) => Promise<void>, beyond: Situation['beyond'] = () => undefined): void {
  for (const client of SDK_CLIENTS) {
    const reason = client.lacks === undefined ? beyond(client) : `this machine has no ${client.lacks}`;
    if (reason === undefined) test(client.name, () => run(client));
    else test.skip(`${client.name}: ${reason}`, () => undefined);
  }
}

/** One job for all tests of a block. */
function useJob(
  inputs: Readonly<Record<string, string>>,
  paths: Paths = {},
  before: FilesBefore = {},
): () => ProfileJob {
  const started: ProfileJob[] = [];
  beforeAll(async () => {
    started.push(await ProfileJob.start(scenario, inputs, paths, before));
  });
  afterAll(() => Promise.all(started.map((job) => job.end())));
  return () => {
    const [job] = started;
    if (job === undefined) throw new Error('The job did not start');
    return job;
  };
}

/** What a client prints that has credentials of a role. */
function identity(role: string): ClientRun {
  const stdout = `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/GitHubActions\n`;
  return { exitCode: 0, stdout, stderr: '' };
}
