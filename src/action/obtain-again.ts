import type { Signer } from '../identity-sources/identity-source';
import { workAs } from '../identity-sources/work-as';
import { readIdentityAgain } from '../inputs/identity-inputs';
import { keptSignIn } from '../runner/kept-sign-in';
import { Ledger } from '../runner/ledger';
import { silentRunner } from '../runner/silent-runner';
import type { PostReporter, PostStep } from '../runner/undo';

/**
 * Obtains credentials of whom the main step worked as once more, in its post step.
 *
 * @throws Error why that is not possible, as with a code of an MFA device, which is good once
 */
export async function obtainAgain(
  { env, clock }: Pick<PostStep, 'env' | 'clock'>,
  { log, warn, mask }: PostReporter,
): Promise<Signer> {
  const { identity, settings } = await readIdentityAgain(env);
  if (identity.chain && identity.mfa?.code.from === 'input') {
    throw new Error('The code in mfa-code is good once. With mfa-secret, MFA could be proved again.');
  }
  if (identity.source.from === 'sign-in' && !keptSignIn(env)) {
    throw new Error('Nobody can be asked to sign in while the job is cleaned up.');
  }
  const runner = { ...silentRunner, info: log, notice: log, warning: warn, mask };
  return workAs(identity, settings, { env, clock, runner, ledger: new Ledger(env, () => undefined) });
}
