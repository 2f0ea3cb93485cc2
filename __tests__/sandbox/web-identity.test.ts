import { AssumeRoleWithWebIdentityCommand, type AssumeRoleWithWebIdentityCommandInput } from '@aws-sdk/client-sts';
import { createRemoteJWKSet, decodeJwt, generateKeyPair, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import type { Account, Role } from '../../sandbox/accounts/account';
import { githubIssuer, type JobSettings } from '../../sandbox/github/oidc';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { allow, deny, refusal, stsClient } from './sts-client';

let sandbox: Sandbox;
let account: Account;
beforeEach(async () => {
  sandbox = await startSandbox();
  account = sandbox.account('123456789012');
});
afterEach(() => sandbox.close());

const aud = 'sts.amazonaws.com';

async function token(job: JobSettings = {}, audience = aud): Promise<string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = sandbox.github.environment(job);
  const response = await fetch(`${url}&audience=${encodeURIComponent(audience)}`, {
    headers: { authorization: `Bearer ${bearer}` },
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { value: string }).value;
}

function createProvider() {
  return account.createOidcProvider({ url: githubIssuer, clientIds: [aud] });
}

/** A role for jobs whose `sub` is like this. */
function createRole(sub = 'repo:octo/app:*'): Role {
  return account.createRole('deploy', {
    trust: {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Federated: createProvider().arn },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { 'token.actions.githubusercontent.com:aud': aud },
          StringLike: { 'token.actions.githubusercontent.com:sub': sub },
        },
      },
    },
  });
}

function assume(WebIdentityToken: string, input: Partial<AssumeRoleWithWebIdentityCommandInput> = {}) {
  const RoleArn = 'arn:aws:iam::123456789012:role/deploy';
  return stsClient(sandbox.url).send(
    new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'try', WebIdentityToken, ...input }),
  );
}

const invalid = (message: string) => ({ status: 400, code: 'InvalidIdentityToken', message });
const denied = {
  status: 403,
  code: 'AccessDenied',
  message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
};

describe('GitHub', () => {
  test.each<[JobSettings, string]>([
    [{}, 'repo:octo/app:ref:refs/heads/main'],
    [{ subject: 'immutable' }, 'repo:octo@1/app@2:ref:refs/heads/main'],
    [{ claims: { environment: 'prod:eu' } }, 'repo:octo/app:environment:prod%3Aeu'],
    [{ claims: { event_name: 'pull_request', ref: 'refs/pull/1/merge' } }, 'repo:octo/app:pull_request'],
    [{ claims: { ref: 'refs/tags/v1', ref_type: 'tag' } }, 'repo:octo/app:ref:refs/tags/v1'],
    [{ subject: 'actor:mona' }, 'actor:mona'],
  ])('names the job %j', async (job, sub) => {
    expect(decodeJwt(await token(job)).sub).toBe(sub);
  });

  test('signs what its published key verifies', async () => {
    const discovered = await fetch(`${sandbox.url}/.well-known/openid-configuration`);
    const { issuer, jwks_uri } = (await discovered.json()) as { issuer: string; jwks_uri: string };
    const keys = createRemoteJWKSet(new URL(jwks_uri));
    const { payload } = await jwtVerify(await token(), keys, { issuer, audience: aud });
    expect(payload).toMatchObject({ repository: 'octo/app', repository_id: '2', actor: 'mona', iss: githubIssuer });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
    expect(payload.environment).toBeUndefined();
  });

  test('has the owner as default audience', async () => {
    const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = sandbox.github.environment();
    const response = await fetch(url, { headers: { authorization: `Bearer ${bearer}` } });
    const { value, count } = (await response.json()) as { value: string; count: number };
    expect(decodeJwt(value).aud).toBe('https://github.com/octo');
    expect(count).toBe(value.length);
  });

  test('gives no token to another job', async () => {
    const { ACTIONS_ID_TOKEN_REQUEST_URL: url } = sandbox.github.environment();
    const { ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = sandbox.github.environment();
    const response = await fetch(url, { headers: { authorization: `Bearer ${bearer}` } });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ message: 'The request token is not valid for this job.' });
    expect(sandbox.requests).toMatchObject([{ service: 'github', action: 'id-token', status: 401 }]);
  });
});

