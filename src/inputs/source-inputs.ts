import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { isPlain, type Credentials } from '../aws/credentials';
import { partitionOfRegion, usualAudiences } from '../aws/partition';
import { messageWithoutPath } from '../errors/message';
import { idTokenEndpoint } from '../github/id-token';
import { decodeClaims } from '../github/token-claims';
import { CERTIFICATE_INPUTS, SSO_INPUTS, type InputName } from './input-names';
import type { Inputs } from './inputs';
import { MFA_INPUTS } from './mfa-inputs';
import type { GithubToken, GivenKeys, Proof, SigningSource, TokenFile, TokenRuledOutBy } from './request';

const SESSION_POLICIES = ['inline-session-policy', 'managed-session-policies'] as const;
const MIN_TOKEN_LENGTH = 4;
const MAX_TOKEN_LENGTH = 20_000;
/** Room for white space around the token. */
const MAX_TOKEN_FILE_SIZE = 2 * MAX_TOKEN_LENGTH;

/** What AWS refuses. Another vendor's STS may take a token of its own. */
const NO_JWT =
  'holds no JSON Web Token, which has three parts with dots between them; an access token, JSON with a token in it, and ' +
  'the value of ACTIONS_ID_TOKEN_REQUEST_TOKEN are none';
/** The byte order marks of UTF-16. */
const UTF_16_MARKS = ['\xff\xfe', '\xfe\xff'];
const UTF_16 =
  'is in UTF-16, as Windows PowerShell 5 writes files with >, and a token is in ASCII. Write it with `shell: pwsh`, or ' +
  'with Set-Content -Encoding ascii';

/** The credentials to start from: those that the inputs lead to, or what the SDK's default chain will find. */
export async function readSigningSource(tokenRuledOutBy: TokenRuledOutBy, inputs: Inputs): Promise<SigningSource> {
  const mustLast = inputs.flag('refresh-credentials');
  const inputsAgainstToken = inputsAgainstIdToken(inputs);
  if (SSO_INPUTS.some((name) => inputs.has(name))) {
    // Loaded where one is given alone.
    return (await import('./sso-inputs')).readSignIn(inputs);
  }
  return readGivenKeys(inputs) ?? { from: 'default chain', tokenRuledOutBy, inputsAgainstToken, mustLast };
}

/** What the first role is assumed with, where no credentials do it. */
export async function readProof(inputs: Inputs): Promise<Proof | undefined> {
  if (CERTIFICATE_INPUTS.some((name) => inputs.has(name))) {
    // Loaded where one is given alone.
    return (await import('./certificate-inputs')).readCertificateProof(inputs);
  }
  return readTokenFile(inputs) ?? readGithubToken(inputs);
}

function readGivenKeys(inputs: Inputs): GivenKeys | undefined {
  const credentials = readKeys(inputs);
  return credentials && { from: 'given keys', credentials };
}

function readKeys(inputs: Inputs): Credentials | undefined {
  const accessKeyId = inputs.credential('aws-access-key-id');
  if (accessKeyId === undefined) {
    if (inputs.has('aws-secret-access-key') || inputs.has('aws-session-token')) {
      inputs.warn(
        'aws-secret-access-key or aws-session-token is given without aws-access-key-id, and not used. ' +
          'If aws-access-key-id comes from a secret: it is empty, because it is not set or not open to this workflow.',
      );
    }
    return undefined;
  }
  const secretAccessKey = inputs.credential('aws-secret-access-key');
  const sessionToken = inputs.credential('aws-session-token');
  if (secretAccessKey === undefined) {
    inputs.wrong(
      'aws-secret-access-key',
      'is missing next to aws-access-key-id; if it comes from a secret: it is not set or not open to this workflow',
    );
  }
  return { accessKeyId, secretAccessKey: secretAccessKey ?? '', sessionToken };
}

function readTokenFile(inputs: Inputs): TokenFile | undefined {
  const path = inputs.text('web-identity-token-file');
  if (path === undefined) return undefined;
  if (inputs.has('aws-access-key-id')) inputs.warn('web-identity-token-file is given: the access keys are not used.');
  return { from: 'token file', path, token: readToken(path, inputs) };
}

function readGithubToken(inputs: Inputs): GithubToken | undefined {
  const endpoint = inputsAgainstIdToken(inputs).length === 0 ? idTokenEndpoint(inputs.env) : undefined;
  const partition = partitionOfRegion(inputs.text('aws-region') ?? '');
  const audience = inputs.text('audience');
  const audiences = audience === undefined ? usualAudiences(partition) : ([audience] as const);
  return endpoint && { from: 'github token', endpoint, audiences };
}

