import { createHash } from 'node:crypto';
import { connectComments } from '../github/connect';
import { linkToRun } from '../github/forge';
import type { CommentPlace, IdentitiesRequest } from '../inputs/request';
import { planMarkdown } from '../provisioning/plan-markdown';
import { withoutSecrets } from '../runner/masks';
import { callSettings, type Step } from '../runner/step';
import { stepTitle } from '../runner/step-title';
import { code, escaped } from '../text/markdown';
import { planHead, shownText, type ReportedPlan } from './report-plan';

/** Of a comment GitHub takes 65,536 characters; some of them are for what stands above the plan. */
const ROOM_IN_COMMENT = 60_000;

/** Shows a plan as the one comment of a pull request; where nothing is to change, only in place of another plan. */
export async function commentPlan(plan: ReportedPlan, request: IdentitiesRequest, step: Step): Promise<void> {
  const { planComment: place, repository } = request;
  const { env, runner } = step;
  if (place === undefined) return;
  if ('impossible' in place) {
    runner.notice(`The plan is not commented, as ${place.impossible}. It is in the job summary.`);
    return;
  }
  const byRun = linkToRun(repository, env);
  const { isNothing } = plan;
  const lines = isNothing
    ? [`No changes: the account is as the document says, by ${byRun}.`]
    : [
        ...planHead(plan, request),
        ...planMarkdown(plan.changes, { room: ROOM_IN_COMMENT, rest: `in the summary of ${byRun}` }).lines,
      ];
  const title = withoutSecrets(stepTitle(env), request.maskAccountId, step);
  const comments = await connectComments(place.token, env, callSettings(request, step));
  const outcome = await comments.put(
    { repository, number: place.pullRequest },
    {
      marker: markerOf(place, plan, request, step),
      text: shownText([`### ${escaped(title)}`, '', ...originOf(place, env), ...lines], request, step),
      onlyUpdate: isNothing,
    },
  );
  if (outcome === 'written') runner.info(`The plan is commented on pull request ${place.pullRequest}.`);
}

/** Of which job a comment is, and of which document: a pull request may have several. */
function originOf({ document }: CommentPlace, { GITHUB_JOB: job }: NodeJS.ProcessEnv): string[] {
  const origin = [
    ...(job ? [`Job ${code(job)}`] : []),
    ...(document === undefined ? [] : [`document ${code(document)}`]),
  ];
  return origin.length === 0 ? [] : [`${origin.join(', ')}.`, ''];
}

/** Tells the comment of one step from those of other steps, jobs, modes, accounts and documents, and names none of them. */
function markerOf(
  { document }: CommentPlace,
  { account }: ReportedPlan,
  { mode, maskAccountId }: IdentitiesRequest,
  { env }: Step,
): string {
  const { GITHUB_WORKFLOW, GITHUB_JOB, GITHUB_ACTION } = env;
  // Whoever knows all the rest could find out the account by trying.
  const named = maskAccountId ? undefined : account.account;
  const step = JSON.stringify([GITHUB_WORKFLOW, GITHUB_JOB, GITHUB_ACTION, mode, named, document]);
  return `<!-- aws-identity-action plan ${createHash('sha256').update(step).digest('hex').slice(0, 16)} -->`;
}
