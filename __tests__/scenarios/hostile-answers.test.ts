import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault, FaultScope } from '../../sandbox/faults';
import type { Answer } from '../../sandbox/http/request';
import type { Run } from '../../sandbox/runner/job';
import { startSandbox } from '../../sandbox/sandbox';
import type { ErrorCode } from '../../src/errors/action-error';
import { ADMIN, identityJob, identityScenario } from './identities';
import { expectFailed, KEY_INPUTS, REGION, ROLE, Scenario } from './scenario';

/**
 * What may answer in the place of AWS and GitHub, by accident or by intent. Whatever it says, the step ends with an error
 * that says what to do, in bounded time and memory, and hands nothing on.
 */
let scenario: Scenario;
beforeEach(async () => (scenario = await Scenario.start()));
afterEach(() => scenario.end());

const XML = { 'content-type': 'text/xml' };
const HTML = { 'content-type': 'text/html' };
const JSON_TYPE = { 'content-type': 'application/json' };
const PORTAL = '<!DOCTYPE html><html><body>Log in to the network<script>fetch("/me")</script></body></html>';

const ok = (body: string, headers: Record<string, string> = XML): Answer => ({ status: 200, headers, body });

/** An answer to AssumeRole and its kin that is right but for what is replaced. */
function session(action: string, replaced: Readonly<Record<string, string>> = {}): string {
  const parts: Record<string, string> = {
    AccessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    SecretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY',
    SessionToken: 'AQoDYXdzEJr//////////wEXAMPLE',
    Expiration: '2030-01-01T00:00:00Z',
    Arn: `arn:aws:sts::123456789012:assumed-role/deploy/GitHubActions`,
    ...replaced,
  };
  const { Arn = '', ...credentials } = parts;
  const fields = Object.entries(credentials).map(([name, value]) => `<${name}>${value}</${name}>`);
  return (
    `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>` +
    `<Credentials>${fields.join('')}</Credentials>` +
    `<AssumedRoleUser><Arn>${Arn}</Arn><AssumedRoleId>A:B</AssumedRoleId></AssumedRoleUser>` +
    `</${action}Result></${action}Response>`
  );
}

const entities = Array.from({ length: 12 }, (_, level) =>
  level === 0 ? '<!ENTITY e0 "boom">' : `<!ENTITY e${level} "${`&e${level - 1};`.repeat(10)}">`,
);
const BOMB = `<?xml version="1.0"?><!DOCTYPE b [${entities.join('')}]>${session('AssumeRole', { AccessKeyId: '&e11;' })}`;
const OUTSIDE = `<?xml version="1.0"?><!DOCTYPE b [<!ENTITY e SYSTEM "file:///etc/passwd">]>${session('AssumeRole', { SecretAccessKey: '&e;' })}`;

function run(fault: FaultScope & { raw: Answer }): Promise<Run> {
  scenario.createUserAndRole();
  scenario.sandbox.faults.add(fault);
  const inputs = { 'aws-region': REGION, 'role-to-assume': ROLE, 'disable-retry': 'true', ...KEY_INPUTS };
  return scenario.job().step({ with: { ...inputs, ...scenario.proxyToAws } });
}

