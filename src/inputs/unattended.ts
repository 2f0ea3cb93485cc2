import { isMapping } from '../text/value';
import { eventOf, isPullRequestOfFork, isRunOfFork } from './job-event';

const OF_PULL_REQUESTS = new Set([
  'pull_request',
  'pull_request_target',
  'pull_request_review',
  'pull_request_review_comment',
]);

/**
 * Why nobody who may sign in watches the log of this run; undefined where someone may. A person can be behind all other
 * events: also `repository_dispatch`, `push` and `workflow_run`.
 * https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
 */
export function whyUnattended(env: NodeJS.ProcessEnv): string | undefined {
  const { GITHUB_EVENT_NAME: name = '', GITHUB_REPOSITORY: repository, GITHUB_TRIGGERING_ACTOR: actor } = env;
  if (name === 'schedule') return 'a schedule started this run';
  if (actor === 'dependabot[bot]') return 'Dependabot started this run';
  if (OF_PULL_REQUESTS.has(name)) {
    return isPullRequestOfFork(eventOf(env), repository) ? 'the pull request is from a fork' : undefined;
  }
  if (name !== 'workflow_run') return undefined;
  const event = eventOf(env);
  if (isRunOfFork(event, repository)) return 'the workflow that ran before this one was of a fork';
  const isOfSchedule = isMapping(event?.workflow_run) && event.workflow_run.event === 'schedule';
  return isOfSchedule ? 'a schedule started the workflow that ran before this one' : undefined;
}
