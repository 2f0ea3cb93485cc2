import type { Account, Tags } from './account';
import { newUniqueId } from './keys';
import type { Role } from './role';

export interface InstanceProfileSettings {
  /** From and to `/`; by default `/`. */
  readonly path?: string;
  readonly tags?: Tags;
}

/** What hands a role to an EC2 instance. */
export class InstanceProfile {
  readonly id = newUniqueId('AIPA');
  readonly path: string;
  readonly arn: string;
  readonly createdAt: Date;
  /** From when on IAM's writes may refer to it. */
  readonly writableAt: Date;
  tags: Tags;
  /** AWS lets it have one at most. */
  role: Role | undefined;

  constructor(
    account: Account,
    readonly name: string,
    { path = '/', tags = {} }: InstanceProfileSettings,
  ) {
    this.path = path;
    this.arn = account.arn('iam', `instance-profile${path}${name}`);
    this.createdAt = account.world.clock.now();
    this.writableAt = account.world.writableAt();
    this.tags = tags;
  }
}
