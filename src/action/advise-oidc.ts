import { isTemporary } from '../aws/credentials';
import { idTokenEndpoint } from '../github/id-token';
import type { Request } from '../inputs/request';
import type { Step } from '../runner/step';

/** Whoever stores long-lived keys although OIDC is at hand should know that there is a better way. */
export function adviseOidc({ mode, identity: { source } }: Request, { env, runner }: Step): void {
  // These need the keys of a user.
  if (mode === 'session-token' || mode === 'federation-token') return;
  const endpoint = idTokenEndpoint(env);
  if (source.from !== 'given keys' || isTemporary(source.credentials) || !endpoint) return;
  runner.notice(
    'This step uses long-lived access keys, though the job may use OIDC, which needs no stored secret. ' +
      `To move: let a role trust ${endpoint.issuer}'s OIDC provider, set role-to-assume to it, and remove aws-access-key-id and ` +
      'aws-secret-access-key (docs/security.md).',
  );
}
