import { ActionError } from '../errors/action-error';
import { readPostSettings } from '../inputs/step-inputs';
import type { Clock } from '../network/clock';
import type { AskedSignIn } from '../runner/ledger';
import { returnToRoute } from '../runner/return-to-route';
import type { EndSignIns } from '../runner/undo';
import { connectSso, type Sso } from '../sso/connect';

/** After which an answer comes that is asked for too early, in milliseconds, and how often it is asked for. */
const LATER_MS = 6_000;
const MAX_QUESTIONS = 3;

/**
 * Ends what people approved. Credentials that were obtained by it work until they expire.
 *
 * @throws ActionError when IAM Identity Center does not let it, or does not say whether there is anything to end
 */
export const endSignIns: EndSignIns = async (signIns, route, { env, clock }, { log, mask }) => {
  // Later steps may have named another service for their own calls, which is not to learn the token.
  if (route) returnToRoute(route, env);
  const { connection, retry } = readPostSettings(env);
  for (const signIn of signIns) {
    const { startUrl, region } = signIn;
    const sso = connectSso(region, connection, { retry, clock, log });
    const accessToken = 'accessToken' in signIn ? signIn.accessToken : await tokenOf(signIn, sso, clock);
    if (accessToken === undefined) {
      log(`Nobody approved the sign-in at ${startUrl}.`);
      continue;
    }
    mask(accessToken);
    await sso.logOut(accessToken, `end the sign-in at ${startUrl}`).catch((error: unknown) => {
      if (!(error instanceof ActionError) || error.code !== 'sign-in-ended') throw error;
    });
    log(`The sign-in at ${startUrl} has ended.`);
  }
};

/** The token of a sign-in of whose approval the main step did not learn; undefined where nobody approved it. */
async function tokenOf({ startUrl, client, deviceCode }: AskedSignIn, sso: Sso, clock: Clock) {
  const tried = `see whether the sign-in at ${startUrl} was approved`;
  try {
    for (let asked = 1; ; asked += 1) {
      const answer = await sso.createToken(client, { deviceCode }, tried);
      if (answer === 'pending' || (answer === 'slow down' && asked === MAX_QUESTIONS)) return undefined;
      if (answer !== 'slow down') return answer.accessToken;
      await clock.sleep(LATER_MS);
    }
  } catch (error) {
    if (error instanceof ActionError && /^sign-in-(refused|not-approved)$/.test(error.code)) return undefined;
    throw error;
  }
}