describe('in the place of STS', () => {
  test.each<[string, Answer, ErrorCode]>([
    ['nothing', ok(''), 'unusual-answer'],
    ['nothing that is XML', ok('', {}), 'unusual-answer'],
    ['half an answer', ok(session('AssumeRole').slice(0, 300)), 'unusual-answer'],
    ['a portal', ok(PORTAL, HTML), 'unusual-answer'],
    ['a portal that refuses', { status: 403, headers: HTML, body: PORTAL }, 'unusual-answer'],
    [
      'a portal elsewhere',
      { status: 302, headers: { location: 'http://127.0.0.1:1/login' }, body: '' },
      'unusual-answer',
    ],
    ['JSON', ok('{"Credentials": {"AccessKeyId": "x"}}', JSON_TYPE), 'unusual-answer'],
    ['an entity bomb', ok(BOMB), 'unusual-answer'],
    ['a file of this machine', ok(OUTSIDE), 'unusual-answer'],
    ['tags within tags', ok(`<AssumeRoleResponse>${'<a>'.repeat(100_000)}`), 'unusual-answer'],
    ['another answer', ok('<GetCallerIdentityResponse/>'), 'unusual-answer'],
    ['no key', ok(session('AssumeRole', { AccessKeyId: '' })), 'unusual-answer'],
    ['no ARN', ok(session('AssumeRole', { Arn: '' })), 'unusual-answer'],
    ['an ARN of no account', ok(session('AssumeRole', { Arn: 'arn:aws:sts::me:assumed-role/a/b' })), 'unusual-answer'],
    ['an expiry that is a word', ok(session('AssumeRole', { Expiration: 'yesterday' })), 'unusual-answer'],
    [
      'an expiry past the end of time',
      ok(session('AssumeRole', { Expiration: '99999-01-01T00:00:00Z' })),
      'unusual-answer',
    ],
    ['an expiry that is no day', ok(session('AssumeRole', { Expiration: '2030-02-31T25:00:00Z' })), 'unusual-answer'],
    [
      'keys of several lines',
      ok(session('AssumeRole', { SecretAccessKey: 'a\n::error::b\nAWS_REGION=x' })),
      'unusual-answer',
    ],
    [
      'more headers than Node takes',
      { status: 200, headers: { ...XML, 'x-flood': 'x'.repeat(64 * 1024) }, body: '' },
      'connection-failed',
    ],
    [
      'an error that is a command',
      {
        status: 400,
        headers: XML,
        body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>&#10;::add-mask::deploy&#10;##[error]x</Message></Error></ErrorResponse>',
      },
      'role-refused',
    ],
  ])('%s', async (_, raw, code) => {
    const main = await run({ action: 'AssumeRole', raw });
    expectFailed(main, code);
    expect(main.log.join('\n')).not.toMatch(/\n\s+at |root:x:/);
    expect(main.lines.filter(({ command }) => command?.name === 'add-mask').map(({ raw: line }) => line)).not.toContain(
      '::add-mask::deploy',
    );
    expect(scenario.calls()).toEqual([expect.stringMatching(/^AssumeRole/)]);
  });

  test.each(['', '1798718400', '2030-01-01T00:00:00'])(
    'an expiry in another form, which is shown: %j',
    async (expiry) => {
      const main = await run({ action: 'AssumeRole', raw: ok(session('AssumeRole', { Expiration: expiry })) });
      expectFailed(main, 'unusual-answer');
      expect(main.log.join('\n')).toContain(`Answer: HTTP 200: Invalid RFC3339 timestamp format ${expiry}`.trim());
      expect(scenario.calls()).toEqual(['AssumeRole']);
    },
  );

  test('a secret that it repeats, and what hides the text around it, is in no line and no summary', async () => {
    const secret = KEY_INPUTS['aws-secret-access-key'];
    const message = `The key ${secret} is &#x1b;[31mred&#x1b;[0m&#x202e; &#x7f;and gone`;
    const body = `<ErrorResponse><Error><Code>AccessDenied</Code><Message>${message}</Message></Error></ErrorResponse>`;
    const main = await run({ action: 'AssumeRole', raw: { status: 403, headers: XML, body } });
    expectFailed(main, 'role-refused');
    const shown = [...main.log, main.summary].join('\n');
    expect(main.summary).toContain(String.raw`The key \*\*\* is red`);
    expect(shown).not.toContain(secret);
    expect(shown).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
    expect(scenario.calls()).toEqual(['AssumeRole']);
  });

  test('an error message of a megabyte is cut', async () => {
    const message = 'far too long '.repeat(80_000);
    const body = `<ErrorResponse><Error><Code>ValidationError</Code><Message>${message}</Message></Error></ErrorResponse>`;
    const main = await run({ action: 'AssumeRole', raw: { status: 400, headers: XML, body } });
    expectFailed(main, 'unexpected');
    expect(main.log.join('\n').length).toBeLessThan(20_000);
    expect(main.summary.length).toBeLessThan(20_000);
    expect(scenario.calls()).toEqual(['AssumeRole']);
  });
});

describe("in the place of GitHub's token endpoint", () => {
  test.each<[string, Answer]>([
    ['nothing', ok('', JSON_TYPE)],
    ['half an answer', ok('{"value": "e30.e3', JSON_TYPE)],
    ['a portal', ok(PORTAL, HTML)],
    ['a portal elsewhere', { status: 302, headers: { location: 'http://127.0.0.1:1/login' }, body: '' }],
    ['no token', ok('{"count": 1}', JSON_TYPE)],
    ['a token that is no text', ok('{"value": {"toString": 1}}', JSON_TYPE)],
    ['XML', ok(session('AssumeRole'))],
    ['a prototype', ok('{"__proto__": {"value": "x"}}', JSON_TYPE)],
  ])('%s', async (_, raw) => {
    scenario.createOidcRole();
    scenario.sandbox.faults.add({ service: 'github', raw });
    const main = await scenario.job({ oidc: true }).step({ with: { 'aws-region': REGION, 'role-to-assume': ROLE } });
    expectFailed(main, 'id-token-refused');
    expect(scenario.calls()).toEqual(['id-token']);
  });
});

describe('a redirect is not followed to another host', () => {
  test.each([301, 302, 303, 307, 308])('with status %i', async (status) => {
    const other = await startSandbox();
    try {
      const raw = { status, headers: { location: `${other.url}/` }, body: '' };
      scenario.createOidcRole();
      scenario.sandbox.faults.add({ service: 'github', raw, times: 1 });
      scenario.sandbox.faults.add({ service: 'sts', raw });
      const steps = [
        await scenario.job({ oidc: true }).step({ with: { 'aws-region': REGION, 'role-to-assume': ROLE } }),
        await scenario.job({ oidc: true }).step({ with: { 'aws-region': REGION, 'role-to-assume': ROLE } }),
      ];
      expect(steps.map(({ exitCode }) => exitCode)).toEqual([1, 1]);
      expect(scenario.calls()).toEqual(['id-token', 'id-token', 'AssumeRoleWithWebIdentity']);
      expect(other.requests).toEqual([]);
    } finally {
      await other.close();
    }
  });
});

