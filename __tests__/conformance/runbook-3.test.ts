import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { requireMfaPolicy } from '../../src/policy/require-mfa';
import { allow } from '../sandbox/sts-client';
import { REPOSITORY } from '../scenarios/identities';
import { AwsAccount, iamArn } from './aws-account';
import { beyondMoto } from './beyond-moto';
import { keyInputs, profileText, variables, type PrintedCredentials } from './credentials';
import { testOnEveryAws, UNCHECKED } from './every-aws';
import { expectSame } from './same-state';

beyondMoto([
  {
    what: 'a session that may do what the keys may not',
    moto: 'answers GetSessionToken with the same made-up credentials for everyone',
    coveredBy: ['scenarios/mfa.test.ts', 'runbook 3: refused before MFA, a session by the seed, allowed after'],
  },
  {
    what: 'a code that must be that of the device',
    moto: 'accepts any code',
    coveredBy: ['scenarios/mfa.test.ts', 'the seed of another device fails after the second code'],
  },
  {
    what: 'the device looked up',
    moto: 'answers ListMFADevices without a user name with NoSuchEntity',
    coveredBy: ['scenarios/mfa.test.ts', 'runbook 3: refused before MFA, a session by the seed, allowed after'],
  },
  {
    what: 'a device of others that has the name of the declared one',
    moto: 'keeps no tags of devices, and does not know ListMFADeviceTags',
    coveredBy: ['scenarios/mfa-device.test.ts', 'and none of ours: said, and nothing is changed'],
  },
]);

const SEEDS = { MiniStack: 'gives seeds of devices that are not base32' };

