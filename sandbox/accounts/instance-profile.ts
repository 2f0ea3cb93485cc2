import { newUniqueId } from './keys';
import type { AccountResources } from './resources';
import type { Role } from './role';
import type { Tags } from './tags';

export interface InstanceProfileSettings {
  /** From and to `/`; by default `/`. */
  readonly path?: string;
  readonly tags?: Tags;
}

/** What gives a role to an EC2 instance. */
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
    account: AccountResources,
    readonly name: string,
    { path = '/', tags = {} }: InstanceProfileSettings,
  ) {
    this.path = path;
    this.arn = account.arn('iam', `instance-profile${path}${name}`);
    this.createdAt = account.settings.clock.now();
    this.writableAt = account.settings.writableAt();
    this.tags = tags;
  }
}
