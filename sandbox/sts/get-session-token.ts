import { Constraints } from '../query/constraints';
import type { Operation } from '../query/service';
import { proveMfa, readMfa } from './mfa';
import { credentialsFields, readUserSessionDuration } from './session';

/** Needs no permission, and no policy can take it away. */
export const getSessionToken: Operation = {
  signed: true,
  run({ params, world, caller }) {
    const constraints = new Constraints();
    const durationSeconds = readUserSessionDuration(params, constraints);
    const mfa = readMfa(params, constraints);
    constraints.check();
    const { principal, arn, userId } = caller;
    const session = world.startSession({
      kind: 'UserSession',
      principal,
      arn,
      userId,
      durationSeconds,
      sessionPolicies: undefined,
      tags: {},
      transitiveTagKeys: [],
      sourceIdentity: undefined,
      mfaAt: proveMfa(mfa, caller, world.clock.now()),
    });
    return { Credentials: credentialsFields(session) };
  },
};
