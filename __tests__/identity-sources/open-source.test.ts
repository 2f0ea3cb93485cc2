import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openSource, signerFrom } from '../../src/identity-sources/open-source';
import { requireKeysForMfa, requireUserKeys } from '../../src/identity-sources/user-keys';
import type { DefaultChain, RoleSource, StepSettings } from '../../src/inputs/request';
import { systemClock } from '../../src/network/clock';
import type { Runner } from '../../src/runner/runner';
import type { Step } from '../../src/runner/step';
import { useCleanEnvironment } from '../aws/environment';
import { inJob, useJobDirectory } from '../runner/job-files';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

useCleanEnvironment();
useJobDirectory();

let masked: string[];
let step: Step;
beforeEach(() => {
  masked = [];
  const runner = { mask: (secret: string) => void masked.push(secret), info: () => undefined } as unknown as Runner;
  step = { env: process.env, runner, clock: systemClock } as unknown as Step;
  Object.assign(process.env, {
    AWS_SHARED_CREDENTIALS_FILE: inJob('credentials'),
    AWS_CONFIG_FILE: inJob('config'),
    AWS_EC2_METADATA_DISABLED: 'true',
  });
});

const settings = {
  connection: { region: 'eu-central-1', proxy: {}, userAgent: 'test' },
  retry: { maxAttempts: 1 },
} as unknown as StepSettings;
const SESSION = { ...EXAMPLE_KEYS, sessionToken: 'AQoEXAMPLE' };
const chain = (options: Partial<DefaultChain> = {}): DefaultChain => ({
  from: 'default chain',
  tokenRuledOutBy: 'no role',
  inputsAgainstToken: [],
  mustLast: false,
  ...options,
});

test('given keys are masked, and whose they are is not known', async () => {
  const signer = await signerFrom({ from: 'given keys', credentials: SESSION }, settings, step);
  expect(signer).toEqual({ credentials: SESSION, name: 'the access keys given', identity: undefined });
  expect(masked).toEqual([SESSION.accessKeyId, SESSION.secretAccessKey, SESSION.sessionToken]);
});