describe('a session with MFA, for a user that may do nothing without', () => {
  let github: Sandbox;
  beforeAll(async () => {
    github = await startSandbox();
    github.github.secrets.createRepository(REPOSITORY);
  });
  afterAll(() => github.close());

  const user = 'mona';
  const serial = iamArn(`mfa/${user}`);
  const codeOf = (seed: string) => new TOTP({ secret: Secret.fromBase32(seed) }).generate();

  testOnEveryAws(
    'the user, its device and its policy',
    async (aws) => {
      const identities = `
users:
  ${user}:
    policies: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess]
    require-mfa: true
    mfa-device: { deliver: [ { github-secret: MFA_SECRET } ] }
    access-key: { deliver: [ { profile: default } ] }
`;
      const { secrets } = github.github;
      const atGithub = { GITHUB_API_URL: secrets.apiUrl };
      const token = { 'github-token': secrets.token({ write: [REPOSITORY] }) };
      let key: PrintedCredentials;

      await expectSame(aws, {
        commands: [
          async (account) => {
            const admin = account.adminVariables;
            await account.aws(`aws iam create-user --user-name ${user}`, admin);
            const s3 = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
            await account.aws(`aws iam attach-user-policy --user-name ${user} --policy-arn ${s3}`, admin);
            account.write('mfa-force-policy.json', JSON.stringify(requireMfaPolicy(iamArn(`user/${user}`))));
            const put =
              'aws iam put-user-policy --policy-name RequireMfa --policy-document file://mfa-force-policy.json';
            await account.aws(`${put} --user-name ${user}`, admin);
            const seed = '--outfile seed.txt --bootstrap-method Base32StringSeed';
            await account.aws(`aws iam create-virtual-mfa-device --virtual-mfa-device-name ${user} ${seed}`, admin);
            const codes = '--authentication-code1 123456 --authentication-code2 654321';
            await account.aws(
              `aws iam enable-mfa-device --user-name ${user} --serial-number ${serial} ${codes}`,
              admin,
            );
            key = (await account.aws(`aws iam create-access-key --user-name ${user}`, admin))
              .AccessKey as PrintedCredentials;
          },
          async (account) => {
            const admin = account.adminVariables;
            const { AccessKeyId = '' } = key;
            for (const command of [
              `delete-access-key --user-name ${user} --access-key-id ${AccessKeyId}`,
              `deactivate-mfa-device --user-name ${user} --serial-number ${serial}`,
              `delete-virtual-mfa-device --serial-number ${serial}`,
              `delete-user-policy --user-name ${user} --policy-name RequireMfa`,
              `detach-user-policy --user-name ${user} --policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess`,
              `delete-user --user-name ${user}`,
            ]) {
              await account.aws(`aws iam ${command}`, admin);
            }
          },
        ],
        action: [
          async (account) => {
            await account.step({ mode: 'provision', identities, ...account.adminInputs, ...token }, atGithub);
            expect(secrets.value(REPOSITORY, 'MFA_SECRET')).toMatch(/^[A-Z2-7]+$/);
          },
          async (account) => {
            await account.step({ mode: 'deprovision', identities, ...account.adminInputs, ...token }, atGithub);
            await account.finish();
          },
        ],
      });
    },
    SEEDS,
  );

  testOnEveryAws(
    'the session, as a profile',
    async (aws) => {
      const account = await AwsAccount.start(aws);
      try {
        const admin = account.adminVariables;
        await account.aws(`aws iam create-user --user-name ${user}`, admin);
        const policy = JSON.stringify(requireMfaPolicy(iamArn(`user/${user}`)));
        const put = `aws iam put-user-policy --user-name ${user} --policy-name RequireMfa`;
        await account.aws(`${put} --policy-document '${policy}'`, admin);
        // AWS asks for no permission to prove MFA.
        const inMoto = JSON.stringify(allow('sts:GetSessionToken'));
        const putInMoto = `aws iam put-user-policy --user-name ${user} --policy-name InMoto`;
        await account.aws(`${putInMoto} --policy-document '${inMoto}'`, admin);
        const create = `aws iam create-virtual-mfa-device --virtual-mfa-device-name ${user}`;
        await account.aws(`${create} --outfile seed.txt --bootstrap-method Base32StringSeed`, admin);
        const seed = account.read('seed.txt');
        const codes = '--authentication-code1 123456 --authentication-code2 654321';
        await account.aws(`aws iam enable-mfa-device --user-name ${user} --serial-number ${serial} ${codes}`, admin);
        const { AccessKey } = await account.aws(`aws iam create-access-key --user-name ${user}`, admin);
        const key = variables(AccessKey as PrintedCredentials);

        const before = await account.run('aws s3 ls', key);
        expect(before.exitCode).not.toBe(0);
        expect(before.stderr).toContain('An error occurred (AccessDenied) when calling the ListBuckets operation');

        const command = `aws sts get-session-token --duration-seconds 900 --serial-number ${serial}`;
        const printed = await account.aws(`${command} --token-code ${codeOf(seed)}`, key);
        aws.calls();
        const asked = Date.now();
        const mfa = { 'mfa-secret': seed, 'mfa-serial': serial };
        const inputs = { mode: 'session-token', ...mfa, 'role-duration-seconds': '900' };
        const profile = { 'aws-profile': 'mfa', 'profile-output': 'json', 'output-env-credentials': 'true' };
        const { outputs } = await account.step({ ...inputs, ...profile, ...keyInputs(key) });
        expect(aws.calls().sort()).toEqual(['GetCallerIdentity', 'GetSessionToken']);

        const { Credentials } = printed as { Credentials: Required<PrintedCredentials> };
        expect(account.read('~/.aws/credentials').trim()).toBe(profileText('mfa', Credentials).trim());
        expect(account.job.env).toMatchObject({ ...variables(Credentials), AWS_DEFAULT_PROFILE: 'mfa' });
        const expiration = Date.parse(outputs['aws-expiration'] ?? '');
        expect(expiration).toBeGreaterThanOrEqual(asked + 900_000);
        expect(expiration).toBeLessThanOrEqual(Date.now() + 900_000);
        await account.finish();
        expect(existsSync(join(account.job.home, '.aws/credentials'))).toBe(false);
      } finally {
        account.remove();
      }
    },
    { ...SEEDS, LocalStack: UNCHECKED },
  );
});
