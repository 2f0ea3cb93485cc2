// Signs in as the action does, with the clients of AWS's SDK, and prints what they were answered.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const require = createRequire(join(process.env.SDK_FOLDER, 'package.json'));
const oidcSdk = require('@aws-sdk/client-sso-oidc');
const portalSdk = require('@aws-sdk/client-sso');
const { startUrl, region, accountId, roleName } = JSON.parse(process.argv[2]);

const oidc = new oidcSdk.SSOOIDCClient({ region });
const portal = new portalSdk.SSOClient({ region });
const grantType = 'urn:ietf:params:oauth:grant-type:device_code';

const { clientId, clientSecret } = await oidc.send(
  new oidcSdk.RegisterClientCommand({
    clientName: 'aws-identity-action',
    clientType: 'public',
    scopes: ['sso:account:access'],
    grantTypes: [grantType],
  }),
);
const { deviceCode, interval } = await oidc.send(
  new oidcSdk.StartDeviceAuthorizationCommand({ clientId, clientSecret, startUrl }),
);
const refusals = [];
let accessToken;
while (accessToken === undefined) {
  await delay(interval * 1000);
  try {
    const command = new oidcSdk.CreateTokenCommand({ clientId, clientSecret, grantType, deviceCode });
    ({ accessToken } = await oidc.send(command));
  } catch (error) {
    refusals.push(error.name);
    if (error.name !== 'AuthorizationPendingException') break;
  }
}
const result = { refusals };
if (accessToken !== undefined) {
  const { accountList } = await portal.send(new portalSdk.ListAccountsCommand({ accessToken, maxResults: 100 }));
  const { roleList } = await portal.send(new portalSdk.ListAccountRolesCommand({ accessToken, accountId }));
  const ask = (name) =>
    portal.send(new portalSdk.GetRoleCredentialsCommand({ accessToken, accountId, roleName: name }));
  const { roleCredentials } = await ask(roleName);
  const noAccess = await ask('Other').catch((error) => error.name);
  await portal.send(new portalSdk.LogoutCommand({ accessToken }));
  const ended = await ask(roleName).catch((error) => error.name);
  Object.assign(result, { accountList, roleList, roleCredentials, noAccess, ended });
}
process.stdout.write(JSON.stringify(result));
