import type { Job } from '../../sandbox/runner/job';

/** Keys, or a session, as the environment of a step has them. */
export interface KeyVariables {
  readonly AWS_ACCESS_KEY_ID: string;
  readonly AWS_SECRET_ACCESS_KEY: string;
  readonly AWS_SESSION_TOKEN?: string;
}

/** As AWS and its CLI write them. */
export interface PrintedCredentials {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
}

export function variables({ AccessKeyId = '', SecretAccessKey = '', SessionToken }: PrintedCredentials): KeyVariables {
  return {
    AWS_ACCESS_KEY_ID: AccessKeyId,
    AWS_SECRET_ACCESS_KEY: SecretAccessKey,
    ...(SessionToken !== undefined && { AWS_SESSION_TOKEN: SessionToken }),
  };
}

/** What the steps of a job have handed to later ones. */
export function exportedBy({ env }: Job): KeyVariables {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN = '' } = env;
  return { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...(AWS_SESSION_TOKEN !== '' && { AWS_SESSION_TOKEN }) };
}

/** The same as inputs. */
export function keyInputs({ AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN }: KeyVariables) {
  return {
    'aws-access-key-id': AWS_ACCESS_KEY_ID,
    'aws-secret-access-key': AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN !== undefined && { 'aws-session-token': AWS_SESSION_TOKEN }),
  };
}

/** Credentials as `~/.aws/credentials` has them. */
export function profileText(
  profile: string,
  { AccessKeyId = '', SecretAccessKey = '', SessionToken }: PrintedCredentials,
): string {
  const token = SessionToken === undefined ? '' : `aws_session_token = ${SessionToken}\n`;
  return `[${profile}]\naws_access_key_id = ${AccessKeyId}\naws_secret_access_key = ${SecretAccessKey}\n${token}`;
}
