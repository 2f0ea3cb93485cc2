/**
 * What tells a step from others of its job that run the same action: its `id:`, else the number that the runner gives to
 * each but the first.
 * https://docs.github.com/actions/reference/workflows-and-actions/variables
 */
export function placeInJob({ GITHUB_ACTION: action = '' }: NodeJS.ProcessEnv): string {
  if (!action.startsWith('__')) return action && `step ${action}`;
  const [, number] = /_(\d+)$/.exec(action) ?? [];
  return number === undefined ? '' : `no. ${number} in this job`;
}
