import { Identity } from './identity';
import { newUniqueId } from './keys';
import type { User } from './user';

/** A group of users, who have its policies as well as their own. */
export class Group extends Identity {
  readonly type = 'Group';
  readonly id = newUniqueId('AGPA');
  readonly members = new Set<User>();
}
