import { retryOf } from '../aws/failure';
import { ActionError, type ErrorCode } from '../errors/action-error';
import type { SignIn, StepSettings } from '../inputs/request';
import { keepSignIn, keptSignIn } from '../runner/kept-sign-in';
import { callSettings, type Step } from '../runner/step';
import { connectSso, type Sso } from '../sso/connect';
import { NOT_APPROVED, SIGN_IN_ENDED } from '../sso/explain';
import type { AccessToken, DeviceAuthorization } from '../sso/oidc';
import { waitForApproval } from '../sso/wait-for-approval';
import { atMinute } from '../text/time-words';
import type { Signer } from './identity-source';
import { credentialsOf, roleFor } from './sso-role';

/** With these, there is no sign-in that post would have to end. */
const NOTHING_CAME_OF_IT: readonly ErrorCode[] = ['sign-in-refused', 'sign-in-not-approved'];

/**
 * The role that a person has by IAM Identity Center. The person is asked to sign in, in the log, and waited for. Nobody is
 * asked where the step did so before: when a session is renewed, and in the post step.
 *
 * @throws ActionError when nobody approves, or whoever does has no such role
 */
export async function signIn(source: SignIn, settings: StepSettings, step: Step): Promise<Signer> {
  const { runner, env, clock } = step;
  if (settings.maskAccountId && source.accountId !== undefined) runner.mask(source.accountId);
  const sso = connectSso(source.region, settings.connection, callSettings(settings, step));
  const kept = keptSignIn(env);
  const { accessToken, expires } = kept ?? (await askPerson(source, sso, settings, step));
  if (expires <= clock.time()) throw ended(source, expires);
  const role = kept?.role ?? (await roleFor(source, accessToken, sso, settings, step));
  if (!kept) {
    if (source.accountId === undefined || source.roleName === undefined) step.ledger.tookRole(role);
    runner.info(`Signed in. Obtaining credentials of ${role.roleName} in ${role.accountId}.`);
    if (source.mustLast) {
      runner.info(`The session is renewed for as long as the sign-in lasts: until ${atMinute(expires)}.`);
      keepSignIn(env, { accessToken, expires, role });
    }
  }
  const credentials = await credentialsOf(role, accessToken, sso, settings, step);
  return { credentials, name: `the credentials of ${role.roleName} in ${role.accountId}`, identity: undefined };
}

/** Asks a person to sign in, and waits. The sign-in is recorded for the post step, which ends it. */
async function askPerson(
  { startUrl, region }: SignIn,
  sso: Sso,
  { timeLimit = Infinity }: StepSettings,
  { runner, clock, ledger }: Step,
): Promise<{ readonly accessToken: string; readonly expires: number }> {
  const limit = clock.now() + timeLimit * 1000;
  const tried = `sign in at ${startUrl}`;
  const client = await sso.registerClient(tried);
  runner.mask(client.clientSecret);
  const device = await sso.startDeviceAuthorization(client, startUrl, tried);
  runner.mask(device.deviceCode);
  const { deviceCode } = device;
  ledger.askingToSignIn({ startUrl, region, client, deviceCode });
  const until = timeOfDay(clock.time() + Math.min(device.expiresIn * 1000, limit - clock.now()));
  runner.notice(
    `This step waits until ${until} for a person to sign in to AWS: open ${device.url}, see that the page shows the code ` +
      `${device.userCode}, and approve. Whoever approves gives this job their access to AWS: approve only what you started yourself.`,
  );
  const ask = () => sso.createToken(client, device, tried);
  const approved = approvalOf(device, ask, limit, tried, { runner, clock });
  const { accessToken, expiresIn } = await approved.catch((error: unknown) => {
    if (error instanceof ActionError && NOTHING_CAME_OF_IT.includes(error.code)) ledger.notSignedIn();
    throw error;
  });
  runner.mask(accessToken);
  const expires = clock.time() + expiresIn * 1000;
  try {
    ledger.signedIn({ startUrl, region, accessToken, expires });
  } catch (error) {
    // The post step would not know of it.
    await sso.logOut(accessToken, `end the sign-in at ${startUrl}`);
    throw error;
  }
  return { accessToken, expires };
}

/**
 * Waits until a person has approved a sign-in. A question that could not be asked is asked again when the next is due.
 *
 * @param limit until when the step may wait, in milliseconds of its clock
 */
async function approvalOf(
  device: DeviceAuthorization,
  ask: () => Promise<AccessToken | 'pending' | 'slow down'>,
  limit: number,
  tried: string,
  { runner, clock }: Pick<Step, 'runner' | 'clock'>,
): Promise<AccessToken> {
  let failed: ActionError | undefined;
  const askAgain = async () => {
    try {
      const answer = await ask();
      failed = undefined;
      return answer;
    } catch (error) {
      if (!isPassing(error)) throw error;
      runner.info(`Whether it is approved could not be asked (${error.answer}). Asking again.`);
      failed = error;
      return 'pending';
    }
  };
  const report = (secondsOfCode: number) => {
    const left = Math.min(secondsOfCode, Math.round((limit - clock.now()) / 1000));
    runner.info(`Waiting for the sign-in with the code ${device.userCode}: ${left} s left.`);
  };
  const token = await waitForApproval(device, askAgain, report, clock);
  if (token) return token;
  throw failed ?? new ActionError({ ...NOT_APPROVED, tried });
}

/** Whether the next question may well be answered. */
function isPassing(error: unknown): error is ActionError {
  return error instanceof ActionError && retryOf(error.cause) !== 'final';
}

function timeOfDay(time: number): string {
  return `${new Date(time).toISOString().slice(11, 16)} UTC`;
}

function ended({ startUrl }: SignIn, expires: number): ActionError {
  const tried = `use the sign-in at ${startUrl}, which ended at ${atMinute(expires)}`;
  return new ActionError({ ...SIGN_IN_ENDED, tried });
}
