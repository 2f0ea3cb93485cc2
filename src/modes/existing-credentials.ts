import { callSettings, type Step } from '../runner/step';
import type { Identity } from '../aws/arn';
import type { Credentials } from '../aws/credentials';
import { refusalBehind, retryOf } from '../aws/failure';
import { ActionError } from '../errors/action-error';
import type { StepSettings } from '../inputs/request';
import { connectSts } from '../sts/connect';
import { credentialsOf } from './source';

/**
 * Whom the credentials that are already in the job belong to, or undefined when there are none that AWS accepts.
 *
 * @throws ActionError when STS could not be asked
 */
export async function existingIdentity(settings: StepSettings, step: Step): Promise<Identity | undefined> {
  const credentials = await found(settings, step);
  if (!credentials) return undefined;
  const sts = await connectSts(settings.connection, credentials, callSettings(settings, step));
  try {
    return await sts.getCallerIdentity('verify the credentials found in the job');
  } catch (error) {
    const refused = refusalBehind(error) !== undefined && retryOf((error as Error).cause) === 'final';
    if (refused) return undefined;
    throw error;
  }
}

async function found(settings: StepSettings, step: Step): Promise<Credentials | undefined> {
  try {
    return await credentialsOf({ from: 'default chain', idTokenMissing: false }, settings, step);
  } catch (error) {
    if (error instanceof ActionError) return undefined;
    throw error;
  }
}
