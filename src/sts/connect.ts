import type { Connection } from '../aws/connection';
import type { Credentials } from '../aws/credentials';
import { refusalOf, retryOf } from '../aws/failure';
import { decodeClaims } from '../github/token-claims';
import { call, type CallSettings } from '../network/call';
import type { Retry } from '../network/retry';
import type { AssumeRoleSettings } from './assume-role';
import type { AssumeRoleWithWebIdentitySettings } from './assume-role-with-web-identity';
import { explainSts, type StsCall } from './explain';
import type { GetFederationTokenSettings } from './get-federation-token';
import type { GetSessionTokenSettings } from './get-session-token';
import type { MfaProof } from './mfa-proof';

/** Computes the proof of MFA for one attempt. */
export type Prove = () => Promise<MfaProof>;

export type Sts = Awaited<ReturnType<typeof connectSts>>;

/**
 * Loads the code of STS and opens a connection, on which the credentials sign; without any, the SDK's default chain finds
 * some. Each operation is tried as often as its kind of failure allows. What fails for good is thrown as an ActionError,
 * with the SDK's error as its cause; `tried` says in it what the call was for, completing "Could not …".
 */
export async function connectSts(connection: Connection, credentials: Credentials | undefined, settings: CallSettings) {
  const sts = await import('./sdk');
  const client = sts.stsClient(connection, credentials);
  const make = <T>(
    operation: string,
    request: (signal: AbortSignal) => Promise<T>,
    circumstances: Omit<StsCall, 'region'>,
    classify: (error: unknown) => Retry = retryOf,
  ) =>
    call(operation, request, classify, settings).catch((error: unknown) => {
      throw explainSts(error, { ...circumstances, region: connection.region });
    });
  return {
    assumeRole: (role: Omit<AssumeRoleSettings, 'mfa'>, prove: Prove | undefined, tried: string) =>
      make('AssumeRole', async (signal) => sts.assumeRole(client, { ...role, mfa: await prove?.() }, signal), {
        tried,
        roleArn: role.roleArn,
        duration: role.duration,
        mfa: prove !== undefined,
      }),
    assumeRoleWithWebIdentity: (role: AssumeRoleWithWebIdentitySettings, tried: string) =>
      make('AssumeRoleWithWebIdentity', (signal) => sts.assumeRoleWithWebIdentity(client, role, signal), {
        tried,
        roleArn: role.roleArn,
        duration: role.duration,
        claims: decodeClaims(role.token) ?? {},
      }),
    getCallerIdentity: (tried: string) =>
      make('GetCallerIdentity', (signal) => sts.getCallerIdentity(client, signal), { tried }),
    getFederationToken: (federated: GetFederationTokenSettings, tried: string) =>
      make('GetFederationToken', (signal) => sts.getFederationToken(client, federated, signal), {
        tried,
        federation: true,
      }),
    getSessionToken: (session: Omit<GetSessionTokenSettings, 'mfa'>, prove: Prove | undefined, tried: string) =>
      make(
        'GetSessionToken',
        async (signal) => sts.getSessionToken(client, { ...session, mfa: await prove?.() }, signal),
        {
          tried,
          mfa: prove !== undefined,
        },
      ),
    /**
     * Asks whose the credentials are until AWS knows them: they were made just now.
     *
     * @param beforeEach called before each attempt; what it throws ends them
     */
    testNewKey: (beforeEach: () => void, tried: string) =>
      make(
        'GetCallerIdentity',
        async (signal) => {
          beforeEach();
          return sts.getCallerIdentity(client, signal);
        },
        { tried, newKey: true },
        retryOfNewKey,
      ),
    rehearse: () => sts.rehearse(client),
  };
}

/**
 * A new key is unknown to parts of AWS for a while.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency
 */
function retryOfNewKey(error: unknown): Retry {
  return refusalOf(error)?.code === 'InvalidClientTokenId' ? 'propagating' : retryOf(error);
}
