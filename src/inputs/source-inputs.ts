import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { messageOf } from '../errors/message';
import type { Credentials } from '../aws/credentials';
import { defaultAudience, partitionOfRegion } from '../aws/partition';
import { idTokenEndpoint } from '../github/id-token';
import { MFA_INPUTS } from './mfa-inputs';
import type { Reading } from './reading';
import type { SignedSessionSettings, SigningSource, SourceIdentity, TokenSource } from './request';

const MIN_TOKEN_LENGTH = 4;
const MAX_TOKEN_LENGTH = 20_000;
/** Room for white space around the token. */
const MAX_TOKEN_FILE_SIZE = 2 * MAX_TOKEN_LENGTH;

/** Whom a step works as whose mode takes no role. */
export function readIdentity(reading: Reading): SourceIdentity {
  return { source: readSigningSource(reading), chain: undefined };
}

/** The credentials to start from: those given, or what the SDK's default chain will find. */
export function readSigningSource(reading: Reading): SigningSource {
  const credentials = readKeys(reading);
  if (credentials) return { from: 'given keys', credentials };
  const wantsIdToken = wantsRole(reading) && mayUseIdToken(reading);
  return {
    from: 'default chain',
    idTokenMissing: wantsIdToken && !idTokenEndpoint(reading.env),
    mustLast: reading.inputs.flag('refresh-credentials'),
  };
}

function wantsRole({ inputs }: Reading): boolean {
  return inputs.text('role-to-assume') !== undefined || inputs.text('roles') !== undefined;
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
      'is missing next to aws-access-key-id; if it comes from a secret: it is not set or not open to this workflow',
    );
  }
  if (/\s/.test(accessKeyId)) problems.add('aws-access-key-id', 'has white space in it');
  if (/\s/.test(secretAccessKey ?? '')) problems.add('aws-secret-access-key', 'has white space in it');
  return { accessKeyId, secretAccessKey: secretAccessKey ?? '', sessionToken };
}

/** The token that assumes the role, where neither keys nor the default chain do. */
export function readTokenSource(reading: Reading): TokenSource | undefined {
  const { inputs, env, warnings } = reading;
  const path = inputs.text('web-identity-token-file');
  if (path !== undefined) {
    if (inputs.text('aws-access-key-id') !== undefined) {
      warnings.push('web-identity-token-file is given: the access keys are not used.');
    }
    return { from: 'token file', path, token: readTokenFile(path, reading) };
  }
  const endpoint = mayUseIdToken(reading) ? idTokenEndpoint(env) : undefined;
  const region = inputs.text('aws-region') ?? '';
  const audience = inputs.text('audience') ?? defaultAudience(partitionOfRegion(region));
  return endpoint && { from: 'github token', endpoint, audience };
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
    const found = statSync(file);
    if (!found.isFile()) throw new Error('it is not a regular file');
    // By its size, before it is read: a large one would fill the memory; and files that say they hold nothing, as those
    // in /proc, may hold anything, or wait for more for ever.
    if (found.size < MIN_TOKEN_LENGTH || found.size > MAX_TOKEN_FILE_SIZE) {
      problems.add('web-identity-token-file', `${file} has ${found.size} bytes; a token has 4 to 20,000`);
      return '';
    }
    const token = readFileSync(file, 'utf8').trim();
    if (token.length < MIN_TOKEN_LENGTH || token.length > MAX_TOKEN_LENGTH) {
      problems.add('web-identity-token-file', `${file} has ${token.length} characters; a token has 4 to 20,000`);
    }
    return token;
  } catch (error) {
    const why = messageOf(error);
    problems.add('web-identity-token-file', `${file} cannot be read: ${why}`);
    return '';
  }
}

/**
 * AssumeRoleWithWebIdentity takes less than AssumeRole. Who migrates may have given more, which then does nothing.
 *
 * @param unsigned the profiles whose role no signed request follows, which would take the rest; or all of them
 */
export function checkUnsigned(
  { externalId, sourceIdentity }: SignedSessionSettings,
  unsigned: readonly string[] | 'all',
  { inputs, problems, warnings }: Reading,
): void {
  for (const name of MFA_INPUTS.filter((input) => inputs.text(input) !== undefined)) {
    problems.add(name, "proves MFA with a user's access keys, and the role is assumed with a web identity");
  }
  if (unsigned.length === 0) return;
  const where = unsigned === 'all' ? '' : ` for ${unsigned.join(', ')}`;
  if (inputs.text('custom-tags') !== undefined || inputs.lines('transitive-tag-keys').length > 0) {
    warnings.push(
      `custom-tags and transitive-tag-keys are not used${where}: with a web identity, AWS takes session tags from the token only.`,
    );
  }
  if (externalId !== undefined) {
    warnings.push(`role-external-id is not used${where}: with a web identity, the trust policy decides by the token.`);
  }
  if (sourceIdentity !== undefined) {
    warnings.push(`source-identity is not used${where}: with a web identity, AWS takes it from the token only.`);
  }
}
