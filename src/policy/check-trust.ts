import type { KeyPath } from '../text/problem';
import { isMapping } from '../text/value';
import { certificateWarnings } from './check-certificates';
import { claimProblems } from './check-claims';
import { forAllValuesProblems, forAllValuesWarnings } from './check-for-all-values';
import { issuerProblems, issuerWarnings } from './check-issuers';
import { refWarnings } from './check-refs';
import type { PolicyDocument, Statement } from './policy-document';
import { members, type PolicyProblems } from './policy-problem';
import { trustsOfStrangers } from './widenings';

/** What makes an `Allow` in a trust policy allow more than it seems to, or what makes AWS refuse it. */
export function* trustProblems(statement: Statement, path: KeyPath): PolicyProblems {
  yield* forAllValuesProblems(statement, path);
  yield* claimProblems(statement, path);
  yield* issuerProblems(statement, path);
}

/** What is worth saying about who may assume a role, although AWS takes the policy and no stranger's token is trusted. */
export function* trustWarnings(policy: PolicyDocument): PolicyProblems {
  yield* certificateWarnings(policy);
  for (const [path, statement] of members(policy.Statement, ['Statement'])) {
    if (!isMapping(statement) || statement.Effect !== 'Allow') continue;
    yield* forAllValuesWarnings(statement, path);
    yield* issuerWarnings(statement, path);
    yield* refWarnings(statement, path);
    yield* strangerWarnings({ ...policy, Statement: statement }, path);
  }
}

function* strangerWarnings(policy: PolicyDocument, path: KeyPath): PolicyProblems {
  for (const phrase of trustsOfStrangers([policy])) {
    const message =
      `${phrase}, so that strangers may assume the role; better name accounts, users or roles, or add a condition that ` +
      'only some callers meet, such as StringEquals on aws:PrincipalOrgID';
    yield { path, message };
  }
}