describe('an answer without end', () => {
  const MEBIBYTE = 1024;
  const MAX_PEAK_KIB = 256 * MEBIBYTE;
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'peak-'))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Variables with which a process notes the most memory that it ever held, and where. */
  function peakOf(name: string) {
    const file = join(folder, name);
    const env = {
      NODE_OPTIONS: `--require ${join(__dirname, '../../bench/peak-memory.cjs')}`,
      BENCH_PEAK_MEMORY: file,
    };
    return { env, kib: () => Number(readFileSync(file, 'utf8')) };
  }

  test.each<[string, Fault, ErrorCode, string[]]>([
    [
      'of STS',
      { service: 'sts', endless: ok('<a>b</a>') },
      'unusual-answer',
      ['id-token', 'AssumeRoleWithWebIdentity'],
    ],
    ['of GitHub', { service: 'github', endless: ok('{"a": 1,', JSON_TYPE) }, 'unusual-answer', ['id-token']],
  ])('%s is not read', async (name, fault, code, calls) => {
    scenario.createOidcRole();
    scenario.sandbox.faults.add(fault);
    const { env, kib } = peakOf(name);
    const main = await scenario
      .job({ oidc: true, env, asProcess: true })
      .step({ with: { 'aws-region': REGION, 'role-to-assume': ROLE } });
    expectFailed(main, code);
    expect(kib()).toBeLessThan(MAX_PEAK_KIB);
    expect(scenario.calls()).toEqual(calls);
  });

  test('of IAM, or of GitHub’s API, is not read either', async () => {
    const identities = 'users: {pulumi: {access-key: {deliver: [{github-secrets: {prefix: CI_}}]}}}';
    for (const service of ['iam', 'github'] as const) {
      const own = await identityScenario();
      own.sandbox.github.secrets.createRepository('octo/app');
      const token = own.sandbox.github.secrets.token({ write: ['octo/app'] });
      own.sandbox.faults.add({ service, endless: ok('{"a": "<a/>"},', service === 'iam' ? XML : JSON_TYPE) });
      const { env, kib } = peakOf(service);
      try {
        const main = await identityJob(own, { env, asProcess: true }).step({
          with: { mode: 'provision', identities, 'github-token': token, ...ADMIN },
        });
        expectFailed(main, 'unusual-answer');
        expect(kib()).toBeLessThan(MAX_PEAK_KIB);
        expect(own.calls().slice(1).length).toBeGreaterThan(0);
      } finally {
        await own.end();
      }
    }
  });
});

describe("in the place of GitHub's API", () => {
  const identities = 'users: {pulumi: {access-key: {deliver: [{github-secrets: {prefix: CI_}}]}}}';

  async function provision(raw: Answer): Promise<{ readonly main: Run; readonly calls: string[] }> {
    const own = await identityScenario();
    try {
      own.sandbox.github.secrets.createRepository('octo/app');
      const token = own.sandbox.github.secrets.token({ write: ['octo/app'] });
      own.sandbox.faults.add({ service: 'github', raw });
      const main = await identityJob(own).step({
        with: { mode: 'provision', identities, 'github-token': token, 'disable-retry': 'true', ...ADMIN },
      });
      return { main, calls: own.calls() };
    } finally {
      await own.end();
    }
  }

  test.each<[string, Answer]>([
    ['nothing', ok('', JSON_TYPE)],
    ['a portal', ok(PORTAL, HTML)],
    ['half an answer', ok('{"key_id": "1", "ke', JSON_TYPE)],
    ['a key that is no text', ok('{"key_id": 1, "key": []}', JSON_TYPE)],
    ['a redirect to nowhere', { status: 302, headers: { location: 'http://[' }, body: '' }],
    [
      'a redirect to itself',
      { status: 302, headers: { location: '/api/v3/repos/octo/app/actions/secrets/public-key' }, body: '' },
    ],
  ])('%s', async (_, raw) => {
    const { main, calls } = await provision(raw);
    expectFailed(main, 'unusual-answer');
    expect(calls).not.toContain('CreateUser');
  });

  test('a redirect is not followed to another host, whom the token would be shown', async () => {
    const other = await startSandbox();
    const { main } = await provision({ status: 307, headers: { location: `${other.url}/x` }, body: '' });
    expectFailed(main, 'unusual-answer');
    expect(other.requests).toEqual([]);
    await other.close();
  });
});

// Concurrently, as each waits for the bound.
test('an answer in drops is given up in time', async () => {
  const drip = ok(session('AssumeRoleWithWebIdentity'));
  await Promise.all(
    (['sts', 'github'] as const).map(async (service) => {
      const own = await Scenario.start();
      own.createOidcRole();
      own.sandbox.faults.add({ service, drip });
      const main = await own.job({ oidc: true }).step({ with: { 'aws-region': REGION, 'role-to-assume': ROLE } });
      expectFailed(main, 'no-answer');
      expect(own.calls().filter((call) => call !== 'id-token')).toHaveLength(service === 'sts' ? 2 : 0);
      await own.end();
    }),
  );
});
