import { isMapping } from '../text/value';
import { conditionsIn, isSameKey, type KeyCondition } from './check-conditions';
import { isKnown, issuersOf } from './check-issuers';
import { fitsPattern, listOf, type PolicyDocument } from './policy-document';
import { members, type PolicyProblems } from './policy-problem';

/** What providers accept as the audience of a token, by their issuers, without `https://`. */
export type Audiences = ReadonlyMap<string, readonly string[]>;

/**
 * Conditions on `aud` that no token meets which its provider accepts: nobody can assume the role.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
 */
export function* audienceProblems(policy: PolicyDocument, audiences: Audiences): PolicyProblems {
  for (const [path, statement] of members(policy.Statement, ['Statement'])) {
    if (!isMapping(statement) || statement.Effect !== 'Allow') continue;
    // The key has the value of another claim where a token has azp, as those of some other issuers do.
    for (const issuer of issuersOf(statement).filter(isKnown)) {
      yield* ofIssuer(issuer, audiences, conditionsIn(statement, path));
    }
  }
}

function* ofIssuer(issuer: string, audiences: Audiences, conditions: readonly KeyCondition[]): PolicyProblems {
  const accepted = audiences.get(issuer);
  if (accepted === undefined) return;
  for (const { operator, key, values, path } of conditions) {
    const fits = FITS.get(operator.replace(/^For(Any|All)Values:/, ''));
    if (!fits || !isSameKey(key, `${issuer}:aud`)) continue;
    const asked = listOf(values).map(String);
    if (asked.some((value) => accepted.some((audience) => fits(audience, value)))) continue;
    const message =
      `is ${quotedList(asked)}, and the provider in oidc-providers accepts ${quotedList(accepted)} only: nobody can assume ` +
      'the role; both should have the same';
    yield { path, message };
  }
}

const FITS = new Map<string, (audience: string, value: string) => boolean>([
  ['StringEquals', (audience, value) => audience === value],
  ['StringEqualsIgnoreCase', (audience, value) => audience.toLowerCase() === value.toLowerCase()],
  ['StringLike', fitsPattern],
]);

function quotedList(texts: readonly string[]): string {
  return texts.map((text) => JSON.stringify(text)).join(', ');
}
