import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Claims } from '../sandbox/github/claims';
import { Job } from '../sandbox/runner/job';
import { PULL_REQUEST } from './local-aws';

export interface Origin {
  readonly workflow: string;
  /** The file, from the repository on. */
  readonly path: string;
  readonly event: string;
  readonly repository: string;
  readonly ref: string;
}

/** What the run is of, as the context `github` and tokens have it. Of a pull request, that is its merge into its base. */
export function refOf({ event, ref }: Pick<Origin, 'event' | 'ref'>): string {
  return isOfPull(event) && event !== 'pull_request_target' ? `refs/pull/${PULL_REQUEST}/merge` : ref;
}

function isOfPull(event: string): boolean {
  return event.startsWith('pull_request');
}

/** The variables that a runner sets for the jobs of a workflow, where they are others than those of any job. */
export function variablesOf({ workflow, path, event, repository, ref: given }: Origin): Record<string, string> {
  const [owner = ''] = repository.split('/');
  const ref = refOf({ event, ref: given });
  return {
    GITHUB_WORKFLOW: workflow,
    GITHUB_WORKFLOW_REF: `${repository}/${path}@${ref}`,
    GITHUB_EVENT_NAME: event,
    GITHUB_REPOSITORY: repository,
    GITHUB_REPOSITORY_OWNER: owner,
    GITHUB_REF: ref,
    GITHUB_REF_NAME: ref.replace(/^refs\/(heads|tags|pull)\//, ''),
    GITHUB_REF_TYPE: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    GITHUB_RUN_NUMBER: '1',
    GITHUB_HEAD_REF: isOfPull(event) ? 'change' : '',
    GITHUB_BASE_REF: isOfPull(event) ? 'main' : '',
    RUNNER_ARCH: process.arch === 'arm64' ? 'ARM64' : 'X64',
    RUNNER_NAME: 'local',
    RUNNER_ENVIRONMENT: 'self-hosted',
    ...(process.platform === 'darwin' && { RUNNER_OS: 'macOS' }),
  };
}

/** The claims of a job's tokens. */
export function claimsOf(
  { workflow, path, event, repository, ref: pushed }: Origin,
  { GITHUB_REF: ref = pushed, GITHUB_RUN_ID: run_id = '' }: Readonly<Record<string, string>>,
  environment: string | undefined,
): Partial<Claims> {
  const [repository_owner = ''] = repository.split('/');
  return {
    repository,
    repository_owner,
    ref,
    ref_type: pushed.startsWith('refs/tags/') ? 'tag' : 'branch',
    event_name: event,
    workflow,
    job_workflow_ref: `${repository}/${path}@${ref}`,
    run_id,
    ...(environment && { environment }),
  };
}

/** The payload of an event, as far as conditions ask for it. */
export function payloadOf({ event, repository, ref }: Origin, inputs: Readonly<Record<string, unknown>>): object {
  const of = { full_name: repository, name: repository.split('/')[1], default_branch: 'main' };
  const base = { repository: of, sender: { login: 'octocat' } };
  if (isOfPull(event)) {
    const head = { ref: 'change', sha: '0123456789abcdef0123456789abcdef01234567', repo: { ...of, fork: false } };
    return {
      ...base,
      action: 'opened',
      number: PULL_REQUEST,
      pull_request: { number: PULL_REQUEST, head, base: { ref: 'main', repo: of } },
    };
  }
  return { ...base, ref, ...(event === 'workflow_dispatch' && { inputs }) };
}

/** The contexts `github` and `runner`: what the runner's variables say, and the event. */
export function contextsOf({ env, folder }: Job, payload: object, token: string): Record<'github' | 'runner', object> {
  const path = join(folder, 'event.json');
  writeFileSync(path, JSON.stringify(payload));
  const tools = join(folder, 'tools');
  mkdirSync(tools, { recursive: true });
  Object.assign(env, { GITHUB_EVENT_PATH: path, GITHUB_WORKFLOW_SHA: env.GITHUB_SHA, RUNNER_TOOL_CACHE: tools });
  const named = (prefix: string) =>
    Object.fromEntries(
      Object.entries(env)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, value]) => [name.slice(prefix.length).toLowerCase(), value]),
    );
  return { github: { ...named('GITHUB_'), event: payload, token }, runner: named('RUNNER_') };
}

/** The context `github` before there is a job, as defaults of a workflow's inputs have it. */
export function githubOf(origin: Origin): object {
  const job = new Job(variablesOf(origin));
  try {
    return contextsOf(job, payloadOf(origin, {}), '').github;
  } finally {
    job.remove();
  }
}
