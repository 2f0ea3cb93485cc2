import type { Step } from '../runner/step';
import type { Identity } from '../aws/arn';
import { secretsOf, type Credentials } from '../aws/credentials';
import type { ProfileRequest, Request } from '../inputs/request';
import type { Outcome } from './outcome';
import { credentialOutputs, credentialVariables, noCredentialVariables, regionVariables } from './credential-forms';
import { exportVariables, handOver } from './hand-over';

type Settings = Pick<Request, 'mode' | 'connection' | 'delivery' | 'refreshCredentials'>;

/**
 * Masks credentials and hands them on, wherever the inputs say.
 *
 * @throws ProfileError when the profile cannot be written
 */
export async function publish(outcome: Outcome, settings: Settings, step: Step): Promise<void> {
  const { identity, credentials, roleArns } = outcome;
  const { mode, delivery, connection, refreshCredentials } = settings;
  secretsOf(credentials).forEach(step.runner.mask);
  const { profile } = delivery;
  await handOver(
    {
      profiles: profile && {
        ...profile,
        profiles: [{ name: profile.name, credentials }],
        region: connection.region,
        renew: refreshCredentials,
      },
      outputs: {
        ...identityOutputs({ identity, mode, roleArns, profiles: profile ? [profile.name] : [] }),
        ...(credentials.expiration && { 'aws-expiration': credentials.expiration.toISOString() }),
        ...(delivery.outputs && credentialOutputs(credentials)),
      },
      variables: variablesFor(credentials, settings, step.env),
    },
    step,
  );
}

/** Hands on the region and says whose credentials are in the job already; they stay as they are. */
export function publishExisting(identity: Identity, { mode, delivery, connection }: Settings, step: Step): void {
  const outputs = identityOutputs({ identity, mode, roleArns: {}, profiles: [] });
  for (const [name, value] of Object.entries(outputs)) step.runner.setOutput(name, value);
  if (delivery.environment !== 'nothing') exportVariables(regionVariables(connection.region), step);
}

function variablesFor(
  credentials: Credentials,
  { delivery, connection, refreshCredentials }: Settings,
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  if (delivery.environment === 'nothing') return {};
  if (delivery.environment === 'region') return regionVariables(connection.region);
  return {
    // The session would end in the environment, and be used there before the profile that renews it.
    ...(refreshCredentials
      ? { ...noCredentialVariables(env), ...regionVariables(connection.region) }
      : credentialVariables(credentials, connection.region, env)),
    ...(delivery.profile?.export && profileVariables(delivery.profile)),
  };
}

function profileVariables({ name }: ProfileRequest): Record<string, string> {
  return { AWS_PROFILE: name, AWS_DEFAULT_PROFILE: name };
}

interface IdentityOutputs {
  readonly mode: string;
  readonly identity: Identity;
  readonly roleArns: Readonly<Record<string, string>>;
  readonly profiles: readonly string[];
}

/** What every mode tells of the identity that it acted as. */
export function identityOutputs({ mode, identity, roleArns, profiles }: IdentityOutputs): Record<string, string> {
  return {
    mode,
    'aws-account-id': identity.account,
    'authenticated-arn': identity.arn,
    'role-arns': JSON.stringify(roleArns),
    profiles: JSON.stringify(profiles),
  };
}
