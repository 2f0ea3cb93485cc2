import { X509Certificate } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Statement } from '../../sandbox/policy/document';
import { CertificateAuthority } from '../../sandbox/roles-anywhere/certificate-authority';
import type { ErrorCode } from '../../src/errors/action-error';
import { page, section } from '../docs/pages';
import { allow } from '../sandbox/sts-client';
import {
  certificateJob,
  roleForCertificates,
  ROLES_ANYWHERE_ACTIONS,
  testAuthority,
  trustCertificate,
} from './certificates';
import { identityJob, LASTING_KEY, githubRepository } from './identities';
import { roleFor } from './role-paths';
import { ACCOUNT, EXAMPLE_KEYS, expectFailed, REGION, ROLE, Scenario, textOf } from './scenario';

const DAY_MS = 86_400_000;
const HUB = '210987654321';

let scenario: Scenario;
beforeEach(async () => (scenario = await Scenario.start()));
afterEach(() => scenario.end());

/** The serial number of a certificate, as AWS names a session with it. */
function serialOf(certificate: string): string {
  return new X509Certificate(certificate).serialNumber.toLowerCase();
}

/** The latest session that was asked for. */
function asked() {
  return scenario.sandbox.requests.findLast(({ action }) => action === 'CreateSession');
}

describe('a role is assumed with a certificate', () => {
  test.each(['ec', 'rsa'] as const)('whose key is of the type %s, by one call', async (keyType) => {
    roleForCertificates(scenario.account);
    const { inputs, issued, trustAnchor, profile } = await trustCertificate(scenario, [ROLE], {
      certificate: { keyType },
    });
    const job = certificateJob(scenario);
    const main = await job.step({ with: { ...inputs, 'role-to-assume': ROLE } });

    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(scenario.calls()).toEqual(['CreateSession']);
    const name = serialOf(issued.certificate);
    expect(main.outputs).toMatchObject({
      mode: 'assume-role',
      'aws-account-id': ACCOUNT,
      'authenticated-arn': `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/${name}`,
      'role-arns': JSON.stringify({ deploy: ROLE }),
    });
    expect(asked()?.params).toEqual({
      durationSeconds: '3600',
      profileArn: profile.arn,
      roleArn: ROLE,
      trustAnchorArn: trustAnchor.arn,
    });
    expect(textOf(main)).toContain(`Assuming ${ROLE} with the certificate CN=deploy, O=octo.`);
    expect(Object.keys(main.exported).sort()).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_DEFAULT_REGION',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
    ]);
    const posts = await job.finish();
    expect(posts.map(({ exitCode }) => exitCode)).toEqual([0]);
    expect(job.env.AWS_ACCESS_KEY_ID).toBe('');
  });

  test('no line of its key is printed, kept or passed on, also where it is given in base64', async () => {
    roleForCertificates(scenario.account);
    const { inputs, issued } = await trustCertificate(scenario, [ROLE]);
    const lines = issued.privateKey.split('\n').filter((line) => line.length > 16 && !line.startsWith('-----'));
    expect(lines.length).toBeGreaterThan(1);
    const inBase64 = Buffer.from(issued.privateKey).toString('base64');
    for (const key of [issued.privateKey, inBase64]) {
      const job = certificateJob(scenario);
      const main = await job.step({ with: { ...inputs, 'certificate-private-key': key, 'role-to-assume': ROLE } });
      expect(main.exitCode).toBe(0);
      for (const line of lines) expect([...job.masks]).toContain(line);
      const left = JSON.stringify([main.exported, main.outputs, main.state, main.summary, main.log]);
      for (const secret of [...lines, key]) expect(left).not.toContain(secret);
    }
    expect(scenario.calls()).toEqual(['CreateSession', 'CreateSession']);
  });

  test('the region of the trust anchor decides where it is called, whatever that of the job', async () => {
    roleForCertificates(scenario.account);
    const { inputs } = await trustCertificate(scenario, [ROLE], { region: 'us-east-1' });
    const main = await certificateJob(scenario).step({ with: { ...inputs, 'role-to-assume': ROLE } });
    expect(main.exported).toMatchObject({ AWS_REGION: REGION });
    expect(asked()?.headers.authorization).toContain('/us-east-1/rolesanywhere/aws4_request');
    expect(scenario.calls()).toEqual(['CreateSession']);
  });

  test('AWS’s own endpoint is reached through the proxy', async () => {
    roleForCertificates(scenario.account);
    const { inputs } = await trustCertificate(scenario, [ROLE]);
    const main = await scenario
      .job({ env: { AWS_ENDPOINT_URL_ROLESANYWHERE: `http://rolesanywhere.${REGION}.amazonaws.com` } })
      .step({
        with: { ...inputs, 'role-to-assume': ROLE, 'http-proxy': scenario.sandbox.url },
      });
    expect(main.exitCode).toBe(0);
    expect(asked()?.headers.host).toBe(`rolesanywhere.${REGION}.amazonaws.com`);
    expect(scenario.calls()).toEqual(['CreateSession']);
  });

  test('a role may be named alone: it is one of the account of the profile', async () => {
    roleForCertificates(scenario.account);
    const { inputs } = await trustCertificate(scenario, [ROLE]);
    const named = { ...inputs, 'role-to-assume': 'deploy', 'mask-aws-account-id': 'true' };
    const main = await certificateJob(scenario).step({ with: named });
    expect(main.exitCode).toBe(0);
    // Nothing but the ARN of the profile names the account before AWS answers.
    expect(textOf(main)).not.toContain(ACCOUNT);
    expect(textOf(main)).toContain('Assuming arn:aws:iam::***:role/deploy');
    expect(asked()?.params.roleArn).toBe(ROLE);
    expect(scenario.calls()).toEqual(['CreateSession']);
  });

  test('a name of the session is sent where one is given, and the profile must let it be', async () => {
    roleForCertificates(scenario.account);
    const { inputs, profile } = await trustCertificate(scenario, [ROLE], { profile: { acceptRoleSessionName: true } });
    const named = { ...inputs, 'role-to-assume': ROLE, 'role-session-name': 'run-42' };
    const main = await certificateJob(scenario).step({ with: named });
    expect(main.outputs['authenticated-arn']).toMatch(/\/run-42$/);
    const unnamed = scenario.sandbox.rolesAnywhere.createProfile(scenario.account, {
      region: profile.region,
      roles: [ROLE],
    });
    const refused = await certificateJob(scenario).step({
      with: { ...named, 'roles-anywhere-profile-arn': unnamed.arn },
    });
    expectFailed(refused, 'role-refused');
    expect(textOf(refused)).toContain('acceptRoleSessionName');
    expect(scenario.calls()).toEqual(['CreateSession', 'CreateSession AccessDeniedException']);
  });

  test('certificates between it and the trust anchor go along, in their order', async () => {
    roleForCertificates(scenario.account);
    const { inputs } = await trustCertificate(scenario, [ROLE]);
    const first = await (await testAuthority()).createIntermediate('CN=First,O=octo');
    const second = await first.createIntermediate('CN=Second,O=octo');
    const { certificate, privateKey } = await second.issue();
    const whole = [certificate, second.certificate, first.certificate].join('\n');
    const main = await certificateJob(scenario).step({
      with: { ...inputs, certificate: whole, 'certificate-private-key': privateKey, 'role-to-assume': ROLE },
    });
    expect(main.exitCode).toBe(0);
    expect(asked()?.headers['x-amz-x509-chain']?.split(',')).toHaveLength(2);
    expect(scenario.calls()).toEqual(['CreateSession']);
  });

  test('a certificate without a subject is named by its serial number', async () => {
    roleForCertificates(scenario.account);
    const { inputs, issued } = await trustCertificate(scenario, [ROLE], {
      certificate: { subject: '', dnsNames: ['a.example'] },
    });
    const main = await certificateJob(scenario).step({ with: { ...inputs, 'role-to-assume': ROLE } });
    expect(main.exitCode).toBe(0);
    const { serialNumber } = new X509Certificate(issued.certificate);
    expect(textOf(main)).toContain(`with the certificate with the serial number ${serialNumber}.`);
    expect(scenario.calls()).toEqual(['CreateSession']);
  });

  test('a session that the profile makes shorter than asked for draws a warning', async () => {
    roleForCertificates(scenario.account, 'deploy', { maxSessionDuration: 43_200 });
    const { inputs } = await trustCertificate(scenario, [ROLE]);
    const long = { ...inputs, 'role-to-assume': ROLE, 'role-duration-seconds': '43200' };
    const main = await certificateJob(scenario).step({ with: long });
    expect(main.exitCode).toBe(0);
    expect(textOf(main)).toMatch(/Warning: The session lasts 3\d\d\d s, and role-duration-seconds asks for 43200/i);
    scenario.calls();
  });

  test('a busy AWS is asked again', async () => {
    roleForCertificates(scenario.account);
    const { inputs } = await trustCertificate(scenario, [ROLE]);
    const error = { status: 429, code: 'ThrottlingException', message: 'Rate exceeded' };
    scenario.sandbox.faults.add({ action: 'CreateSession', times: 1, error });
    scenario.sandbox.faults.add({ action: 'CreateSession', times: 1, reset: true });
    const main = await certificateJob(scenario).step({ with: { ...inputs, 'role-to-assume': ROLE } });
    expect(main.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(['CreateSession ThrottlingException', 'CreateSession', 'CreateSession']);
  });
});

