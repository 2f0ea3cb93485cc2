import type { Identity } from '../aws/arn';
import type { Credentials } from '../aws/credentials';
import type { SessionRequest } from '../inputs/request';
import type { JobDelivery } from './deliver';
import {
  credentialOutputs,
  credentialVariables,
  identityOutputs,
  noCredentialVariables,
  profileVariables,
  regionVariables,
} from './variables-and-outputs';

/** A session that a mode obtained: whose it is, and its credentials. */
export interface Session {
  readonly identity: Identity;
  readonly credentials: Credentials;
  /** The role that was assumed, by name, if one was. */
  readonly roleArns: Readonly<Record<string, string>>;
}

/** What later steps get of a session: what the inputs ask for. */
export function sessionDelivery(session: Session, request: SessionRequest, env: NodeJS.ProcessEnv): JobDelivery {
  const { identity, credentials, roleArns } = session;
  const { mode, connection, delivery } = request;
  const { profile } = delivery;
  return {
    credentials: [credentials],
    profiles: profile && {
      ...profile,
      profiles: [{ name: profile.name, credentials, arn: identity.arn }],
      region: connection.region,
    },
    outputs: {
      ...identityOutputs({ mode, identity, roleArns, profiles: profile ? [profile.name] : [] }),
      ...(credentials.expiration && { 'aws-expiration': credentials.expiration.toISOString() }),
      ...(delivery.outputs && credentialOutputs(credentials)),
    },
    variables: sessionVariables(credentials, request, env),
    exportedOf: identity.arn,
  };
}

/** What later steps get where they keep the credentials that are in the job already: the region, and whose those are. */
export function keptDelivery(identity: Identity, { mode, connection, delivery }: SessionRequest): JobDelivery {
  return {
    outputs: identityOutputs({ mode, identity }),
    variables: delivery.environment === 'nothing' ? {} : regionVariables(connection.region),
  };
}

function sessionVariables(
  credentials: Credentials,
  { connection, delivery: { environment, profile } }: SessionRequest,
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  const { region } = connection;
  if (environment === 'nothing') return {};
  if (environment === 'region') return regionVariables(region);
  // Where a profile renews the session, it would end in the environment, and be used there before the profile.
  const ofSession = profile?.refresh
    ? { ...noCredentialVariables(env), ...regionVariables(region) }
    : credentialVariables(credentials, region, env);
  return { ...ofSession, ...(profile?.export && profileVariables(profile.name)) };
}
