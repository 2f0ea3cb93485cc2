import type { Connection } from '../aws/connection';
import { AWS_FAILURES } from '../aws/failure';
import { agentsFor, type Agents } from '../network/agents';
import { call, type CallSettings } from '../network/call';
import { ssoEndpoint, type SsoService } from './endpoints';
import { explainSso } from './explain';
import { createToken, registerClient, startDeviceAuthorization } from './oidc';
import type { DeviceAuthorization, RegisteredClient } from './oidc';
import { getRoleCredentials, listAccountRoles, listAccounts, logOut, type SsoRole } from './portal';
import { sendTo, type Send } from './send';

export type Sso = ReturnType<typeof connectSso>;

/**
 * IAM Identity Center in a region, as the AWS CLI uses it: its OIDC service, where a person's sign-in becomes an access
 * token, and its portal, where the token becomes credentials. Nothing is signed. Each operation is tried as often as its
 * kind of failure allows. What fails for good is thrown as an ActionError, with what was answered as its cause; `tried`
 * says in it what the call was for, completing "Could not …".
 *
 * @param region where IAM Identity Center is
 */
export function connectSso(
  region: string,
  { proxy, useFipsEndpoint }: Pick<Connection, 'proxy' | 'useFipsEndpoint'>,
  settings: CallSettings,
) {
  const service = (name: SsoService) => {
    const endpoint = ssoEndpoint(name, { region, useFipsEndpoint });
    let agents: Promise<Agents> | undefined;
    return <T>(operation: string, tried: string, request: (send: Send) => Promise<T>): Promise<T> =>
      call(
        operation,
        async (signal) => {
          const opened = await (agents ??= agentsFor(endpoint, proxy));
          return request((sent) => sendTo(endpoint, opened, sent, signal));
        },
        AWS_FAILURES,
        settings,
      ).catch((error: unknown) => {
        throw explainSso(error, { tried, region, operation }, name);
      });
  };
  const oidc = service('SSO_OIDC');
  const portal = service('SSO');
  return {
    registerClient: (tried: string) => oidc('RegisterClient', tried, registerClient),
    startDeviceAuthorization: (client: RegisteredClient, startUrl: string, tried: string) =>
      oidc('StartDeviceAuthorization', tried, (send) => startDeviceAuthorization(send, client, startUrl)),
    createToken: (client: RegisteredClient, device: Pick<DeviceAuthorization, 'deviceCode'>, tried: string) =>
      oidc('CreateToken', tried, (send) => createToken(send, client, device)),
    listAccounts: (accessToken: string, tried: string) =>
      portal('ListAccounts', tried, (send) => listAccounts(send, accessToken)),
    listAccountRoles: (accessToken: string, accountId: string, tried: string) =>
      portal('ListAccountRoles', tried, (send) => listAccountRoles(send, accessToken, accountId)),
    getRoleCredentials: (accessToken: string, role: SsoRole, tried: string) =>
      portal('GetRoleCredentials', tried, (send) => getRoleCredentials(send, accessToken, role)),
    logOut: (accessToken: string, tried: string) => portal('Logout', tried, (send) => logOut(send, accessToken)),
  };
}
