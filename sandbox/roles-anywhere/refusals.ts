import { Refusal } from '../http/refusal';

/** As nearly all of its refusals are: only their words differ. */
export function accessDenied(message: string): Refusal {
  return new Refusal(403, 'AccessDeniedException', message);
}

export function validationError(message: string): Refusal {
  return new Refusal(400, 'ValidationException', message);
}
