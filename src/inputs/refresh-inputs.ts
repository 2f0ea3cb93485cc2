import type { Inputs } from './inputs';
import { profilesIn, type Request } from './request';

/** Notes what cannot be renewed later: what serves once, and what ends itself. */
export function checkRefresh(request: Request, inputs: Inputs): void {
  if (!inputs.flag('refresh-credentials')) return;
  const profiles = profilesIn(request)?.names ?? [];
  if (profiles.length === 0) {
    inputs.wrong('refresh-credentials', 'renews what a profile gives; it needs aws-profile or roles');
  }
  if (inputs.has('mfa-code')) {
    const why = 'is good once, and refresh-credentials needs a new code each time; give mfa-secret instead';
    inputs.wrong('mfa-code', why);
  }
  if ('useExistingCredentials' in request && request.useExistingCredentials) {
    inputs.wrong('use-existing-credentials', 'keeps credentials as they are, and refresh-credentials renews them');
  }
  const { source } = request.identity;
  if (source.from === 'given keys' && source.credentials.sessionToken !== undefined) {
    inputs.wrong(
      'aws-session-token',
      'is of temporary keys, with which nothing can be renewed once they have ended; with refresh-credentials give ' +
        "a user's own keys, or use OIDC",
    );
  }
  const chosen = profileOfSource(source, inputs.env);
  if (chosen !== undefined && profiles.includes(chosen)) {
    const why = `cannot renew the profile ${chosen} with credentials from the profile ${chosen}; choose another name`;
    inputs.wrong('refresh-credentials', why);
  }
}

/** The profile in which a source looks for credentials, if it does. An empty variable counts as none. */
export function profileOfSource(
  { from }: Request['identity']['source'],
  { AWS_PROFILE: profile, AWS_ACCESS_KEY_ID: keyId }: NodeJS.ProcessEnv,
): string | undefined {
  if (from !== 'default chain') return undefined;
  if (profile) return profile;
  return keyId ? undefined : 'default';
}
