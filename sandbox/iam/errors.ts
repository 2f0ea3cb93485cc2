import { Refusal } from '../http/refusal';

export function noSuchEntity(message: string): Refusal {
  return new Refusal(404, 'NoSuchEntity', message);
}

export function entityAlreadyExists(message: string): Refusal {
  return new Refusal(409, 'EntityAlreadyExists', message);
}

export function deleteConflict(message: string): Refusal {
  return new Refusal(409, 'DeleteConflict', message);
}

/** @param quota as AWS calls it: `AccessKeysPerUser` */
export function quotaExceeded(quota: string, limit: number): Refusal {
  return limitExceeded(`Cannot exceed quota for ${quota}: ${limit}`);
}

export function limitExceeded(message: string): Refusal {
  return new Refusal(409, 'LimitExceeded', message);
}

export function invalidInput(message: string): Refusal {
  return new Refusal(400, 'InvalidInput', message);
}
