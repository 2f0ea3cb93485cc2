import type { Identity } from '../aws/arn';
import type { JobDelivery } from '../delivery/deliver';
import type { Report } from '../delivery/report';
import { sessionDelivery, type Session } from '../delivery/session-delivery';
import type { SessionRequest } from '../inputs/request';
import type { Step } from '../runner/step';
import { expiryOf, identityReport, renewalOf } from './identity-report';

/** What a mode has begun: every one is `(request, step) => Promise<Work>`. Nothing is delivered or changed yet. */
export interface Work {
  /** Whom it works as; of many roles, each. Their accounts must be allowed before it goes on. */
  readonly identities: readonly Identity[];
  /** Does the rest, and says what came of it. */
  readonly finish: (deliver: Deliver) => Promise<Report>;
}

/** Delivers to later steps, all of it or none. What `confirm` throws takes all of it back. */
export type Deliver = (delivery: JobDelivery, confirm?: () => Promise<void>) => Promise<void>;

/** The work of a mode that obtains a session: what is left is to deliver it. */
export function sessionWork(session: Session, request: SessionRequest, step: Step): Work {
  return {
    identities: [session.identity],
    async finish(deliver) {
      await deliver(sessionDelivery(session, request, step.env));
      return sessionReport(session, request, step);
    },
  };
}

/** What a step says of a session: whose it is, for how long, and who has it. */
export function sessionReport(
  { identity, credentials }: Session,
  request: SessionRequest,
  step: Pick<Step, 'env' | 'clock'>,
): Report {
  const { connection, delivery } = request;
  const refreshed = delivery.profile?.refresh ?? false;
  const exportedTo = [
    delivery.environment === 'credentials and region' && !refreshed && 'environment of later steps',
    delivery.outputs && 'outputs',
    delivery.profile && `profile ${delivery.profile.name}`,
  ].filter(Boolean);
  return identityReport(identity, connection, {
    expires: expiryOf(credentials, refreshed ? renewalOf(request.identity.source, step) : undefined, step),
    credentials: exportedTo.length > 0 ? `exported to: ${exportedTo.join(', ')}` : 'verified, and not exported',
  });
}
