import type { Step } from '../runner/step';
import type { Credentials } from '../aws/credentials';
import { retryOf } from '../aws/failure';
import type { StepSettings } from '../inputs/request';
import { call } from '../network/call';
import type { AssumeRoleSettings } from '../sts/assume-role';
import type { AssumeRoleWithWebIdentitySettings } from '../sts/assume-role-with-web-identity';
import type { GetFederationTokenSettings } from '../sts/get-federation-token';
import type { GetSessionTokenSettings } from '../sts/get-session-token';
import type { MfaProof } from '../sts/mfa-proof';
import { callSettings } from './call-settings';

/** Computes the proof of MFA for one attempt, where there is one to give. */
export type Prove = () => Promise<MfaProof | undefined>;

/**
 * Loads the code of STS, and opens a connection on which the credentials, if there are any, sign. Returns its operations,
 * each tried as often as its kind of failure allows.
 */
export async function connectSts(settings: StepSettings, step: Step, credentials?: Credentials) {
  const sts = await import('../sts');
  const client = sts.stsClient(settings.connection, credentials);
  const make = <T>(operation: string, request: (signal: AbortSignal) => Promise<T>) =>
    call(operation, request, retryOf, callSettings(settings, step));
  return {
    assumeRole: (role: Omit<AssumeRoleSettings, 'mfa'>, prove: Prove) =>
      make('AssumeRole', async (signal) => sts.assumeRole(client, { ...role, mfa: await prove() }, signal)),
    assumeRoleWithWebIdentity: (role: AssumeRoleWithWebIdentitySettings) =>
      make('AssumeRoleWithWebIdentity', (signal) => sts.assumeRoleWithWebIdentity(client, role, signal)),
    getCallerIdentity: () => make('GetCallerIdentity', (signal) => sts.getCallerIdentity(client, signal)),
    getFederationToken: (federated: GetFederationTokenSettings) =>
      make('GetFederationToken', (signal) => sts.getFederationToken(client, federated, signal)),
    getSessionToken: (session: Omit<GetSessionTokenSettings, 'mfa'>, prove: Prove) =>
      make('GetSessionToken', async (signal) =>
        sts.getSessionToken(client, { ...session, mfa: await prove() }, signal),
      ),
    rehearse: () => sts.rehearse(client),
  };
}
