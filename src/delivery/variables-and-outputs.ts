import type { Identity } from '../aws/arn';
import type { Credentials } from '../aws/credentials';
import type { Settings } from '../profile/ini';

/** The variables that hold credentials, in the order in which they are exported. */
const CREDENTIAL_VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;
const REGION_VARIABLES = ['AWS_REGION', 'AWS_DEFAULT_REGION'] as const;
/** Those whose values may begin with a slash. */
const SLASHED_VARIABLES = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

/** Credentials and region as the environment holds them. */
export function credentialVariables(
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  region: string,
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    // The token of earlier credentials would spoil these. A variable cannot be removed; empty counts as none.
    ...((sessionToken !== undefined || env.AWS_SESSION_TOKEN) && { AWS_SESSION_TOKEN: sessionToken ?? '' }),
    ...regionVariables(region),
    ...gitBashExclusions(env),
  };
}

/**
 * Variables that take credentials away from later steps. One that is not set stays so, and a region is no credential: most
 * tools take an empty one for a wrong one.
 */
export function noCredentialVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(CREDENTIAL_VARIABLES.filter((name) => env[name]).map((name) => [name, '']));
}

/**
 * Git Bash, in which steps run on Windows with `shell: bash`, takes a value that begins with a slash for a path, and gives
 * programs another value: AWS would refuse about every 64th key. It spares the variables in this list.
 * https://www.msys2.org/docs/filesystem-paths/#environment-variables
 */
function gitBashExclusions(env: NodeJS.ProcessEnv): Record<string, string> {
  if (env.RUNNER_OS !== 'Windows') return {};
  const spared = (env.MSYS2_ENV_CONV_EXCL ?? '').split(';').filter(Boolean);
  const missing = spared.includes('*') ? [] : SLASHED_VARIABLES.filter((name) => !spared.includes(name));
  return missing.length > 0 ? { MSYS2_ENV_CONV_EXCL: [...spared, ...missing].join(';') } : {};
}

export function regionVariables(region: string): Record<string, string> {
  return Object.fromEntries(REGION_VARIABLES.map((name) => [name, region]));
}

/** The variables that let later steps use a profile without naming it. */
export function profileVariables(name: string): Record<string, string> {
  return { AWS_PROFILE: name, AWS_DEFAULT_PROFILE: name };
}

interface IdentityOutputs {
  readonly mode: string;
  readonly identity: Identity;
  /** By name; none if omitted. */
  readonly roleArns?: Readonly<Record<string, string>>;
  /** None if omitted. */
  readonly profiles?: readonly string[];
}

/** What a step says of the identity that it worked as: nothing of what is not known. */
export function identityOutputs({
  mode,
  identity,
  roleArns = {},
  profiles = [],
}: IdentityOutputs): Record<string, string> {
  return {
    mode,
    ...(identity.account !== undefined && { 'aws-account-id': identity.account }),
    ...(identity.arn !== undefined && { 'authenticated-arn': identity.arn }),
    'role-arns': JSON.stringify(roleArns),
    profiles: JSON.stringify(profiles),
  };
}

/** Credentials as outputs of the step. */
export function credentialOutputs({ accessKeyId, secretAccessKey, sessionToken }: Credentials): Record<string, string> {
  return {
    'aws-access-key-id': accessKeyId,
    'aws-secret-access-key': secretAccessKey,
    ...(sessionToken !== undefined && { 'aws-session-token': sessionToken }),
  };
}

/** Credentials as a profile of the credentials file holds them. */
export function credentialSettings({ accessKeyId, secretAccessKey, sessionToken }: Credentials): Settings {
  return {
    aws_access_key_id: accessKeyId,
    aws_secret_access_key: secretAccessKey,
    ...(sessionToken !== undefined && { aws_session_token: sessionToken }),
  };
}