describe('the default chain', () => {
  const exportSession = () => {
    process.env.AWS_ACCESS_KEY_ID = SESSION.accessKeyId;
    process.env.AWS_SECRET_ACCESS_KEY = SESSION.secretAccessKey;
    process.env.AWS_SESSION_TOKEN = SESSION.sessionToken;
  };

  test('finds what the job has, which is masked', async () => {
    exportSession();
    const { credentials, name } = await signerFrom(chain(), settings, step);
    expect([credentials, name]).toEqual([SESSION, 'the credentials of the environment (AWS_ACCESS_KEY_ID)']);
    expect(masked).toEqual([SESSION.accessKeyId, SESSION.secretAccessKey, SESSION.sessionToken]);
  });

  test('warns where the profile that is named gives none, and others are used', async () => {
    const found = {
      AccessKeyId: 'ASIAIOSFODNN7EXAMPLE',
      SecretAccessKey: SESSION.secretAccessKey,
      Token: 'AQoEXAMPLE',
    };
    const body = JSON.stringify({ ...found, Expiration: '2030-01-01T00:00:00Z' });
    const agent = createServer((_, response) => response.end(body));
    await once(agent.listen(0, '127.0.0.1'), 'listening');
    const { port } = agent.address() as AddressInfo;
    Object.assign(process.env, {
      AWS_PROFILE: 'gone',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/`,
    });
    const warning = jest.fn();
    await signerFrom(chain(), settings, { ...step, runner: { ...step.runner, warning } });
    agent.close();
    expect(warning).toHaveBeenCalledWith(
      expect.stringMatching(/^The profile gone \(AWS_PROFILE\) gives no credentials/),
    );
  });

  test('refuses what ends by itself where sessions are obtained again later', async () => {
    exportSession();
    await expect(signerFrom(chain({ mustLast: true }), settings, step)).rejects.toMatchObject({
      code: 'source-not-renewable',
    });
    process.env.AWS_SESSION_TOKEN = '';
    expect((await signerFrom(chain({ mustLast: true }), settings, step)).credentials).toEqual(EXAMPLE_KEYS);
  });

  test.each(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])(
    'refuses a line break at the end of %s, which no header can hold',
    async (name) => {
      exportSession();
      process.env[name] = `${process.env[name] ?? ''}\n`;
      await expect(signerFrom(chain(), settings, step)).rejects.toMatchObject({
        code: 'no-credentials',
        message: expect.stringMatching(/Nothing was sent to AWS[^]*without a line break at its end\.$/) as string,
      });
    },
  );

  const OIDC = {
    ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example/',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer',
  };
  const CHAINING = { inputsAgainstToken: ['role-chaining'] } as const;

  test.each<[ruledOutBy: Partial<DefaultChain>, env: NodeJS.ProcessEnv, words: RegExp]>([
    [{}, OIDC, /Fix: To use OIDC, set role-to-assume\. Or let an earlier step [^\n]*\.$/],
    [CHAINING, OIDC, /Fix: To use OIDC, set role-to-assume and remove role-chaining\. Or let an earlier step /],
    [
      {},
      {},
      /Fix: Let an [^\n]*\. To use OIDC, set role-to-assume and add to the job:\n {2}permissions:\n {4}id-token: write/,
    ],
    [CHAINING, {}, /\. To use OIDC, set role-to-assume, remove role-chaining and add to the job:\n {2}permissions:/],
    [
      { ...CHAINING, tokenRuledOutBy: 'inputs' },
      OIDC,
      /Fix: To use OIDC, remove role-chaining\. Or let an earlier step /,
    ],
    [{ ...CHAINING, tokenRuledOutBy: 'inputs' }, {}, /\. To use OIDC, remove role-chaining and add to the job:\n/],
  ])('names all that OIDC needs: %j with %j', async (ruledOutBy, env, words) => {
    Object.assign(process.env, env);
    await expect(signerFrom(chain(ruledOutBy), settings, step)).rejects.toMatchObject({
      code: 'no-credentials',
      message: expect.stringMatching(words) as string,
    });
  });

  test.each<[env: NodeJS.ProcessEnv, isCause: boolean]>([
    [OIDC, true],
    [{}, false],
  ])('says that there is no role where the job may ask for a token: %j', async (env, isCause) => {
    Object.assign(process.env, env);
    const cause = 'Cause:\n- role-to-assume is not set, or comes from a secret or a variable that is empty: ';
    const message = isCause ? expect.stringContaining(cause) : expect.not.stringContaining(cause);
    await expect(signerFrom(chain(), settings, step)).rejects.toMatchObject({ message: message as string });
  });

  test.each<[ruledOutBy: DefaultChain['tokenRuledOutBy'], event: string, code: string, words: RegExp]>([
    [
      'no role for the token file',
      'pull_request',
      'no-credentials',
      /Set role-to-assume: the token in web-identity-token-file is not used without a role\..* pull request from a fork/,
    ],
    ['user keys', 'push', 'no-credentials', /Fix: This mode needs the access keys of an IAM user/],
    [
      'permission',
      'push',
      'id-token-permission-missing',
      /^Could not ask for GitHub's OIDC token, or find [^]* lacks the permission id-token: write\.\n/,
    ],
    ['permission', 'pull_request', 'id-token-permission-missing', /Pull requests from forks never get it\.\n/],
  ])('names a way to some: %j, on %s', async (tokenRuledOutBy, GITHUB_EVENT_NAME, code, words) => {
    process.env.GITHUB_EVENT_NAME = GITHUB_EVENT_NAME;
    await expect(signerFrom(chain({ tokenRuledOutBy }), settings, step)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(words) as string,
    });
  });
});

test('the token of a file is masked when its door is opened', async () => {
  const source = { from: 'token file', path: 'token', token: 'e30.e30.c2ln' } as const;
  await openSource({ source, mfa: undefined } as RoleSource, settings, step);
  expect(masked).toEqual(['e30.e30.c2ln']);
});

test.each([
  [
    'GetSessionToken',
    () => {
      requireUserKeys(SESSION, 'GetSessionToken');
    },
    'call GetSessionToken with the credentials given',
  ],
  [
    'GetFederationToken',
    () => {
      requireUserKeys(SESSION, 'GetFederationToken');
    },
    'call GetFederationToken with the',
  ],
  [
    'MFA',
    () => {
      requireKeysForMfa(SESSION);
    },
    'prove MFA with the credentials given',
  ],
])('%s is for the keys of a user', (_, require, tried) => {
  expect(require).toThrow(expect.objectContaining({ code: 'temporary-source' }) as Error);
  expect(require).toThrow(tried);
});

test('keys of a user are theirs', () => {
  expect(() => {
    requireUserKeys(EXAMPLE_KEYS, 'GetSessionToken');
    requireKeysForMfa(EXAMPLE_KEYS);
  }).not.toThrow();
});
