import type { GivenKeys } from '../inputs/request';
import type { Signer } from './identity-source';

/** Access keys that the inputs give: a user's own, or temporary ones. */
export function givenKeys({ credentials }: GivenKeys): Signer {
  return { credentials, name: 'the access keys given', identity: undefined };
}