/** The inputs with which no role is assumed with GitHub's token. MFA is proved by a user's keys. */
export function inputsAgainstIdToken(inputs: Inputs): InputName[] {
  const flags = (['role-chaining', 'force-skip-oidc'] as const).filter((name) => inputs.flag(name));
  const others = [
    'aws-access-key-id',
    'web-identity-token-file',
    'sso-start-url',
    ...CERTIFICATE_INPUTS,
    ...MFA_INPUTS,
  ] as const;
  return [...flags, ...others.filter((name) => inputs.has(name))];
}

function readToken(path: string, inputs: Inputs): string {
  const file = isAbsolute(path) ? path : join(inputs.env.GITHUB_WORKSPACE ?? '', path);
  try {
    const found = statSync(file);
    if (!found.isFile()) throw new Error('it is not a regular file');
    // By its size, before it is read: a large one would fill the memory; and files that say they hold nothing, as those
    // in /proc, may hold anything, or wait for more for ever.
    if (found.size < MIN_TOKEN_LENGTH || found.size > MAX_TOKEN_FILE_SIZE) {
      inputs.wrong('web-identity-token-file', `${file} has ${found.size} bytes; a token has 4 to 20,000`);
      return '';
    }
    const bytes = readFileSync(file);
    const token = bytes.toString().trim();
    if (UTF_16_MARKS.includes(bytes.toString('latin1', 0, 2))) {
      inputs.wrong('web-identity-token-file', `${file} ${UTF_16}`);
    } else if (token.length < MIN_TOKEN_LENGTH || token.length > MAX_TOKEN_LENGTH) {
      inputs.wrong('web-identity-token-file', `${file} has ${token.length} characters; a token has 4 to 20,000`);
    } else {
      inputs.checkCredential('web-identity-token-file', token);
      if (isPlain(token) && !decodeClaims(token) && inputs.callsAws('STS')) {
        inputs.wrong('web-identity-token-file', `${file} ${NO_JWT}`);
      }
    }
    return token;
  } catch (error) {
    inputs.wrong('web-identity-token-file', `${file} cannot be read: ${messageWithoutPath(error)}`);
    return '';
  }
}

/** In the words of warnings: what it is that is sent in the place of a signature, and what AWS looks at instead. */
const INSTEAD = {
  'github token': { by: 'a web identity', tags: 'the token', decides: 'the token' },
  'token file': { by: 'a web identity', tags: 'the token', decides: 'the token' },
  certificate: { by: 'a certificate', tags: 'the certificate', decides: 'what is in it' },
} as const;

/**
 * AssumeRoleWithWebIdentity and CreateSession take less than AssumeRole. Who migrates may have given more, which then does
 * nothing.
 *
 * @param unsigned the profiles whose role no signed request follows, which would take the rest; or all of them
 */
export function checkUnsigned({ from }: Proof, unsigned: readonly string[] | 'all', inputs: Inputs): void {
  const { by, tags, decides } = INSTEAD[from];
  for (const name of MFA_INPUTS.filter((input) => inputs.has(input))) {
    inputs.wrong(name, `proves MFA with a user's access keys, and the role is assumed with ${by}`);
  }
  if (from === 'certificate' && inputs.has('source-identity')) {
    inputs.wrong(
      'source-identity',
      'cannot be chosen with a certificate: IAM Roles Anywhere sets it to its common name',
    );
  }
  if (unsigned.length === 0) return;
  const where = unsigned === 'all' ? '' : ` for ${unsigned.join(', ')}`;
  if (inputs.has('custom-tags') || inputs.lines('transitive-tag-keys').length > 0) {
    inputs.warn(
      `custom-tags and transitive-tag-keys are not used${where}: with ${by}, AWS takes session tags from ${tags} only.`,
    );
  }
  if (inputs.has('role-external-id')) {
    inputs.warn(`role-external-id is not used${where}: with ${by}, the trust policy decides by ${decides}.`);
  }
  if (from !== 'certificate' && inputs.has('source-identity')) {
    inputs.warn(`source-identity is not used${where}: with ${by}, AWS takes it from ${tags} only.`);
  }
  for (const name of SESSION_POLICIES.filter((input) => from === 'certificate' && inputs.has(input))) {
    inputs.wrong(
      name,
      `cannot limit a session${where} that a certificate gives: it should be a session policy of the profile of IAM Roles Anywhere`,
    );
  }
}
