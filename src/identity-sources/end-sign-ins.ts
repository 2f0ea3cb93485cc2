import { ActionError } from '../errors/action-error';
import { readPostSettings } from '../inputs/step-inputs';
import { returnToRoute } from '../runner/route';
import type { EndSignIns } from '../runner/undo';
import { connectSso } from '../sso/connect';

/**
 * Ends what people approved. Credentials that were obtained by it work until they expire.
 *
 * @throws ActionError when IAM Identity Center does not let it
 */
export const endSignIns: EndSignIns = async (signIns, route, { env, clock }, { log }) => {
  // Later steps may have named another service for their own calls, which is not to learn the token.
  if (route) returnToRoute(route, env);
  const { connection, retry } = readPostSettings(env);
  for (const { startUrl, region, accessToken } of signIns) {
    const sso = connectSso(region, connection, { retry, clock, log });
    await sso.logOut(accessToken, `end the sign-in at ${startUrl}`).catch((error: unknown) => {
      if (!(error instanceof ActionError) || error.code !== 'sign-in-ended') throw error;
    });
    log(`The sign-in at ${startUrl} has ended.`);
  }
};
