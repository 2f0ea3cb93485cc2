import { readFileSync } from 'node:fs';
import { isMapping } from '../text/value';

type Mapping = Readonly<Record<string, unknown>>;

/**
 * What GitHub says of the event that started the job; undefined where it cannot be read.
 * https://docs.github.com/webhooks/webhook-events-and-payloads
 */
export function eventOf({ GITHUB_EVENT_PATH: path }: NodeJS.ProcessEnv): Mapping | undefined {
  try {
    const event: unknown = JSON.parse(readFileSync(path ?? '', 'utf8'));
    return isMapping(event) ? event : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the workflow that ran before this one was of a fork, as far as that is known. */
export function isRunOfFork(event: Mapping | undefined, repository: string | undefined): boolean {
  const { head_repository: head } = isMapping(event?.workflow_run) ? event.workflow_run : {};
  return !isSameRepository(head, repository);
}

/** The number of the pull request that the event is about. */
export function pullRequestOf(event: Mapping | undefined): number | undefined {
  const { number } = isMapping(event?.pull_request) ? event.pull_request : {};
  return typeof number === 'number' ? number : undefined;
}

/** Whether a pull request is from a fork. One whose fork is deleted is. */
export function isPullRequestOfFork(event: Mapping | undefined, repository: string | undefined): boolean {
  const { head } = isMapping(event?.pull_request) ? event.pull_request : {};
  return !isSameRepository(isMapping(head) ? head.repo : undefined, repository);
}

function isSameRepository(one: unknown, repository: string | undefined): boolean {
  return isMapping(one) && String(one.full_name).toLowerCase() === repository?.toLowerCase();
}
