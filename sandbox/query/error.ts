import { Refusal } from '../http/refusal';

export function validationError(message: string): Refusal {
  return new Refusal(400, 'ValidationError', message);
}

export function accessDenied(message: string): Refusal {
  return new Refusal(403, 'AccessDenied', message);
}

/** @param reason which policy decided so, in AWS's words */
export function notAuthorized(caller: string, action: string, resource: string, reason?: string): Refusal {
  const words = `User: ${caller} is not authorized to perform: ${action} on resource: ${resource}`;
  return accessDenied(reason === undefined ? words : `${words} ${reason}`);
}
