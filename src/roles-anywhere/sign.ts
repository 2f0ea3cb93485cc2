import { createHash, sign as signatureOf } from 'node:crypto';
import type { ClientCertificate } from './certificate';

/** A request as it is signed. */
export interface UnsignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly contentType: string;
  readonly body: string;
}

const SERVICE = 'rolesanywhere';

/**
 * The headers of a request that a certificate's key signs: as Signature Version 4 has it, but with the key itself in the
 * place of one derived from a secret.
 * https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-sign-process.html
 *
 * @param region of the endpoint
 * @param time milliseconds since 1970
 */
export function signedHeaders(
  request: UnsignedRequest,
  certificate: ClientCertificate,
  { region, time }: { readonly region: string; readonly time: number },
): Record<string, string> {
  const { leaf, privateKey } = certificate;
  const date = new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const headers = headersToSign(request, certificate, date);
  const algorithm = `AWS4-X509-${privateKey.asymmetricKeyType === 'rsa' ? 'RSA' : 'ECDSA'}-SHA256`;
  const scope = `${date.slice(0, 8)}/${region}/${SERVICE}/aws4_request`;
  const toSign = [algorithm, date, scope, sha256(canonicalRequest(request, headers))].join('\n');
  // RSA with PKCS #1 v1.5, ECDSA in DER: both are what Node does by default.
  const signature = signatureOf('sha256', Buffer.from(toSign), privateKey).toString('hex');
  const credential = `${decimal(leaf.serialNumber)}/${scope}`;
  return {
    ...headers,
    authorization: `${algorithm} Credential=${credential}, SignedHeaders=${namesOf(headers)}, Signature=${signature}`,
  };
}

/** What is signed next to the body, by lower-case name in the order of names. */
export function headersToSign(
  { url, contentType }: UnsignedRequest,
  { leaf, chain }: Pick<ClientCertificate, 'leaf' | 'chain'>,
  date: string,
): Record<string, string> {
  return {
    'content-type': contentType,
    host: url.host,
    'x-amz-date': date,
    'x-amz-x509': leaf.raw.toString('base64'),
    ...(chain.length > 0 && { 'x-amz-x509-chain': chain.map(({ raw }) => raw.toString('base64')).join(',') }),
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request */
export function canonicalRequest(
  { method, url, body }: UnsignedRequest,
  headers: Readonly<Record<string, string>>,
): string {
  const query = [...url.searchParams].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).sort();
  return [
    method,
    url.pathname,
    query.join('&'),
    ...Object.entries(headers).map(([name, value]) => `${name}:${value}`),
    '',
    namesOf(headers),
    sha256(body),
  ].join('\n');
}

function namesOf(headers: Readonly<Record<string, string>>): string {
  return Object.keys(headers).join(';');
}

/** As RFC 3986 has it: these are left as they are by JavaScript. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The serial number of a certificate as AWS writes it. */
function decimal(hexadecimal: string): string {
  return BigInt(`0x${hexadecimal}`).toString();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