describe('AssumeRoleWithWebIdentity', () => {
  test('lets a job in', async () => {
    const role = createRole();
    const answer = await assume(await token());
    expect(answer).toMatchObject({
      SubjectFromWebIdentityToken: 'repo:octo/app:ref:refs/heads/main',
      Audience: aud,
      Provider: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com',
      AssumedRoleUser: {
        Arn: 'arn:aws:sts::123456789012:assumed-role/deploy/try',
        AssumedRoleId: `${role.id}:try`,
      },
    });
    expect(answer.Credentials?.SessionToken?.length).toBeGreaterThan(300);
    expect(answer).not.toHaveProperty('PackedPolicySize');
    const narrowed = await assume(await token(), { Policy: JSON.stringify(allow('s3:*')) });
    expect(narrowed).toHaveProperty('PackedPolicySize', 9);
  });

  test('refuses what the trust policy does not fit, and a role that does not exist, alike', async () => {
    createProvider();
    expect(await refusal(assume(await token()))).toEqual(denied);
    createRole();
    expect(await refusal(assume(await token({ subject: 'immutable' })))).toEqual(denied);
    createRole('repo:octo@1/app@2:*');
    await assume(await token({ subject: 'immutable' }));
  });

  test('tells claims apart for which AWS has a condition key', async () => {
    const { arn } = createProvider();
    const open = (claim: string, value: string) => {
      const Condition = { StringEquals: { [`token.actions.githubusercontent.com:${claim}`]: value } };
      const Action = 'sts:AssumeRoleWithWebIdentity';
      account.createRole('deploy', {
        trust: { Statement: { Effect: 'Allow', Principal: { Federated: arn }, Action, Condition } },
      });
    };
    open('repository_id', '2');
    await assume(await token());
    open('repository_id', '3');
    expect(await refusal(assume(await token()))).toEqual(denied);
    open('event_name', 'push');
    expect(await refusal(assume(await token()))).toEqual(denied);
  });

  test('is refused by a resource control policy of the organization', async () => {
    createProvider();
    createRole();
    account.resourceControlPolicies = [deny('sts:*')];
    expect(await refusal(assume(await token()))).toEqual({
      ...denied,
      message: `${denied.message} with an explicit deny in a resource control policy`,
    });
  });

  test('does not let a signer in', async () => {
    const user = account.createUser('mona');
    account.createRole('deploy', {
      trust: { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'sts:*' } },
    });
    createProvider();
    expect(await refusal(assume(await token()))).toEqual(denied);
  });

  test('needs an identity provider', async () => {
    expect(await refusal(assume(await token()))).toEqual(
      invalid('No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com'),
    );
  });

  test('needs the right audience', async () => {
    createRole();
    expect(await refusal(assume(await token({}, 'elsewhere')))).toEqual(invalid('Incorrect token audience'));
  });

  test('needs a token that has not expired', async () => {
    createRole();
    sandbox.github.tokenLifetimeSeconds = 60;
    const late = await token();
    sandbox.clock.advance(61_000);
    const refused = await refusal(assume(late));
    expect(refused).toMatchObject({ status: 400, code: 'ExpiredTokenException' });
    expect(refused.message).toMatch(
      /^Token expired: current date\/time \d{10} must be before the expiration date\/time \d{10}$/,
    );
    await assume(await token());
  });

  test('needs a token that GitHub signed', async () => {
    createRole();
    const { privateKey } = await generateKeyPair('RS256');
    const forge = (claims: JWTPayload) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).setExpirationTime('5m').sign(privateKey);
    const claims = decodeJwt(await token());
    expect(await refusal(assume(await forge(claims)))).toMatchObject({ status: 400, code: 'InvalidIdentityToken' });

    account.createOidcProvider({ url: 'https://id.example.com', clientIds: [aud] });
    expect(await refusal(assume(await forge({ ...claims, iss: 'https://id.example.com' })))).toEqual(
      invalid(
        "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity " +
          'documentation for requirements',
      ),
    );
  });

  test('needs a JWT', async () => {
    expect(await refusal(assume('not-a-token'))).toEqual(
      invalid('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)'),
    );
  });

  test.each([
    ['abc', 'have length greater than or equal to 4'],
    ['x'.repeat(20_001), 'have length less than or equal to 20000'],
  ])('checks the length of the token', async (value, rule) => {
    expect(await refusal(assume(value))).toEqual({
      status: 400,
      code: 'ValidationError',
      message: `1 validation error detected: Value '${value}' at 'webIdentityToken' failed to satisfy constraint: Member must ${rule}`,
    });
  });

  test('is limited by the duration of the role', async () => {
    createRole();
    expect((await refusal(assume(await token(), { DurationSeconds: 3601 }))).message).toBe(
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  });
});
