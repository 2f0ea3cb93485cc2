import { createPrivateKey, verify, X509Certificate } from 'node:crypto';
import { createHash } from 'node:crypto';
import { canonicalRequest, headersToSign, signedHeaders, type UnsignedRequest } from '../../src/roles-anywhere/sign';
import recorded from './recorded-requests.json';

type Recorded = (typeof recorded.requests)[number];

const { keys }: { readonly keys: Readonly<Record<string, string>> } = recorded;

function certificateOf({ certificates, key }: Recorded) {
  const [leaf, ...chain] = certificates.map((index) => new X509Certificate(recorded.certificates[index] ?? ''));
  if (!leaf) throw new Error('no certificate');
  return { leaf, chain, privateKey: createPrivateKey(keys[key] ?? '') };
}

function requestOf({ url, contentType, body }: Recorded): UnsignedRequest {
  return { method: 'POST', url: new URL(url), contentType, body };
}

/** When it was signed, in milliseconds since 1970. */
function timeOf({ date }: Recorded): number {
  return Date.parse(date.replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5'));
}

test('33 requests of two clients were recorded', () => {
  expect(recorded.requests).toHaveLength(33);
});

describe.each(recorded.requests)('$name', (request) => {
  const certificate = certificateOf(request);
  const headers = signedHeaders(requestOf(request), certificate, { region: request.region, time: timeOf(request) });

  test('the canonical request is the same', () => {
    const canonical = canonicalRequest(
      requestOf(request),
      headersToSign(requestOf(request), certificate, request.date),
    );
    expect(createHash('sha256').update(canonical).digest('hex')).toBe(request.canonicalRequestSha256);
  });

  test('so is the authorization: to the byte with RSA, and with a signature that is right with ECDSA', () => {
    const [unsigned = '', signature = ''] = (headers.authorization ?? '').split('Signature=');
    const [theirs, theirSignature] = request.authorization.split('Signature=');
    expect(unsigned).toBe(theirs);
    if (request.key.startsWith('rsa')) expect(signature).toBe(theirSignature);
    const [algorithm] = unsigned.split(' ');
    const scope = /Credential=\d+\/([^,]+)/.exec(unsigned)?.[1];
    const toSign = [algorithm, request.date, scope, request.canonicalRequestSha256].join('\n');
    const { publicKey } = certificate.leaf;
    expect(signature).toMatch(/^([0-9a-f]{2})+$/);
    expect(verify('sha256', Buffer.from(toSign), publicKey, Buffer.from(signature, 'hex'))).toBe(true);
  });
});
