import { createHash, verify, X509Certificate } from 'node:crypto';
import type { IncomingRequest } from '../http/request';
import { accessDenied } from './refusals';

/** How far the time of a signature may be off: as elsewhere in AWS. */
const TOLERANCE_MS = 5 * 60_000;
const HEADER =
  /^(AWS4-X509-(RSA|ECDSA)-SHA256) Credential=(\d+)\/([^,\s]+), SignedHeaders=([^,\s]+), Signature=([0-9a-f]+)$/;
const KEY_TYPES = { RSA: 'rsa', ECDSA: 'ec' } as const;

/** The certificates that a request was sent with. */
export interface SentCertificates {
  readonly leaf: X509Certificate;
  readonly chain: readonly X509Certificate[];
}

/** @throws Refusal when there is none, or it cannot be read */
export function certificatesIn({ headers }: IncomingRequest): SentCertificates {
  try {
    const leaf = fromHeader(headers['x-amz-x509'] ?? '');
    return { leaf, chain: headers['x-amz-x509-chain']?.split(',').map(fromHeader) ?? [] };
  } catch {
    throw accessDenied('Untrusted certificate. Insufficient certificate');
  }
}

function fromHeader(text: string): X509Certificate {
  return new X509Certificate(Buffer.from(text, 'base64'));
}

/**
 * Looks whether the holder of a certificate signed a request now, for a region.
 *
 * @throws Refusal in the words that AWS has for whatever is wrong with it
 */
export function verifySignature(request: IncomingRequest, leaf: X509Certificate, region: string, now: Date): void {
  const { headers } = request;
  const [, algorithm = '', kind = '', serial = '', scope = '', names = '', signature = ''] =
    HEADER.exec(headers.authorization ?? '') ?? [];
  const date = headers['x-amz-date'] ?? '';
  const signedAt = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'));
  const signed = names.split(';');
  const right =
    KEY_TYPES[kind as keyof typeof KEY_TYPES] === leaf.publicKey.asymmetricKeyType &&
    serial === BigInt(`0x${leaf.serialNumber}`).toString() &&
    scope === `${date.slice(0, 8)}/${region}/rolesanywhere/aws4_request` &&
    ['host', 'x-amz-date', 'x-amz-x509'].every((name) => signed.includes(name)) &&
    (headers['x-amz-x509-chain'] === undefined || signed.includes('x-amz-x509-chain')) &&
    Math.abs(signedAt - now.getTime()) <= TOLERANCE_MS;
  const toSign = [algorithm, date, scope, sha256(canonicalRequest(request, signed))].join('\n');
  if (!right || !verify('sha256', Buffer.from(toSign), leaf.publicKey, Buffer.from(signature, 'hex'))) {
    throw accessDenied('Invalid signature');
  }
}

function canonicalRequest({ method, path, query, headers, body }: IncomingRequest, signed: readonly string[]): string {
  const pairs = [...query].map((pair) => pair.map(encoded).join('=')).sort();
  const lines = signed.map((name) => `${name}:${headers[name] ?? ''}\n`).join('');
  return [method, path, pairs.join('&'), lines, signed.join(';'), sha256(body)].join('\n');
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
