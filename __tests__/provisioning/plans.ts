import { withoutCalls, type Change } from '../../src/provisioning/changes/change';

/** What a plan shows of a thing; its calls are not shown. */
export function shown(
  action: Change['action'],
  kind: Change['kind'],
  name: string,
  more: Partial<Pick<Change, 'details' | 'widenings'>> = {},
): Change {
  const call = { operation: 'DeleteUser', input: { UserName: 'not shown' } } as const;
  return { ...withoutCalls(action, kind, name), ...more, stages: [[call]] };
}

export const PLAN = [
  shown('create', 'OIDC provider', 'token.actions.githubusercontent.com', {
    details: ['+ audience sts.amazonaws.com', '+ tag owner = mona', '+ tag team = platform'],
  }),
  shown('change', 'policy', 'list', {
    details: ['~ document', '      "Action": [', '    -   "s3:*"', '    +   "s3:ListBucket"', '    …'],
  }),
  shown('keep', 'user', 'pulumi'),
  shown('leave', 'role', 'admin', { details: ['left as it is: this action did not make it'] }),
  shown('delete', 'role', 'deploy'),
];
