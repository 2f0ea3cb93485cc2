import { roleInAccountOf, type Identity } from '../../aws/arn';
import { ActionError } from '../../errors/action-error';

/** Whose policies decide what the caller may do. */
export interface Caller {
  /** Of the user or the role. Of a role that has a path it is wrong: a session does not name the path. */
  readonly arn: string;
  /** The name of the role whose session it is. */
  readonly roleName: string | undefined;
  /** Whether it is a user's session: that calls IAM only if it proved MFA. */
  readonly isUserSession: boolean;
}

/** What answers the question without a simulation. */
export const TRY_IT =
  'Or let a step try the action itself: with --dry-run where the AWS CLI has it, or a harmless read such as `aws s3 ls`.';

/** @throws ActionError `simulation-refused` for those of whom AWS simulates nothing */
export function callerOf(identity: Identity, temporary: boolean): Caller {
  const { arn = '' } = identity;
  const [, kind, name = ''] = /^(?:[^:]*:){5}([\w-]+)(?:\/([^/]+))?/.exec(arn) ?? [];
  if (kind === 'user') return { arn, roleName: undefined, isUserSession: temporary };
  const role = kind === 'assumed-role' ? roleInAccountOf(identity, { pathAndName: name }) : undefined;
  if (role) return { arn: role.arn, roleName: name, isUserSession: false };
  const tried = `find out what ${arn === '' ? 'the caller' : arn} may do. IAM was not asked`;
  if (arn === '') {
    throw new ActionError({
      code: 'simulation-refused',
      tried,
      why: 'The service at sts-endpoint does not say whose the credentials are.',
      fix: `Omit expect-allowed and expect-denied. ${TRY_IT}`,
    });
  }
  if (kind === 'federated-user') {
    throw new ActionError({
      code: 'simulation-refused',
      tried,
      why: 'It is a federated session: IAM takes no call from it, and AWS simulates users and roles only.',
      fix: `Verify the user's own access keys instead: the session may do no more than the user. ${TRY_IT}`,
    });
  }
  throw new ActionError({
    code: 'simulation-refused',
    tried,
    why: 'It is neither a user nor a role, and AWS simulates these only. A root user has no policies: it may do everything.',
    fix: 'Give the job the credentials of a user or a role with no more permissions than it needs.',
  });
}
