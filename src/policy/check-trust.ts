import type { KeyPath } from '../text/problem';
import { isMapping } from '../text/value';
import { certificateWarnings } from './check-certificates';
import { claimProblems } from './check-claims';
import { forAllValuesProblems, forAllValuesWarnings } from './check-for-all-values';
import { issuerProblems, issuerWarnings } from './check-issuers';
import { refWarnings } from './check-refs';
import type { PolicyDocument, Statement } from './policy-document';
import { members, type PolicyProblems } from './policy-problem';

/** What makes an `Allow` in a trust policy allow more than it seems to, or what makes AWS refuse it. */
export function* trustProblems(statement: Statement, path: KeyPath): PolicyProblems {
  yield* forAllValuesProblems(statement, path);
  yield* claimProblems(statement, path);
  yield* issuerProblems(statement, path);
}

/** What is worth saying about who may assume a role, although AWS takes the policy and no stranger may. */
export function* trustWarnings(policy: PolicyDocument): PolicyProblems {
  yield* certificateWarnings(policy);
  for (const [path, statement] of members(policy.Statement, ['Statement'])) {
    if (!isMapping(statement) || statement.Effect !== 'Allow') continue;
    yield* forAllValuesWarnings(statement, path);
    yield* issuerWarnings(statement, path);
    yield* refWarnings(statement, path);
  }
}
