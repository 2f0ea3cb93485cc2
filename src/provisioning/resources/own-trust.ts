import { isAccountId } from '../../aws/arn';
import { sameMeaning } from '../../policy/meaning';
import { listOf, type PolicyDocument, type Statement } from '../../policy/policy-document';
import { isMapping } from '../../text/value';

/**
 * Whether the step could still come to the role as which it works, were this its trust policy: `no` where nobody is trusted
 * any more who is now, `perhaps` where a statement that lets somebody in is not there as it was, or one denies more.
 */
export function staysOpen(before: PolicyDocument, wanted: PolicyDocument): 'yes' | 'perhaps' | 'no' {
  const [was, will] = [statementsOf(before), statementsOf(wanted)];
  const isKept = (all: readonly Statement[], statement: Statement) => all.some((one) => isSame(one, statement));
  const stays = was.filter(isAllowing).every((statement) => isKept(will, statement));
  const denies = will.filter((statement) => !isAllowing(statement)).some((statement) => !isKept(was, statement));
  if (stays && !denies) return 'yes';
  const [trusted, wantedToo] = [was, will].map((statements) => trustedBy(statements.filter(isAllowing)));
  if (!trusted || !wantedToo || trusted.size === 0) return 'perhaps';
  return [...trusted].some((one) => wantedToo.has(one)) ? 'perhaps' : 'no';
}

function statementsOf({ Statement }: PolicyDocument): Statement[] {
  return listOf(Statement).filter(isMapping);
}

function isAllowing({ Effect }: Statement): boolean {
  return Effect === 'Allow';
}

function isSame(one: Statement, other: Statement): boolean {
  return sameMeaning({ Statement: one }, { Statement: other });
}

/** Whom statements name; undefined where one lets in whom it does not name: everyone, or an account. */
function trustedBy(statements: readonly Statement[]): Set<unknown> | undefined {
  const named = statements.flatMap(({ Principal }) =>
    isMapping(Principal) ? Object.values(Principal).flatMap(listOf) : [Principal],
  );
  return named.some(isMany) ? undefined : new Set(named);
}

function isMany(principal: unknown): boolean {
  return typeof principal !== 'string' || principal === '*' || isAccountId(principal) || principal.endsWith(':root');
}
