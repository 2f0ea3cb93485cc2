import { GITHUB_CLAIM_KEYS, GITHUB_ISSUER } from '../policy/trust-policy';
import { claim, type TokenClaims } from './token-claims';

/**
 * A GitHub subject in both of its formats: with names alone (`repo:octo/app:…`), and the immutable one that adds the
 * IDs (`repo:octo@1/app@2:…`), the default for repositories made since 2026-07-15. A subject that the repository has
 * customised has one format only.
 * https://docs.github.com/actions/reference/security/oidc
 */
export function subjectFormats(claims: TokenClaims): string[] {
  const subject = claim(claims, 'sub');
  if (subject === undefined) return [];
  const [owner, name] = claim(claims, 'repository')?.split('/') ?? [];
  const ownerId = claim(claims, 'repository_owner_id');
  const nameId = claim(claims, 'repository_id');
  if (!owner || !name || !ownerId || !nameId) return [subject];
  const formats = [`repo:${owner}/${name}:`, `repo:${owner}@${ownerId}/${name}@${nameId}:`];
  const own = formats.find((prefix) => subject.startsWith(prefix));
  return own === undefined ? [subject] : formats.map((prefix) => prefix + subject.slice(own.length));
}

/** The condition of a trust policy that allows exactly the tokens with this issuer, audience and subject. */
export function trustCondition(claims: TokenClaims): object {
  const issuer = issuerOf(claims);
  const subjects = subjectFormats(claims);
  return {
    StringEquals: {
      [`${issuer}:aud`]: claim(claims, 'aud'),
      [`${issuer}:sub`]: subjects.length === 1 ? subjects[0] : subjects,
    },
  };
}

/** The conditions besides those of `trustCondition` that these claims meet, or undefined where AWS has keys for none. */
export function furtherConditions(claims: TokenClaims): object | undefined {
  const issuer = issuerOf(claims);
  // An enterprise may have an issuer of its own: the same with its name.
  if (issuer.split('/')[0] !== GITHUB_ISSUER) return undefined;
  const keys = GITHUB_CLAIM_KEYS.filter((name) => claim(claims, name) !== undefined);
  if (keys.length === 0) return undefined;
  return { StringEquals: Object.fromEntries(keys.map((name) => [`${issuer}:${name}`, claim(claims, name)])) };
}

function issuerOf(claims: TokenClaims): string {
  return (claim(claims, 'iss') ?? GITHUB_ISSUER).replace(/^https:\/\//, '');
}
