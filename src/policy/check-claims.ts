import type { KeyPath } from '../text/problem';
import { conditionsIn, requiresKey } from './check-conditions';
import { isGithubDotCom, issuersOf } from './check-issuers';
import type { Statement } from './policy-document';
import type { PolicyProblems } from './policy-problem';
import { GITHUB_CLAIM_KEYS } from './trust-policy';

/** Those that AWS has for tokens of every issuer, other than `sub` and `aud`. */
const KEYS_OF_ALL = ['sub', 'aud', 'amr', 'oaud', 'azp'];

/** What to name in place of a claim. */
const INSTEAD = new Map([
  ['iss', 'it should not be there, as the principal names the issuer'],
  ['repository_owner', 'the owner should be named by sub, or by repository_owner_id'],
  ['enterprise', 'the enterprise should be named by enterprise_id'],
]);

/**
 * Conditions on claims of an OIDC token that are no condition keys: AWS takes the policy, and finds no such key when a
 * role is assumed.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
export function* claimProblems(statement: Statement, path: KeyPath): PolicyProblems {
  for (const condition of conditionsIn(statement, path)) {
    const claim = unknownClaim(condition.key, statement);
    if (claim === undefined) continue;
    const isNeverMet = condition.operator.startsWith('ForAnyValue:') || requiresKey(condition);
    const effect = isNeverMet ? 'so nobody can assume the role' : 'so the condition always holds and limits nothing';
    const known = [...KEYS_OF_ALL.slice(0, 2), ...GITHUB_CLAIM_KEYS].join(', ');
    const should = INSTEAD.get(claim) ?? `it should be one of ${known}`;
    yield { path: condition.path, message: `is a claim that AWS does not evaluate, ${effect}; ${should}` };
  }
}

/** The claim of a trusted issuer that a condition key stands for, if AWS has no such key. */
export function unknownClaim(key: string, statement: Statement): string | undefined {
  const wanted = key.toLowerCase();
  for (const issuer of issuersOf(statement)) {
    const prefix = `${issuer.toLowerCase()}:`;
    if (!wanted.startsWith(prefix)) continue;
    const claim = wanted.slice(prefix.length);
    // Which claims of other issuers are keys is not known here, only that the issuer itself is none.
    const isKey = isGithubDotCom(issuer) ? [...KEYS_OF_ALL, ...GITHUB_CLAIM_KEYS].includes(claim) : claim !== 'iss';
    return isKey ? undefined : claim;
  }
  return undefined;
}
