/** Every input that `action.yml` declares, in its order. */
export const INPUTS = [
  'mode',
  'aws-region',
  'role-to-assume',
  'roles',
  'continue-on-role-error',
  'role-external-id',
  'audience',
  'web-identity-token-file',
  'certificate',
  'certificate-private-key',
  'trust-anchor-arn',
  'roles-anywhere-profile-arn',
  'force-skip-oidc',
  'aws-access-key-id',
  'aws-secret-access-key',
  'aws-session-token',
  'sso-start-url',
  'sso-region',
  'sso-account-id',
  'sso-role-name',
  'role-chaining',
  'use-existing-credentials',
  'unset-current-credentials',
  'role-duration-seconds',
  'role-session-name',
  'source-identity',
  'custom-tags',
  'transitive-tag-keys',
  'role-skip-session-tagging',
  'inline-session-policy',
  'managed-session-policies',
  'federated-user-name',
  'special-characters-workaround',
  'mfa-serial',
  'mfa-code',
  'mfa-secret',
  'output-env-credentials',
  'output-credentials',
  'aws-profile',
  'overwrite-aws-profile',
  'profile-location',
  'profile-output',
  'refresh-credentials',
  'allowed-account-ids',
  'mask-aws-account-id',
  'translate-env-variables',
  'expect-arn',
  'expect-allowed',
  'expect-denied',
  'identities',
  'dry-run',
  'plan-comment',
  'ephemeral',
  'adopt-existing',
  'rotate-now',
  'delete-old-keys',
  'github-token',
  'terraform-token',
  'http-proxy',
  'no-proxy',
  'sts-endpoint',
  'iam-endpoint',
  'use-fips-endpoint',
  'retry-max-attempts',
  'disable-retry',
  'action-timeout-s',
] as const;

export type InputName = (typeof INPUTS)[number];

/** Those of IAM Roles Anywhere, which are of use together only. */
export const CERTIFICATE_INPUTS = [
  'certificate',
  'certificate-private-key',
  'trust-anchor-arn',
  'roles-anywhere-profile-arn',
] as const satisfies readonly InputName[];

/** Those by which a person signs in at IAM Identity Center. */
export const SSO_INPUTS = ['sso-start-url', 'sso-region', 'sso-account-id', 'sso-role-name'] as const;

/**
 * Inputs that may come from a variable of the same name instead, as in `aws-actions/configure-aws-credentials`:
 * `role-to-assume` from `ROLE_TO_ASSUME`. An input that is set wins.
 */
export const WITH_ALIAS: ReadonlySet<string> = new Set<InputName>([
  'aws-region',
  'role-to-assume',
  'web-identity-token-file',
  'role-chaining',
  'audience',
  'mask-aws-account-id',
  'role-duration-seconds',
  'role-external-id',
  'role-session-name',
  'role-skip-session-tagging',
  'transitive-tag-keys',
  'inline-session-policy',
  'managed-session-policies',
  'output-credentials',
  'unset-current-credentials',
  'disable-retry',
  'retry-max-attempts',
  'special-characters-workaround',
  'use-existing-credentials',
  'overwrite-aws-profile',
]);

/** Those that hold secrets. */
const SECRET_INPUTS: readonly InputName[] = [
  'aws-access-key-id',
  'aws-secret-access-key',
  'aws-session-token',
  'certificate',
  'certificate-private-key',
  'mfa-code',
  'mfa-secret',
  'github-token',
  'terraform-token',
];

/** The variable in which a runner passes on what is given under a name. */
export function variableOf(name: string): string {
  return `INPUT_${name.toUpperCase()}`;
}

/** The variable that may stand in for an input of `WITH_ALIAS`. */
export function aliasOf(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

/** Whether inputs are read from a variable of this name. */
export function isInputVariable(variable: string): boolean {
  return variable.startsWith('INPUT_') || [...WITH_ALIAS].some((name) => aliasOf(name) === variable);
}

/** Whether such an input may be a secret. */
export function isSecretInput(variable: string): boolean {
  return SECRET_INPUTS.some((name) => variableOf(name) === variable);
}

/** The names under `with:` that are no inputs, such as `alowed-account-ids`: a runner passes these on, too. */
export function unknownNames(env: NodeJS.ProcessEnv): string[] {
  const known = new Set(INPUTS.map(variableOf));
  return Object.keys(env)
    .filter((variable) => /^INPUT_[^a-z]+$/.test(variable) && !known.has(variable) && env[variable]?.trim())
    .map((variable) => variable.slice('INPUT_'.length).toLowerCase());
}
