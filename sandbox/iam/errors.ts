import { AwsError } from '../query/error';

export function noSuchEntity(message: string): AwsError {
  return new AwsError(404, 'NoSuchEntity', message);
}

export function entityAlreadyExists(message: string): AwsError {
  return new AwsError(409, 'EntityAlreadyExists', message);
}

export function deleteConflict(message: string): AwsError {
  return new AwsError(409, 'DeleteConflict', message);
}

/** @param quota as AWS calls it: `AccessKeysPerUser` */
export function quotaExceeded(quota: string, limit: number): AwsError {
  return limitExceeded(`Cannot exceed quota for ${quota}: ${limit}`);
}

export function limitExceeded(message: string): AwsError {
  return new AwsError(409, 'LimitExceeded', message);
}

export function invalidInput(message: string): AwsError {
  return new AwsError(400, 'InvalidInput', message);
}
