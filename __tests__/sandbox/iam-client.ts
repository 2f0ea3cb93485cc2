import { IAMClient } from '@aws-sdk/client-iam';
import { identityOf, type Keys } from './sts-client';

/** A client that tries once. */
export function iamClient(url: string, keys: Keys): IAMClient {
  return new IAMClient({ endpoint: url, region: 'us-east-1', maxAttempts: 1, credentials: identityOf(keys) });
}
