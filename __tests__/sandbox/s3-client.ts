import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { identityOf, type Keys } from './sts-client';

/** `ListBuckets` as the SDK sends it. */
export async function listBuckets(
  url: string,
  keys: Keys,
  { payload = 'UNSIGNED-PAYLOAD', signingDate = new Date() } = {},
): Promise<Response> {
  const { hostname, host } = new URL(url);
  const signer = new SignatureV4({
    service: 's3',
    region: 'us-east-1',
    credentials: identityOf(keys),
    sha256: Sha256,
    uriEscapePath: false,
  });
  const { headers } = await signer.sign(
    {
      method: 'GET',
      protocol: 'http:',
      hostname,
      path: '/',
      query: { 'x-id': 'ListBuckets' },
      headers: { host, 'x-amz-content-sha256': payload },
    },
    { signingDate },
  );
  return fetch(`${url}/?x-id=ListBuckets`, { headers });
}
