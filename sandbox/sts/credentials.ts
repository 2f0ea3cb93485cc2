import type { Session } from '../accounts/session';
import { isoSeconds, type XmlFields } from '../query/xml';

/** The credentials of a session as every operation that makes one answers with them. */
export function credentialsFields({ accessKeyId, secretAccessKey, sessionToken, expiration }: Session): XmlFields {
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: isoSeconds(expiration),
  };
}