describe('from a role that a certificate gave', () => {
  test('a chain goes on, with the tags of the job and without a second source identity', async () => {
    const entry = roleForCertificates(scenario.account, 'entry');
    const hub = roleFor(entry.arn, scenario.sandbox.account(HUB), 'hub', {
      actions: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
    });
    entry.policies = [allow('sts:*')];
    const { inputs } = await trustCertificate(scenario, [entry.arn]);
    const chain = { ...inputs, 'role-to-assume': `${entry.arn}\n${hub.arn}`, 'role-session-name': 'run-42' };
    const main = await certificateJob(scenario).step({ with: chain });
    expect(textOf(main)).not.toContain('Error');
    expect(main.outputs['authenticated-arn']).toBe(`arn:aws:sts::${HUB}:assumed-role/hub/run-42`);
    expect(asked()?.params).toMatchObject({ durationSeconds: '900' });
    // The name is that of the last session: a profile need not accept one for those on the way.
    expect(asked()?.params.roleSessionName).toBeUndefined();
    expect(scenario.calls()).toEqual(['CreateSession', 'AssumeRole']);
  });

  test('many roles are assumed concurrently, each to its profile', async () => {
    const names = ['a', 'b', 'c'];
    const arns = names.map((name) => roleForCertificates(scenario.account, name).arn);
    const { inputs } = await trustCertificate(scenario, arns);
    const roles = names.map((name, index) => `${name}: ${arns[index] ?? ''}`).join('\n');
    const job = certificateJob(scenario);
    const main = await job.step({ with: { ...inputs, roles } });
    expect(main.exitCode).toBe(0);
    expect(JSON.parse(main.outputs.profiles ?? '')).toEqual(names);
    expect(scenario.calls()).toEqual(['CreateSession', 'CreateSession', 'CreateSession']);
    await job.finish();
  });

  test.each(['verify', 'provision', 'rotate', 'deprovision'])('%s is one step', async (mode) => {
    const role = roleForCertificates(scenario.account, 'provisioner', { policies: [allow('*')] });
    const { inputs, issued } = await trustCertificate(scenario, [role.arn]);
    const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/provisioner/${serialOf(issued.certificate)}`;
    const as = { ...inputs, 'role-to-assume': role.arn };
    const document = { ...as, ...githubRepository(scenario), identities: LASTING_KEY };
    const job = identityJob(scenario, { env: { AWS_ENDPOINT_URL_ROLESANYWHERE: scenario.sandbox.url } });
    if (mode === 'rotate' || mode === 'deprovision') {
      expect(await job.step({ with: { ...document, mode: 'provision' } })).toMatchObject({ exitCode: 0 });
      scenario.calls();
    }
    const asked = mode === 'verify' ? { ...as, 'expect-arn': arn } : document;
    const main = await job.step({ with: { ...asked, mode } });
    expect(main).toMatchObject({ exitCode: 0, exported: {}, outputs: { mode, 'authenticated-arn': arn } });
    // Whose the session is, its answer has said: nobody asks.
    const calls = scenario.calls();
    expect(calls.filter((call) => /Session|AssumeRole/.test(call))).toEqual(['CreateSession']);
    expect(calls[1]).not.toBe('GetCallerIdentity');
    for (const post of await job.finish()) expect(post).toMatchObject({ exitCode: 0 });
    scenario.calls();
  });

  test('a job that outlasts the session is cleaned up with another one', async () => {
    const role = roleForCertificates(scenario.account, 'provisioner', { policies: [allow('*')] });
    const { inputs } = await trustCertificate(scenario, [role.arn]);
    const identities = JSON.stringify({ users: { tester: { 'access-key': { deliver: ['environment'] } } } });
    const job = identityJob(scenario, { env: { AWS_ENDPOINT_URL_ROLESANYWHERE: scenario.sandbox.url } });
    const as = { ...inputs, 'role-to-assume': role.arn, mode: 'provision', identities };
    expect(await job.step({ with: as })).toMatchObject({ exitCode: 0 });
    expect(scenario.account.users.get('tester')?.accessKeys).toHaveLength(1);
    scenario.pass(2 * 3_600_000);
    scenario.calls();
    const [post] = await job.finish();
    expect(post?.log.join('\n')).toContain('obtaining another by its inputs');
    expect(scenario.account.users.get('tester')?.accessKeys).toEqual([]);
    expect(scenario.calls()).toContain('CreateSession');
  });
});

test.each(ROLES_ANYWHERE_ACTIONS)(
  'the trust policy that the page shows needs %s, and its conditions',
  async (needed) => {
    const { trustAnchor, inputs } = await trustCertificate(scenario, [ROLE]);
    const { blocks } = section(page('docs/roles-anywhere.md'), 'What AWS needs');
    const shown = blocks.find(({ language }) => language === 'json')?.content ?? '';
    const trusting = (change: (statement: Statement) => object) => {
      const { Statement: statements } = JSON.parse(
        shown.replaceAll(/arn:aws:rolesanywhere:[^"]+/g, trustAnchor.arn),
      ) as { Statement: [Statement] };
      scenario.account.createRole('deploy', {
        trust: { Version: '2012-10-17', Statement: change(statements[0]) as Statement },
      });
      return certificateJob(scenario).step({ with: { ...inputs, 'role-to-assume': ROLE } });
    };
    expect(await trusting((statement) => statement)).toMatchObject({ exitCode: 0 });
    const without = ROLES_ANYWHERE_ACTIONS.filter((action) => action !== needed);
    expectFailed(await trusting((statement) => ({ ...statement, Action: without })), 'role-refused');
    const condition = (text: string, other: string) => (statement: Statement) =>
      JSON.parse(JSON.stringify(statement).replace(text, other)) as object;
    expectFailed(await trusting(condition(trustAnchor.arn, `${trustAnchor.arn}0`)), 'role-refused');
    expectFailed(await trusting(condition('"deploy"', '"other"')), 'role-refused');
    scenario.calls();
  },
);

describe('the time of a certificate', () => {
  const from = (days: number) => new Date(scenario.sandbox.clock.now().getTime() + days * DAY_MS);

  test.each<[what: string, days: number, words: string]>([
    ['in 29 days', 29.5, ': 29 days more'],
    ['in a day', 1.5, ': 1 day more'],
    ['today', 0.5, ': less than a day more'],
  ])('its end %s is warned of', async (_, days, words) => {
    roleForCertificates(scenario.account);
    const { inputs } = await trustCertificate(scenario, [ROLE], { certificate: { notAfter: from(days) } });
    const main = await certificateJob(scenario).step({ with: { ...inputs, 'role-to-assume': ROLE } });
    expect(main.exitCode).toBe(0);
    expect(textOf(main)).toContain(words);
    expect(scenario.calls()).toEqual(['CreateSession']);
  });

  test('its end in more than 30 days is not', async () => {
    roleForCertificates(scenario.account);
    const { inputs } = await trustCertificate(scenario, [ROLE], { certificate: { notAfter: from(31) } });
    const main = await certificateJob(scenario).step({ with: { ...inputs, 'role-to-assume': ROLE } });
    expect(textOf(main)).not.toContain('valid until');
    scenario.calls();
  });

  test('that of one between it and the trust anchor counts, too', async () => {
    roleForCertificates(scenario.account);
    const { inputs } = await trustCertificate(scenario, [ROLE]);
    const between = await (await testAuthority()).createIntermediate('CN=Between,O=octo', from(-0.5));
    const { certificate, privateKey } = await between.issue();
    const whole = `${certificate}\n${between.certificate}`;
    const main = await certificateJob(scenario).step({
      with: { ...inputs, certificate: whole, 'certificate-private-key': privateKey, 'role-to-assume': ROLE },
    });
    expectFailed(main, 'certificate-not-valid');
    expect(textOf(main)).toContain('Could not use the certificate CN=Between, O=octo.');
    expect(scenario.calls()).toEqual([]);
  });

  test.each([
    ['over', -2, -1, 'It was valid until'],
    ['still to come', 1, 2, 'It is valid from'],
  ])('one whose time is %s is refused before AWS is asked', async (_, start, end, words) => {
    roleForCertificates(scenario.account);
    const certificate = { notBefore: from(start), notAfter: from(end) };
    const { inputs } = await trustCertificate(scenario, [ROLE], { certificate });
    const main = await certificateJob(scenario).step({ with: { ...inputs, 'role-to-assume': ROLE } });
    expectFailed(main, 'certificate-not-valid');
    expect(textOf(main)).toContain(words);
    expect(scenario.calls()).toEqual([]);
  });
});

describe('a refusal is explained:', () => {
  type Certified = Awaited<ReturnType<typeof trustCertificate>>;

  test.each<
    [
      what: string,
      code: ErrorCode,
      words: string,
      provoke: (certified: Certified) => object | undefined | Promise<object>,
    ]
  >([
    [
      'no such trust anchor',
      'trust-anchor-refused',
      'list-trust-anchors',
      ({ trustAnchor }) => {
        scenario.sandbox.rolesAnywhere.trustAnchors.delete(trustAnchor.arn);
      },
    ],
    [
      'a trust anchor that is disabled',
      'trust-anchor-refused',
      'enable-trust-anchor',
      ({ trustAnchor }) => {
        trustAnchor.enabled = false;
      },
    ],
    [
      'another authority',
      'certificate-untrusted',
      'The certificate was sent alone, and ends at the authority "CN=Other, O=octo".',
      async () => {
        const other = await CertificateAuthority.create('CN=Other,O=octo');
        const { certificate, privateKey } = await other.issue();
        return { certificate, 'certificate-private-key': privateKey };
      },
    ],
    [
      'a certificate that is in an imported list',
      'certificate-revoked',
      'Have another one issued',
      ({ trustAnchor, issued }) => {
        scenario.sandbox.rolesAnywhere.revoke(trustAnchor, issued.certificate);
      },
    ],
    [
      'no key usage',
      'certificate-insufficient',
      'it has no key usage, and IAM Roles Anywhere asks for Digital Signature',
      async ({ authority }) => {
        const { certificate, privateKey } = await authority.issue({ keyUsage: 'none' });
        return { certificate, 'certificate-private-key': privateKey };
      },
    ],
    [
      'no such profile',
      'roles-anywhere-profile-refused',
      'list-profiles',
      ({ profile }) => {
        scenario.sandbox.rolesAnywhere.profiles.delete(profile.arn);
      },
    ],
    [
      'a profile without the role',
      'roles-anywhere-profile-refused',
      'or name another role in role-to-assume or roles.',
      () => ({ 'role-to-assume': roleForCertificates(scenario.account, 'other').arn }),
    ],
    [
      'a trust policy that does not let the source identity be set',
      'role-refused',
      '"sts:SetSourceIdentity"',
      () => {
        roleForCertificates(scenario.account, 'deploy', { actions: ['sts:AssumeRole', 'sts:TagSession'] });
      },
    ],
    [
      'a condition on another common name',
      'role-refused',
      '"aws:PrincipalTag/x509Subject/CN": "deploy"',
      () => {
        const conditions = { StringEquals: { 'aws:PrincipalTag/x509Subject/CN': 'other' } };
        roleForCertificates(scenario.account, 'deploy', { conditions });
      },
    ],
    [
      'a session that is too long',
      'session-too-long',
      'raise both',
      ({ profile }) => {
        Object.assign(profile, { durationSeconds: 43_200 });
        return { 'role-duration-seconds': '43200' };
      },
    ],
    [
      'a name that no tag can have',
      'session-tagging-refused',
      'CN=deploy (new), O=octo',
      async ({ authority }) => {
        const { certificate, privateKey } = await authority.issue({ subject: 'CN=deploy (new),O=octo' });
        return { certificate, 'certificate-private-key': privateKey };
      },
    ],
  ])('%s', async (_, code, words, provoke) => {
    roleForCertificates(scenario.account);
    const certified = await trustCertificate(scenario, [ROLE]);
    const changed = await provoke(certified);
    const main = await certificateJob(scenario).step({
      with: { ...certified.inputs, 'role-to-assume': ROLE, ...changed },
    });
    expectFailed(main, code);
    expect(textOf(main)).toContain(words);
    expect(scenario.calls()).toEqual(['CreateSession AccessDeniedException']);
  });

  test('a clock that is off reads as a signature that is not valid, and the error says so', async () => {
    roleForCertificates(scenario.account);
    const { inputs } = await trustCertificate(scenario, [ROLE]);
    scenario.sandbox.clock.advance(30 * 60_000);
    const main = await certificateJob(scenario).step({ with: { ...inputs, 'role-to-assume': ROLE } });
    expectFailed(main, 'clock-skew');
    expect(textOf(main)).toContain('AccessDenied: Invalid signature');
    expect(textOf(main)).toContain("This machine's clock is 30 minutes behind AWS's.");
    expect(scenario.calls()).toEqual(['CreateSession AccessDeniedException']);
  });

  test('one that is not valid by a right clock was changed on its way', async () => {
    roleForCertificates(scenario.account);
    const { inputs } = await trustCertificate(scenario, [ROLE]);
    const error = { status: 403, code: 'AccessDeniedException', message: 'Invalid signature' };
    scenario.sandbox.faults.add({ action: 'CreateSession', error });
    const main = await certificateJob(scenario).step({ with: { ...inputs, 'role-to-assume': ROLE } });
    expectFailed(main, 'certificate-signature-refused');
    expect(textOf(main)).toContain("This machine's clock agrees with AWS's now");
    scenario.calls();
  });
});

describe('inputs that do not go together are refused at once:', () => {
  test.each<[what: string, given: Record<string, string>, words: string[]]>([
    [
      'a key alone',
      { certificate: '', 'trust-anchor-arn': '' },
      [
        'certificate: is missing next to certificate-private-key, roles-anywhere-profile-arn',
        'trust-anchor-arn: is missing',
      ],
    ],
    [
      'access keys, too',
      { 'aws-access-key-id': EXAMPLE_KEYS.accessKeyId, 'aws-secret-access-key': EXAMPLE_KEYS.secretAccessKey },
      ['aws-access-key-id: is given together with certificate'],
    ],
    ['no role', { 'role-to-assume': '' }, ['role-to-assume: is missing']],
    [
      'the job’s own credentials, too',
      { 'role-chaining': 'true' },
      ['role-chaining: is for the credentials of the job'],
    ],
    ['a token file, too', { 'web-identity-token-file': 'token' }, ['web-identity-token-file: is given together']],
    [
      'MFA',
      { 'mfa-code': '123456' },
      ["mfa-code: proves MFA with a user's access keys, and the role is assumed with a certificate"],
    ],
    ['a session policy', { 'inline-session-policy': '{}' }, ['inline-session-policy: cannot limit a session']],
    ['a source identity', { 'source-identity': 'actor' }, ['source-identity: cannot be chosen with a certificate']],
    [
      'a role of another account',
      { 'role-to-assume': 'arn:aws:iam::210987654321:role/deploy' },
      ['is in another account than roles-anywhere-profile-arn'],
    ],
    [
      'the mode of credentials as they are',
      { mode: 'access-keys', 'role-to-assume': '' },
      ['certificate: is for assume-role'],
    ],
    ['FIPS in a region without it', { 'use-fips-endpoint': 'true' }, ['use-fips-endpoint: ']],
  ])('%s', async (_, given, words) => {
    roleForCertificates(scenario.account);
    const { inputs } = await trustCertificate(scenario, [ROLE]);
    const main = await certificateJob(scenario).step({ with: { ...inputs, 'role-to-assume': ROLE, ...given } });
    expectFailed(main, 'invalid-input');
    for (const word of words) expect(textOf(main)).toContain(word);
    expect(scenario.calls()).toEqual([]);
  });

  test('ARNs that are none, exchanged, or not in one region', async () => {
    roleForCertificates(scenario.account);
    const { inputs, trustAnchor, profile } = await trustCertificate(scenario, [ROLE]);
    const as = { ...inputs, 'role-to-assume': ROLE };
    const wrongs = [
      [{ 'trust-anchor-arn': profile.arn }, 'is not the ARN of a trust anchor of IAM Roles Anywhere, but of a profile'],
      [{ 'roles-anywhere-profile-arn': ROLE }, 'is not the ARN of a profile of IAM Roles Anywhere'],
      [
        { 'trust-anchor-arn': trustAnchor.arn.replace(REGION, 'us-east-1') },
        'is in the region eu-central-1, and trust-anchor-arn in us-east-1',
      ],
    ] as const;
    for (const [wrong, words] of wrongs) {
      const main = await certificateJob(scenario).step({ with: { ...as, ...wrong } });
      expectFailed(main, 'invalid-input');
      expect(textOf(main)).toContain(words);
    }
    expect(scenario.calls()).toEqual([]);
  });
});

test('the endpoint may be one that the job’s profile names', async () => {
  roleForCertificates(scenario.account);
  const { inputs } = await trustCertificate(scenario, [ROLE]);
  const job = scenario.job();
  mkdirSync(join(job.home, '.aws'));
  writeFileSync(
    join(job.home, '.aws/config'),
    `[default]\nservices = local\n[services local]\nrolesanywhere =\n  endpoint_url = ${scenario.sandbox.url}\n`,
  );
  const main = await job.step({ with: { ...inputs, 'role-to-assume': ROLE } });
  expect(main.exitCode).toBe(0);
  expect(textOf(main)).toContain('AWS_ENDPOINT_URL_ROLESANYWHERE is taken from endpoint_url of the profile default.');
  expect(scenario.calls()).toEqual(['CreateSession']);
});
