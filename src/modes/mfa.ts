import type { Step } from '../runner/step';
import { isTemporary, type Credentials } from '../aws/credentials';
import { refusalOf, retryOf } from '../aws/failure';
import { ActionError } from '../errors/action-error';
import type { MfaRequest, StepSettings } from '../inputs/request';
import { codeAt, untilNextCode } from '../mfa/code';
import { call } from '../network/call';
import { explainSts, isRefusedMfaCode, skewOf } from '../sts/explain';
import { callSettings } from './call-settings';
import type { Prove } from './sts-calls';

/** How far into the next window a code is computed, in milliseconds: AWS's clock need not be this machine's. */
const WINDOW_MARGIN_MS = 500;

/**
 * Makes a request that proves MFA, if it is asked for. A code is good once: when a computed one is refused, as another
 * job with the same device may have used it, the request is made once more with the next.
 *
 * @param request makes the request, proving MFA anew for each attempt
 * @throws ActionError when the device cannot be found, or the credentials can have none
 */
export async function withMfa<T>(
  mfa: MfaRequest | undefined,
  source: Credentials,
  settings: StepSettings,
  step: Step,
  request: (prove: Prove) => Promise<T>,
): Promise<T> {
  if (!mfa) return request(() => Promise.resolve(undefined));
  const { clock, runner } = step;
  refuseTemporary(source);
  const serial = mfa.serial ?? (await lookUpDevice(source, settings, step));
  const prove = async () => {
    const code = mfa.code.from === 'input' ? mfa.code.code : await codeAt(mfa.code.seed, clock.time());
    runner.mask(code);
    return { serial, code };
  };
  try {
    return await request(prove);
  } catch (error) {
    if (mfa.code.from === 'input' || !isRefusedMfaCode(error)) throw error;
    const { seed } = mfa.code;
    // With a clock that far off the next code would be refused as well.
    if (Math.abs(skewOf(error)) > seed.period * 1000) throw error;
    const waitMs = untilNextCode(seed, clock.time()) + WINDOW_MARGIN_MS;
    const seconds = Math.ceil(waitMs / 1000);
    runner.info(`AWS refused the MFA code: another job may have used it. Trying the next one in ${seconds} s.`);
    await clock.sleep(waitMs);
    return request(prove);
  }
}

function refuseTemporary(source: Credentials): void {
  if (!isTemporary(source)) return;
  throw new ActionError({
    code: 'temporary-source',
    tried: 'prove MFA with the credentials given. Nothing was sent to AWS',
    why: "They are temporary. Only an IAM user's own access keys can prove MFA.",
    fix: "Give the user's access keys, or leave the mfa-* inputs out: what these credentials may do is settled already.",
  });
}

/** The serial number of the caller's only device. IAM's client loads for this alone. */
async function lookUpDevice(source: Credentials, settings: StepSettings, step: Step): Promise<string> {
  const { iamClient, listMfaDevices } = await import('../iam');
  const client = iamClient(settings.connection, source);
  const devices = await call(
    'ListMFADevices',
    (signal) => listMfaDevices(client, signal),
    retryOf,
    callSettings(settings, step),
  ).catch((error: unknown) => {
    throw lookUpFailed(error, settings);
  });
  const [device, ...others] = devices;
  if (device !== undefined && others.length === 0) {
    step.runner.info(`MFA device: ${device}`);
    return device;
  }
  throw new ActionError({
    code: 'mfa-lookup-failed',
    tried: 'find the MFA device of the user whose keys are given',
    why: device === undefined ? 'The user has none.' : `The user has several: ${devices.join(', ')}.`,
    fix:
      device === undefined
        ? 'Give the user a virtual MFA device and its seed in mfa-secret, or check whose keys these are.'
        : 'Set mfa-serial to the one that mfa-code or mfa-secret belongs to.',
  });
}

function lookUpFailed(error: unknown, { connection }: StepSettings): ActionError {
  const tried = 'look the MFA device up, as mfa-serial is left out';
  const refusal = refusalOf(error);
  // Everything else says nothing of devices: wrong keys, a clock that is off, no connection.
  if (refusal?.code !== 'AccessDenied') return explainSts(error, { tried, region: connection.region });
  return new ActionError(
    {
      code: 'mfa-lookup-failed',
      tried,
      answer: `${refusal.code}: ${refusal.message}`,
      why: 'The user may not list its own devices.',
      fix: 'Set mfa-serial to the ARN of the device, or allow the user "iam:ListMFADevices" on itself.',
    },
    { cause: error },
  );
}
