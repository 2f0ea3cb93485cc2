import type { Identity } from '../aws/arn';
import type { Connection } from '../aws/connection';
import type { Credentials } from '../aws/credentials';
import { callsAws } from '../aws/endpoint';
import { AWS_FAILURES, lacksOperation, refusalOf, retryOf } from '../aws/failure';
import { ActionError } from '../errors/action-error';
import { messageOf } from '../errors/message';
import { decodeClaims } from '../github/token-claims';
import { call, type CallSettings } from '../network/call';
import type { Failures } from '../network/retry';
import { requireAwsIdentity, type StsSession } from './answer';
import type { AssumeRoleSettings } from './assume-role';
import type { AssumeRoleWithWebIdentitySettings } from './assume-role-with-web-identity';
import type { StsCall } from './explain';
import type { GetFederationTokenSettings } from './get-federation-token';
import type { GetSessionTokenSettings } from './get-session-token';
import type { MfaProof, SessionPolicies } from './session-parameters';
import type { SessionTag } from './session-tags';

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
    call(operation, request, circumstances.newKey ? NEW_KEY_FAILURES : AWS_FAILURES, settings).catch(
      (error: unknown) => {
        throw sts.explainSts(error, { ...circumstances, region: connection.region });
      },
    );
  const isAws = callsAws(connection.stsEndpoint, 'STS');
  const checked = (identity: Identity) => {
    if (isAws) requireAwsIdentity(identity);
    return identity;
  };
  const whole = (session: StsSession) => ({ ...session, identity: checked(session.identity) });
  return {
    assumeRole(role: Omit<AssumeRoleSettings, 'mfa'>, prove: Prove | undefined, tried: string) {
      const { roleArn, duration } = role;
      const session = sessionIn(role);
      return make('AssumeRole', { tried, roleArn, duration, session, mfa: prove !== undefined }, async (signal) =>
        whole(await sts.assumeRole(client, { ...role, mfa: await prove?.() }, signal)),
      );
    },
    assumeRoleWithWebIdentity(role: AssumeRoleWithWebIdentitySettings, tried: string) {
      const { roleArn, duration } = role;
      const token = { claims: decodeClaims(role.token) };
      const session = sessionIn({ ...role, tags: [] });
      return make('AssumeRoleWithWebIdentity', { tried, roleArn, duration, session, token }, async (signal) =>
        whole(await sts.assumeRoleWithWebIdentity(client, role, signal)),
      );
    },
    getCallerIdentity: (tried: string) =>
      make('GetCallerIdentity', { tried }, async (signal) => checked(await sts.getCallerIdentity(client, signal))),
    getFederationToken: (federated: GetFederationTokenSettings, tried: string) =>
      make('GetFederationToken', { tried, federation: true, session: sessionIn(federated) }, async (signal) =>
        whole(await sts.getFederationToken(client, federated, signal)),
      ),
    getSessionToken: (session: Omit<GetSessionTokenSettings, 'mfa'>, prove: Prove | undefined, tried: string) =>
      make('GetSessionToken', { tried, mfa: prove !== undefined }, async (signal) =>
        sts.getSessionToken(client, { ...session, mfa: await prove?.() }, signal),
      ),
    /**
     * Asks whose the credentials are until AWS knows them: they were made just now. Where another vendor's STS has no
     * such operation, nothing can be tested.
     *
     * @param beforeEach called before each attempt; what it throws ends them
     */
    testNewKey: (beforeEach: () => void, tried: string) =>
      make('GetCallerIdentity', { tried, newKey: true }, async (signal) => {
        beforeEach();
        await sts.getCallerIdentity(client, signal);
      }).catch((error: unknown) => {
        if (isAws || !lacksOperation(error)) throw error;
      }),
    rehearse: () => sts.rehearse(client),
  };
}

/** Credentials, and whose they are as far as the answer said with which STS gave them; undefined of any others. */
export interface ToIdentify {
  readonly credentials: Credentials;
  readonly identity: Identity | undefined;
}

/**
 * Whose credentials are. STS is asked only where that is not known. Another vendor's may not be able to say it: of
 * credentials that it gave itself that is no failure, nor where it lacks the operation.
 */
export async function identify(
  { credentials, identity: known }: ToIdentify,
  tried: string,
  connection: Connection,
  settings: CallSettings,
): Promise<Identity> {
  if (known?.account !== undefined) return known;
  const sts = await connectSts(connection, credentials, settings);
  try {
    const { arn, account } = await sts.getCallerIdentity(tried);
    return { arn: arn ?? known?.arn, account };
  } catch (error) {
    if (callsAws(connection.stsEndpoint, 'STS') || !(error instanceof ActionError)) throw error;
    if (known && error.code === 'invalid-credentials') throw notKnown(error, tried);
    if (!lacksOperation(error) && !(known && retryOf(error.cause) === 'final')) throw error;
    return { arn: known?.arn, account: undefined };
  }
}

function notKnown({ cause }: ActionError, tried: string): ActionError {
  return new ActionError({
    code: 'unusual-answer',
    tried,
    answer: messageOf(cause),
    why: 'The service at sts-endpoint gave the credentials, did not say whose they are, and does not know them.',
    fix: 'Check sts-endpoint, and what is behind it.',
    cause,
  });
}

/**
 * A new key is unknown to parts of AWS for a while.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency
 */
const NEW_KEY_FAILURES: Failures = {
  ...AWS_FAILURES,
  retryOf: (error) => (refusalOf(error)?.code === 'InvalidClientTokenId' ? 'propagating' : retryOf(error)),
};

interface SessionAsked {
  readonly policies: SessionPolicies;
  readonly tags: readonly SessionTag[];
  readonly sourceIdentity?: string | undefined;
}

/** What a request gives the session that it asks for. */
function sessionIn({ policies, tags, sourceIdentity }: SessionAsked) {
  const narrowed = policies.inline !== undefined || policies.managed.length > 0;
  return { tagged: tags.length > 0, narrowed, named: sourceIdentity !== undefined };
}
