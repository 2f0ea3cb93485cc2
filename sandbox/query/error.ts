/** A refusal as AWS words it. Thrown anywhere below a Query operation, it becomes the XML error answer. */
export class AwsError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export function validationError(message: string): AwsError {
  return new AwsError(400, 'ValidationError', message);
}

export function accessDenied(message: string): AwsError {
  return new AwsError(403, 'AccessDenied', message);
}

/** @param reason which policy decided so, in AWS's words */
export function notAuthorized(caller: string, action: string, resource: string, reason?: string): AwsError {
  const words = `User: ${caller} is not authorized to perform: ${action} on resource: ${resource}`;
  return accessDenied(reason === undefined ? words : `${words} ${reason}`);
}
