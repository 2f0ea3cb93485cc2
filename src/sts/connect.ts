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
import type { MfaProof } from './session-parameters';

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
    circumstances: Omit<StsCall, 'region'>,
    request: (signal: AbortSignal) => Promise<T>,
  ) =>
    call(operation, request, circumstances.newKey ? retryOfNewKey : retryOfSts, settings).catch((error: unknown) => {
      throw explainSts(error, { ...circumstances, region: connection.region });
    });
  return {
    assumeRole(role: Omit<AssumeRoleSettings, 'mfa'>, prove: Prove | undefined, tried: string) {
      const { roleArn, duration } = role;
      return make('AssumeRole', { tried, roleArn, duration, mfa: prove !== undefined }, async (signal) =>
        sts.assumeRole(client, { ...role, mfa: await prove?.() }, signal),
      );
    },
    assumeRoleWithWebIdentity(role: AssumeRoleWithWebIdentitySettings, tried: string) {
      const { roleArn, duration, token } = role;
      const claims = decodeClaims(token) ?? {};
      return make('AssumeRoleWithWebIdentity', { tried, roleArn, duration, claims }, (signal) =>
        sts.assumeRoleWithWebIdentity(client, role, signal),
      );
    },
    getCallerIdentity: (tried: string) =>
      make('GetCallerIdentity', { tried }, (signal) => sts.getCallerIdentity(client, signal)),
    getFederationToken: (federated: GetFederationTokenSettings, tried: string) =>
      make('GetFederationToken', { tried, federation: true }, (signal) =>
        sts.getFederationToken(client, federated, signal),
      ),
    getSessionToken: (session: Omit<GetSessionTokenSettings, 'mfa'>, prove: Prove | undefined, tried: string) =>
      make('GetSessionToken', { tried, mfa: prove !== undefined }, async (signal) =>
        sts.getSessionToken(client, { ...session, mfa: await prove?.() }, signal),
      ),
    /**
     * Asks whose the credentials are until AWS knows them: they were made just now.
     *
     * @param beforeEach called before each attempt; what it throws ends them
     */
    testNewKey: (beforeEach: () => void, tried: string) =>
      make('GetCallerIdentity', { tried, newKey: true }, async (signal) => {
        beforeEach();
        return sts.getCallerIdentity(client, signal);
      }),
    rehearse: () => sts.rehearse(client),
  };
}

/**
 * A new key is unknown to parts of AWS for a while.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency
 */
function retryOfNewKey(error: unknown): Retry {
  return refusalOf(error)?.code === 'InvalidClientTokenId' ? 'propagating' : retryOfSts(error);
}

/** Only STS asks others for its answer: an identity provider that it did not reach may answer the next time. */
function retryOfSts(error: unknown): Retry {
  return refusalOf(error)?.code === 'IDPCommunicationError' ? 'transient' : retryOf(error);
}
