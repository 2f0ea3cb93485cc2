import { isMapping } from '../text/value';
import { eventOf, isPullRequestOfFork, isRunOfFork } from './job-event';

const OF_PULL_REQUESTS = new Set([
  'pull_request',
  'pull_request_target',
  'pull_request_review',
  'pull_request_review_comment',
]);

/** What anyone may write who can read the repository: what of the event holds it. */
const WRITTEN_BY_ANYONE: Readonly<Record<string, string>> = {
  issues: 'issue',
  issue_comment: 'comment',
  discussion: 'discussion',
  discussion_comment: 'comment',
  pull_request_review: 'review',
  pull_request_review_comment: 'comment',
};

/** What anyone may do who can read the repository. */
const DONE_BY_ANYONE = new Set(['fork', 'watch', 'gollum']);

/** https://docs.github.com/graphql/reference/enums#commentauthorassociation */
const WITH_ACCESS = new Set<unknown>(['OWNER', 'MEMBER', 'COLLABORATOR']);

/** A program does these for a person, as on a command in a chat. */
const DISPATCHES = new Set<unknown>(['workflow_dispatch', 'repository_dispatch']);

type Event = ReturnType<typeof eventOf>;

/**
 * Why nobody who may sign in watches the log of this run; undefined where someone may. A person with access to the
 * repository can be behind all other events: also `push`, `repository_dispatch` and `workflow_run`.
 * https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
 */
export function whyUnattended(env: NodeJS.ProcessEnv): string | undefined {
  const { GITHUB_EVENT_NAME: name = '', GITHUB_REPOSITORY: repository, GITHUB_TRIGGERING_ACTOR: actor } = env;
  if (name === 'schedule') return 'a schedule started this run';
  if (isProgram(actor, name)) return `${actor ?? ''}, a program, started this run`;
  if (DONE_BY_ANYONE.has(name)) return `anyone may cause the event ${name}`;
  if (OF_PULL_REQUESTS.has(name) && isPullRequestOfFork(eventOf(env), repository)) {
    return 'the pull request is from a fork';
  }
  const { [name]: written } = WRITTEN_BY_ANYONE;
  if (written !== undefined && isOfStranger(written, eventOf(env))) {
    return `the ${written} is of someone who need not have access to the repository`;
  }
  return name === 'workflow_run' ? whyRunBefore(eventOf(env), repository) : undefined;
}

function whyRunBefore(event: Event, repository: string | undefined): string | undefined {
  if (isRunOfFork(event, repository)) return 'the workflow that ran before this one was of a fork';
  const { event: name, triggering_actor: actor } = isMapping(event?.workflow_run) ? event.workflow_run : {};
  if (name === 'schedule') return 'a schedule started the workflow that ran before this one';
  if (name === 'workflow_run') return 'what started the workflows that ran before this one is not known';
  if (typeof name === 'string' && (DONE_BY_ANYONE.has(name) || name in WRITTEN_BY_ANYONE)) {
    return `the event ${name}, which anyone may cause, started the workflow that ran before this one`;
  }
  const login = isMapping(actor) ? actor.login : undefined;
  return isProgram(login, name) ? 'a program started the workflow that ran before this one' : undefined;
}

/** Whether somebody without access has written what started the run. Who changes what is another's has some. */
function isOfStranger(written: string, event: Event): boolean {
  const { user, author_association: association } = isMapping(event?.[written]) ? event[written] : {};
  const author = isMapping(user) ? user.login : undefined;
  const sender = isMapping(event?.sender) ? event.sender.login : undefined;
  return !WITH_ACCESS.has(association) && (author === undefined || author === sender);
}

/** Whether nobody but a program caused an event. */
function isProgram(actor: unknown, event: unknown): boolean {
  return actor === 'dependabot[bot]' || (String(actor).endsWith('[bot]') && !DISPATCHES.has(event));
}
