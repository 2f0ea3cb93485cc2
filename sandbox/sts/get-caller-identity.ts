import type { Operation } from '../query/service';

/** Needs no permission, and no policy can take it away. */
export const getCallerIdentity: Operation = {
  signed: true,
  run: ({ caller: { userId, arn, principal } }) => ({ UserId: userId, Account: principal.account.id, Arn: arn }),
};
