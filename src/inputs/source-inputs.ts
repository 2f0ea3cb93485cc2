import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { parseRoleArn, parseRoleName, type RoleArn, type RoleName } from '../aws/arn';
import type { Credentials } from '../aws/credentials';
import { defaultAudience, partitionOfRegion } from '../aws/partition';
import { idTokenEndpoint } from '../github/id-token';
import { MFA_INPUTS } from './mfa-inputs';
import type { Reading } from './reading';
import type { CredentialSource, SignedSessionSettings, WebIdentity } from './request';
import { readAllowedAccounts } from './step-inputs';

const MAX_TOKEN_LENGTH = 20_000;

/** The credentials to start from: those given, or what the SDK's default chain will find. */
export function readSource(reading: Reading): CredentialSource {
  const credentials = readKeys(reading);
  if (credentials) return { from: 'inputs', credentials };
  const wantsIdToken = reading.inputs.text('role-to-assume') !== undefined && mayUseIdToken(reading);
  return { from: 'default chain', idTokenMissing: wantsIdToken && !idTokenEndpoint(reading.env) };
}

function readKeys({ inputs, problems, warnings }: Reading): Credentials | undefined {
  const accessKeyId = inputs.text('aws-access-key-id');
  const secretAccessKey = inputs.text('aws-secret-access-key');
  const sessionToken = inputs.text('aws-session-token');
  if (accessKeyId === undefined) {
    if (secretAccessKey !== undefined || sessionToken !== undefined) {
      warnings.push(
        'aws-secret-access-key or aws-session-token is given without aws-access-key-id, and not used. ' +
          'If aws-access-key-id comes from a secret: it is empty, because it is not set or not open to this workflow.',
      );
    }
    return undefined;
  }
  if (secretAccessKey === undefined) {
    problems.add(
      'aws-secret-access-key',
      'is missing beside aws-access-key-id; if it comes from a secret: it is not set or not open to this workflow',
    );
  }
  if (/\s/.test(accessKeyId)) problems.add('aws-access-key-id', 'has white space in it');
  if (/\s/.test(secretAccessKey ?? '')) problems.add('aws-secret-access-key', 'has white space in it');
  return {
    accessKeyId,
    secretAccessKey: secretAccessKey ?? '',
    ...(sessionToken !== undefined && { sessionToken }),
  };
}

/** The token that assumes the role, where neither keys nor the default chain do. */
export function readWebIdentity(reading: Reading): WebIdentity | undefined {
  const { inputs, env, warnings } = reading;
  const path = inputs.text('web-identity-token-file');
  if (path !== undefined) {
    if (inputs.text('aws-access-key-id') !== undefined) {
      warnings.push('web-identity-token-file is given: the access keys beside it are not used.');
    }
    return { from: 'file', path, token: readTokenFile(path, reading) };
  }
  const endpoint = mayUseIdToken(reading) ? idTokenEndpoint(env) : undefined;
  const region = inputs.text('aws-region') ?? '';
  const audience = inputs.text('audience') ?? defaultAudience(partitionOfRegion(region));
  return endpoint && { from: 'github', endpoint, audience };
}

/** Whether a role would be assumed with GitHub's token, if the job may ask for one. MFA is proved by a user's keys. */
function mayUseIdToken({ inputs }: Reading): boolean {
  const others = ['aws-access-key-id', 'web-identity-token-file', ...MFA_INPUTS];
  return (
    others.every((name) => inputs.text(name) === undefined) &&
    !inputs.flag('role-chaining') &&
    !inputs.flag('force-skip-oidc')
  );
}

function readTokenFile(path: string, { env, problems }: Reading): string {
  const file = isAbsolute(path) ? path : join(env.GITHUB_WORKSPACE ?? '', path);
  try {
    if (!statSync(file).isFile()) throw new Error('it is not a regular file');
    const token = readFileSync(file, 'utf8').trim();
    if (token.length < 4 || token.length > MAX_TOKEN_LENGTH) {
      problems.add('web-identity-token-file', `${file} has ${token.length} characters; a token has 4 to 20,000`);
    }
    return token;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    problems.add('web-identity-token-file', `${file} cannot be read: ${why}`);
    return '';
  }
}

/** The role to assume: by its ARN, or by its name in an account still to be found out. */
export function readRole(reading: Reading): RoleArn | RoleName {
  const { inputs, problems } = reading;
  const lines = inputs.lines('role-to-assume');
  const text = lines[0] ?? '';
  const role = parseRoleArn(text) ?? parseRoleName(text);
  if (role === undefined || lines.length !== 1) {
    const form = 'arn:aws:iam::123456789012:role/name, or the name of a role in the account of the given credentials';
    const wrong = lines.length === 0 ? 'is missing' : `"${lines.join(' ')}" is not one role`;
    problems.add('role-to-assume', `${wrong}; it should be an ARN like ${form}`);
    return { pathAndName: text };
  }
  if ('arn' in role) checkRoleArn(role, reading);
  return role;
}

function checkRoleArn(role: RoleArn, reading: Reading): void {
  const { inputs, problems, env } = reading;
  const region = inputs.text('aws-region');
  const ownEndpoint = inputs.text('sts-endpoint') ?? env.AWS_ENDPOINT_URL_STS ?? env.AWS_ENDPOINT_URL;
  if (region !== undefined && !ownEndpoint && role.partition !== partitionOfRegion(region)) {
    const wrong = `is in the partition ${role.partition}, but ${region} (aws-region) is in ${partitionOfRegion(region)}`;
    problems.add('role-to-assume', `${role.arn} ${wrong}; credentials of one are unknown to the other`);
  }
  const allowed = readAllowedAccounts(reading);
  if (allowed.length > 0 && !allowed.includes(role.account)) {
    problems.add('role-to-assume', `${role.arn} is in none of the allowed-account-ids ${allowed.join(', ')}`);
  }
}

/** A web identity says who it is, not which account it is in, so that a name alone cannot be resolved. */
export function withWholeArn(role: RoleArn | RoleName, { problems }: Reading): RoleArn {
  if ('arn' in role) return role;
  problems.add(
    'role-to-assume',
    `"${role.pathAndName}" is a name; with a web identity it should be the whole ARN, as no account is known yet`,
  );
  return { arn: '', partition: '', account: '', name: role.pathAndName };
}

/** AssumeRoleWithWebIdentity takes less than AssumeRole. Who migrates may have given more, which then does nothing. */
export function checkUnsigned({ externalId }: SignedSessionSettings, { inputs, problems, warnings }: Reading): void {
  if (inputs.text('custom-tags') !== undefined || inputs.lines('transitive-tag-keys').length > 0) {
    warnings.push(
      'custom-tags and transitive-tag-keys are not used: with a web identity, AWS takes session tags from the token only.',
    );
  }
  if (externalId !== undefined) {
    warnings.push('role-external-id is not used: with a web identity, the trust policy decides by the token.');
  }
  for (const name of MFA_INPUTS.filter((input) => inputs.text(input) !== undefined)) {
    problems.add(name, "proves MFA with a user's access keys, and the role is assumed with a web identity");
  }
}
