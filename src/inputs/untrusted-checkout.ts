import { isMapping } from '../text/value';
import { eventOf, isRunOfFork } from './job-event';

/**
 * Who else than those with write access may have written the files of the workspace, in a job that has the repository's
 * secrets all the same; undefined on events where nobody else can, or where the job has no secrets.
 * https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
 */
export function strangerOfCheckout(env: NodeJS.ProcessEnv): string | undefined {
  const event = env.GITHUB_EVENT_NAME;
  if (event === 'pull_request_target' || (event === 'issue_comment' && isAboutPullRequest(eventOf(env)))) {
    return 'whoever opened the pull request';
  }
  const ofFork = event === 'workflow_run' && isRunOfFork(eventOf(env), env.GITHUB_REPOSITORY);
  return ofFork ? 'the owner of the fork whose workflow ran before' : undefined;
}

/** What is wrong with an input that reads a file of the workspace where a stranger may have written it, up to what follows. */
export function describeStrangersFile(file: string, env: NodeJS.ProcessEnv): string | undefined {
  const stranger = strangerOfCheckout(env);
  if (stranger === undefined) return undefined;
  const event = env.GITHUB_EVENT_NAME ?? '';
  return `reads ${file} of the workspace, and on ${event} its files may be those of ${stranger}, who could so decide`;
}

/** An event that cannot be read may be about anything. */
function isAboutPullRequest(event: ReturnType<typeof eventOf>): boolean {
  return !isMapping(event?.issue) || event.issue.pull_request !== undefined;
}
