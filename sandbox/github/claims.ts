/** The claims of a job's token that a workflow decides. */
export interface Claims {
  readonly repository: string;
  readonly repository_id: string;
  readonly repository_owner: string;
  readonly repository_owner_id: string;
  readonly ref: string;
  readonly ref_type: 'branch' | 'tag';
  readonly sha: string;
  readonly event_name: string;
  readonly actor: string;
  readonly actor_id: string;
  readonly workflow: string;
  readonly job_workflow_ref: string;
  readonly run_id: string;
  readonly run_attempt: string;
  /** The deployment environment; most jobs have none. */
  readonly environment?: string;
  /** Of repositories of an enterprise. */
  readonly enterprise_id?: string;
}

export const defaultClaims: Claims = {
  repository: 'octo/app',
  repository_id: '2',
  repository_owner: 'octo',
  repository_owner_id: '1',
  ref: 'refs/heads/main',
  ref_type: 'branch',
  sha: '0123456789abcdef0123456789abcdef01234567',
  event_name: 'push',
  actor: 'mona',
  actor_id: '3',
  workflow: 'deploy',
  job_workflow_ref: 'octo/app/.github/workflows/deploy.yml@refs/heads/main',
  run_id: '4',
  run_attempt: '1',
};

/**
 * The `sub` claim. `name` has names only; `immutable` adds the ids, as repositories made since 2026-07-15 have it; any
 * other format stands for itself.
 */
export function subjectOf(claims: Claims, format: string): string {
  const { repository, repository_owner, repository_owner_id, repository_id } = claims;
  if (format === 'name') return `repo:${repository}:${subjectContext(claims)}`;
  if (format !== 'immutable') return format;
  const name = repository.slice(repository.indexOf('/') + 1);
  return `repo:${repository_owner}@${repository_owner_id}/${name}@${repository_id}:${subjectContext(claims)}`;
}

function subjectContext({ environment, event_name, ref }: Claims): string {
  // GitHub escapes colons, so that no environment's name can pass for another part of the subject.
  if (environment !== undefined) return `environment:${environment.replaceAll(':', '%3A')}`;
  return event_name === 'pull_request' ? 'pull_request' : `ref:${ref}`;
}
