import { ActionError } from '../errors/action-error';
import type { SignIn, StepSettings } from '../inputs/request';
import { keepSignIn, keptSignIn } from '../runner/kept-sign-in';
import { callSettings, type Step } from '../runner/step';
import { connectSso, type Sso } from '../sso/connect';
import { NOT_APPROVED, SIGN_IN_ENDED } from '../sso/explain';
import { waitForApproval } from '../sso/wait-for-approval';
import type { Signer } from './identity-source';
import { credentialsOf, roleFor } from './sso-role';

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
  const { accessToken, expires } = kept ?? (await askPerson(source, sso, step));
  if (expires <= clock.time()) throw ended(source, expires);
  const role = kept?.role ?? (await roleFor(source, accessToken, sso, settings, step));
  if (!kept) {
    runner.info(`Signed in. Obtaining credentials of ${role.roleName} in ${role.accountId}.`);
    if (source.mustLast) {
      runner.info(`The session is renewed for as long as the sign-in lasts: until ${new Date(expires).toISOString()}.`);
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
  { runner, clock, ledger }: Step,
): Promise<{ readonly accessToken: string; readonly expires: number }> {
  const tried = `sign in at ${startUrl}`;
  const client = await sso.registerClient(tried);
  runner.mask(client.clientSecret);
  const device = await sso.startDeviceAuthorization(client, startUrl, tried);
  runner.mask(device.deviceCode);
  const until = timeOfDay(clock.time() + device.expiresIn * 1000);
  runner.notice(
    `This step waits until ${until} for a person to sign in to AWS: open ${device.url}, see that the page shows the code ` +
      `${device.userCode}, and approve. Whoever approves gives this job their access to AWS: approve only what you started yourself.`,
  );
  const token = await waitForApproval(
    device,
    () => sso.createToken(client, device, tried),
    (secondsLeft) => {
      runner.info(`Waiting for the sign-in with the code ${device.userCode}: ${secondsLeft} s left.`);
    },
    clock,
  );
  if (!token) throw new ActionError({ ...NOT_APPROVED, tried });
  const { accessToken, expiresIn } = token;
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

function timeOfDay(time: number): string {
  return `${new Date(time).toISOString().slice(11, 16)} UTC`;
}

function ended({ startUrl }: SignIn, expires: number): ActionError {
  const time = new Date(expires).toISOString();
  return new ActionError({ ...SIGN_IN_ENDED, tried: `use the sign-in at ${startUrl}, which ended at ${time}` });
}
