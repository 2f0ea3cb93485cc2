import type { Connection } from '../aws/connection';
import { AWS_FAILURES } from '../aws/failure';
import { agentsFor } from '../network/agents';
import { call, type CallSettings } from '../network/call';
import { requireAwsIdentity, type StsSession } from '../sts/answer';
import { createSession, type CreateSessionSettings } from './create-session';
import { endpointIn } from './endpoint';
import { explainRolesAnywhere } from './explain';

export interface RolesAnywhere {
  /**
   * @param tried what the call is for, completing "Could not …"
   * @throws ActionError
   */
  createSession(role: CreateSessionSettings, tried: string): Promise<StsSession>;
}

/**
 * Opens a connection to IAM Roles Anywhere. A call is made as often as its kind of failure allows; what fails for good is
 * thrown as an ActionError.
 *
 * @param region that of the trust anchor and the profile
 */
export async function connectRolesAnywhere(
  region: string,
  connection: Connection,
  settings: CallSettings,
): Promise<RolesAnywhere> {
  const endpoint = endpointIn(region, connection);
  const agents = await agentsFor(endpoint, connection.proxy);
  const context = { endpoint, region, agents, userAgent: connection.userAgent, time: settings.clock.time };
  return {
    createSession(role, tried) {
      const request = async (signal: AbortSignal) => {
        const session = await createSession(context, role, signal);
        requireAwsIdentity(session.identity);
        return session;
      };
      return call('CreateSession', request, AWS_FAILURES, settings).catch((error: unknown) => {
        throw explainRolesAnywhere(error, { ...role, tried, region });
      });
    },
  };
}
