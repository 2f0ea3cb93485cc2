import type { Step } from '../runner/step';
import type { Identity } from '../aws/arn';
import { refusalOf, retryOf } from '../aws/failure';
import { ActionError } from '../errors/action-error';
import type { StepSettings } from '../inputs/request';
import { explainSts } from '../sts/explain';
import { credentialsOf } from './source';
import { connectSts } from './sts-calls';

/**
 * Whom the credentials that are already in the job belong to, or undefined when there are none that AWS accepts.
 *
 * @throws ActionError when STS could not be asked
 */
export async function existingIdentity(settings: StepSettings, step: Step): Promise<Identity | undefined> {
  try {
    const credentials = await credentialsOf({ from: 'default chain', idTokenMissing: false }, settings, step);
    const sts = await connectSts(settings, step, credentials);
    return await sts.getCallerIdentity();
  } catch (error) {
    const none = error instanceof ActionError;
    const refused = refusalOf(error) !== undefined && retryOf(error) === 'final';
    if (none || refused) return undefined;
    throw explainSts(error, {
      tried: 'verify the credentials found in the job',
      region: settings.connection.region,
    });
  }
}
