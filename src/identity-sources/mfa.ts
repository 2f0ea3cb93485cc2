import type { Credentials } from '../aws/credentials';
import { isMfaCodeRefusal, refusalBehind, skewIn } from '../aws/failure';
import type { MfaRequest, StepSettings } from '../inputs/request';
import { codeAt, untilNextCode } from '../mfa/seed';
import { maskAccountsIn } from '../runner/masks';
import { callSettings, type Step } from '../runner/step';
import type { Prove } from '../sts/connect';
import { requireKeysForMfa } from './user-keys';

/** How far into the next window a code is computed, in milliseconds: AWS's clock need not be this machine's. */
const WINDOW_MARGIN_MS = 500;

/**
 * Makes a request that proves MFA, if it is asked for. A code is good once: when a computed one is refused, as another
 * job with the same device may have used it, the request is made once more with the next.
 *
 * @param request makes the request, proving MFA with a new code for each attempt
 * @throws ActionError when the device cannot be found, or the credentials can have none
 */
export async function withMfa<T>(
  { mfa, credentials }: { readonly mfa: MfaRequest | undefined; readonly credentials: Credentials },
  settings: StepSettings,
  step: Step,
  request: (prove: Prove | undefined) => Promise<T>,
): Promise<T> {
  if (!mfa) return request(undefined);
  const { clock, runner } = step;
  requireKeysForMfa(credentials);
  const serial = mfa.serial ?? (await findDevice(credentials, settings, step));
  if (settings.maskAccountId) maskAccountsIn(serial, step);
  if (mfa.serial === undefined) runner.info(`MFA device: ${serial}`);
  const prove = async () => {
    const code = mfa.code.from === 'input' ? mfa.code.code : await codeAt(mfa.code.seed, clock.time());
    runner.mask(code);
    return { serial, code };
  };
  try {
    return await request(prove);
  } catch (error) {
    const refusal = refusalBehind(error);
    if (mfa.code.from === 'input' || !refusal || !isMfaCodeRefusal(refusal)) throw error;
    const { seed } = mfa.code;
    // With a clock that far off the next code would be refused as well.
    if (Math.abs(skewIn(refusal)) > seed.period * 1000) throw error;
    const waitMs = untilNextCode(seed, clock.time()) + WINDOW_MARGIN_MS;
    const seconds = Math.ceil(waitMs / 1000);
    runner.info(`AWS refused the MFA code: another job may have used it. Trying the next one in ${seconds} s.`);
    await clock.sleep(waitMs);
    return request(prove);
  }
}

/** Loads what calls IAM: nothing else in a session does. */
async function findDevice(credentials: Credentials, settings: StepSettings, step: Step): Promise<string> {
  const [{ connectIam }, { findMfaDevice }] = await Promise.all([
    import('../iam/connect'),
    import('../mfa/find-device'),
  ]);
  return findMfaDevice(await connectIam(settings.connection, credentials, callSettings(settings, step)));
}
