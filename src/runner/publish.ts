import { homedir } from 'node:os';
import type { Step } from '../action/step';
import type { Identity } from '../aws/arn';
import { secretsOf, type Credentials } from '../aws/credentials';
import type { ProfileRequest, Request } from '../inputs/request';
import type { Outcome } from '../modes/outcome';
import { profileFiles } from '../profile/locations';
import type { Profile, WrittenProfile } from '../profile/profile';
import { rememberCommandFiles } from './command-files';

type Settings = Pick<Request, 'mode' | 'connection' | 'delivery'>;

/** The variables that hold credentials, in the order in which they are exported. */
const CREDENTIAL_VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;
const REGION_VARIABLES = ['AWS_REGION', 'AWS_DEFAULT_REGION'] as const;

/**
 * Hands credentials on: masks them, then writes the profile, the outputs and the environment. When any of it fails,
 * the rest is taken back, so that no later step finds a part.
 *
 * @throws ProfileError when the profile cannot be written
 */
export async function publish(outcome: Outcome, settings: Settings, step: Step): Promise<void> {
  const { env, runner, ledger } = step;
  secretsOf(outcome.credentials).forEach(runner.mask);

  const variables = variablesFor(outcome.credentials, settings, env);
  const commandFiles = rememberCommandFiles(env);
  const goBack = ledger.mark();
  const written: WrittenProfile[] = [];
  try {
    if (settings.delivery.profile) {
      const { writeProfiles } = await import('../profile/profile');
      const profile = profileOf(settings.delivery.profile, outcome.credentials, settings);
      const options = {
        overwrite: settings.delivery.profile.overwrite,
        record: (profiles: readonly WrittenProfile[]) => {
          ledger.writing(profiles);
        },
      };
      written.push(...(await writeProfiles(profileFiles(env, homedir()), [profile], options)));
    }
    setOutputs(outcome, settings, step);
    exportVariables(variables, step);
  } catch (error) {
    commandFiles.takeBack();
    if (written.length > 0) {
      const { removeProfiles } = await import('../profile/profile');
      await removeProfiles(written);
    }
    // Where taking back failed, post tries again with what is in the ledger.
    if (!(error instanceof AggregateError)) goBack();
    throw error;
  }
}

/** Hands on the region and says whose credentials are in the job already; they stay as they are. */
export function publishExisting(identity: Identity, settings: Settings, step: Step): void {
  setIdentityOutputs({ identity, mode: settings.mode, roleArns: {}, profiles: [] }, step.runner);
  if (settings.delivery.environment !== 'nothing') exportVariables(regionVariables(settings), step);
}

/** Takes away credentials and region that an earlier step left, for this step and all later ones of the job. */
export function unsetCurrent(step: Step): void {
  exportVariables(Object.fromEntries([...CREDENTIAL_VARIABLES, ...REGION_VARIABLES].map((name) => [name, ''])), step);
}

function exportVariables(variables: Readonly<Record<string, string>>, { runner, ledger }: Step): void {
  const entries = Object.entries(variables);
  if (entries.length === 0) return;
  ledger.exporting(Object.keys(variables));
  for (const [name, value] of entries) runner.exportVariable(name, value);
}

function variablesFor(
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  settings: Settings,
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  const { delivery } = settings;
  if (delivery.environment === 'nothing') return {};
  const region = regionVariables(settings);
  if (delivery.environment === 'region') return region;
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    // The token of earlier credentials would spoil these. A variable cannot be removed; empty counts as none.
    ...((sessionToken !== undefined || env.AWS_SESSION_TOKEN) && { AWS_SESSION_TOKEN: sessionToken ?? '' }),
    ...region,
    ...(delivery.profile?.export && {
      AWS_PROFILE: delivery.profile.name,
      AWS_DEFAULT_PROFILE: delivery.profile.name,
    }),
  };
}

function regionVariables({ connection }: Settings): Record<string, string> {
  return Object.fromEntries(REGION_VARIABLES.map((name) => [name, connection.region]));
}

function profileOf({ name, output }: ProfileRequest, credentials: Credentials, { connection }: Settings): Profile {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return {
    name,
    credentials: {
      aws_access_key_id: accessKeyId,
      aws_secret_access_key: secretAccessKey,
      ...(sessionToken !== undefined && { aws_session_token: sessionToken }),
    },
    config: { region: connection.region, ...(output !== undefined && { output }) },
  };
}

function setOutputs(
  { credentials, identity, roleArns }: Outcome,
  { mode, delivery }: Settings,
  { runner }: Step,
): void {
  const profiles = delivery.profile ? [delivery.profile.name] : [];
  setIdentityOutputs({ identity, mode, roleArns, profiles }, runner);
  if (credentials.expiration) runner.setOutput('aws-expiration', credentials.expiration.toISOString());
  if (!delivery.outputs) return;
  runner.setOutput('aws-access-key-id', credentials.accessKeyId);
  runner.setOutput('aws-secret-access-key', credentials.secretAccessKey);
  if (credentials.sessionToken !== undefined) runner.setOutput('aws-session-token', credentials.sessionToken);
}

interface IdentityOutputs {
  readonly mode: string;
  readonly identity: Identity;
  readonly roleArns: Readonly<Record<string, string>>;
  readonly profiles: readonly string[];
}

function setIdentityOutputs({ mode, identity, roleArns, profiles }: IdentityOutputs, runner: Step['runner']): void {
  runner.setOutput('mode', mode);
  runner.setOutput('aws-account-id', identity.account);
  runner.setOutput('authenticated-arn', identity.arn);
  runner.setOutput('role-arns', JSON.stringify(roleArns));
  runner.setOutput('profiles', JSON.stringify(profiles));
}
