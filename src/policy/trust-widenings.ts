import { isPattern, type Trust, type TrustEntry } from './trust-policy';

/** Every ref of a repository, as the rest of a subject. */
export const ANY_REF = 'ref:*';
/** Every pull request of a repository, as the rest of a subject, whatever its branch. */
export const PULL_REQUEST = 'pull_request';

/**
 * What a short form lets in besides those that it names one by one, each to follow the name of what it is said of:
 * `trusts jobs on every branch and tag of octo/app`.
 */
export function wideningsOf(entry: TrustEntry): string[] {
  if ('rolesAnywhere' in entry) {
    const { trustAnchor, commonNames } = entry.rolesAnywhere;
    if (commonNames.length === 0) {
      return [`trusts every certificate that ${trustAnchor} accepts, whatever its common name`];
    }
    return commonNames.filter(isPattern).map((name) => `trusts every certificate with a common name like ${name}`);
  }
  if (!('github' in entry)) return [];
  const { repository, contexts, workflows } = entry.github;
  const ofContexts = contexts.flatMap((context) => {
    if (context === ANY_REF) {
      return `trusts jobs on every branch and tag of ${repository}: whoever may push one can assume the role`;
    }
    if (context === PULL_REQUEST) {
      return `trusts jobs of every pull request of ${repository}: whoever may push a branch can open one and assume the role`;
    }
    return isPattern(context) ? `trusts every job of ${repository} whose subject ends like ${context}` : [];
  });
  const ofWorkflows = workflows.filter(isPattern).map((workflow) => `trusts every ref of a workflow like ${workflow}`);
  return [...ofContexts, ...ofWorkflows];
}

/** The same of all entries; a policy that was declared is as its author wrote it. */
export function trustWidenings(trust: Trust): string[] {
  return 'policy' in trust ? [] : trust.entries.flatMap(wideningsOf);
}
