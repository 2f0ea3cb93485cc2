import type { KeyPath } from '../text/problem';
import { conditionsIn, isSameKey, type KeyCondition } from './check-conditions';
import { isGithub, issuersOf } from './check-issuers';
import { listOf, type Statement } from './policy-document';
import type { PolicyProblems } from './policy-problem';
import { isForgejo } from './trust-policy';

/** What the refs of GitHub begin with. That of a pull request ends with `/merge`. */
const ROOTS = ['refs/heads/', 'refs/tags/', 'refs/pull/'];
const COMMIT = /^[0-9a-f]{40}$/;

const WILDCARD = /[*?]/;

const COMPARED = /^(?:For(?:Any|All)Values:)?String(?:Equals|EqualsIgnoreCase|(?<pattern>Like))(?:IfExists)?$/;

/**
 * Refs in conditions on claims of tokens of GitHub, and of servers like it, that no token has, such as the short names
 * that people write in `uses:` and on the command line. AWS takes the policy, and the value lets nobody in.
 * https://docs.github.com/actions/reference/security/oidc
 */
export function* refWarnings(statement: Statement, path: KeyPath): PolicyProblems {
  for (const issuer of issuersOf(statement).filter((name) => isGithub(name) || isForgejo(name))) {
    for (const condition of conditionsIn(statement, path)) yield* ofCondition(condition, issuer);
  }
}

function* ofCondition({ operator, key, values, path }: KeyCondition, issuer: string): PolicyProblems {
  const compared = COMPARED.exec(operator);
  const refsIn = REFS_OF_CLAIMS.find(([claim]) => isSameKey(key, `${issuer}:${claim}`))?.[1];
  if (!compared || !refsIn) return;
  const isPattern = compared.groups?.pattern !== undefined;
  for (const value of listOf(values)) {
    const wrong = refsIn(String(value)).find((ref) => !canBeRef(ref, isPattern));
    if (wrong === undefined) continue;
    const literal =
      isPattern || !WILDCARD.test(wrong) ? '' : `, in which * and ? stand for themselves under ${operator}`;
    const message =
      `names the ref ${JSON.stringify(wrong)}${literal}; no token has such a one, so that ${JSON.stringify(value)} lets ` +
      'nobody in; it should be as tokens have it, such as refs/heads/main or refs/tags/v1';
    yield { path, message };
  }
}

/** The claims with refs in them, and where in a value these are. */
const REFS_OF_CLAIMS: readonly (readonly [claim: string, refsIn: (value: string) => readonly string[]])[] = [
  ['ref', (value) => [value]],
  ['job_workflow_ref', refsOfWorkflow],
  ['sub', refsOfSubject],
];

/** A value without `@` is a pattern for more than the ref, or no workflow at all. */
function refsOfWorkflow(workflow: string): readonly string[] {
  const at = workflow.indexOf('@');
  return at < 0 ? [] : [workflow.slice(at + 1)];
}

/** A subject is made of claims with their values, and may be customized to have others than the ref. */
function refsOfSubject(subject: string): readonly string[] {
  const ofClaim = (claim: string) =>
    [...subject.matchAll(new RegExp(`(?:^|:)${claim}:([^:]*)`, 'g'))].map(([, value = '']) => value);
  return [...ofClaim('ref'), ...ofClaim('job_workflow_ref').flatMap(refsOfWorkflow)];
}

/** Whether a ref is one of GitHub's, or a pattern that one of these can match. */
function canBeRef(ref: string, isPattern: boolean): boolean {
  const [head = '', ...others] = ref.split(WILDCARD);
  const isWild = others.length > 0;
  if (isWild && !isPattern) return false;
  return COMMIT.test(ref) || ROOTS.some((root) => head.startsWith(root) || (isWild && root.startsWith(head)));
}
