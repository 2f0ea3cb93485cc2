import { isTemporary, type Credentials } from '../aws/credentials';
import { ActionError } from '../errors/action-error';

/** @throws ActionError `temporary-source` for credentials from which AWS takes no call that issues further ones */
export function requireUserKeys(credentials: Credentials, operation: 'GetSessionToken' | 'GetFederationToken'): void {
  if (!isTemporary(credentials)) return;
  throw new ActionError({
    code: 'temporary-source',
    tried: `call ${operation} with the credentials given. Nothing was sent to AWS`,
    why: "They are temporary, and AWS takes this call from an IAM user's own access keys only.",
    fix: "Give the user's access keys. With temporary credentials, role-to-assume leads to a further session.",
  });
}

/** @throws ActionError `temporary-source` for credentials that cannot prove MFA */
export function requireKeysForMfa(credentials: Credentials): void {
  if (!isTemporary(credentials)) return;
  throw new ActionError({
    code: 'temporary-source',
    tried: 'prove MFA with the credentials given. Nothing was sent to AWS',
    why: "They are temporary. Only an IAM user's own access keys can prove MFA.",
    fix: "Give the user's access keys, or omit the mfa-* inputs: MFA cannot be added to these credentials.",
  });
}
