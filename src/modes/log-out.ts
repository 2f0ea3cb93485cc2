import type { Identity } from '../aws/arn';
import { unsetProfile } from '../delivery/deliver';
import type { Report } from '../delivery/report';
import { keptDelivery } from '../delivery/session-delivery';
import type { AccessKeysRequest } from '../inputs/request';
import type { Step } from '../runner/step';
import { existingIdentity } from './existing-credentials';
import { identityReport } from './identity-report';
import type { Work } from './work';

const TAKEN_AWAY = 'taken away from later steps';

/** Credentials were only taken away. If the runner has some of its own, says whose later steps will use. */
export async function logOut(request: AccessKeysRequest, step: Step): Promise<Work> {
  const { mode, connection } = request;
  step.runner.notice(
    'This step logs out: it is given neither keys nor a role, and only takes credentials away from later steps. ' +
      'An empty secret or variable counts as not given.',
  );
  await unsetProfile(step);
  const own = connection.region === '' ? undefined : await existingIdentity(request, step).catch(() => undefined);
  return {
    identities: own ? [own] : [],
    async finish(deliver) {
      await deliver(own ? keptDelivery(own, request) : { outputs: { mode } });
      return own ? ownReport(own, request) : NOTHING_LEFT;
    },
  };
}

const NOTHING_LEFT: Report = {
  log: [`Credentials: ${TAKEN_AWAY}`],
  summary: [`Credentials were ${TAKEN_AWAY}.`],
};

function ownReport(own: Identity, { connection }: AccessKeysRequest): Report {
  return identityReport(own, connection, { credentials: `${TAKEN_AWAY}, which now use the runner's own` });
}
